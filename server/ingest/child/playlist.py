"""Which playlist of HLS (RFC 8216) holds the sound. Pure.

A master playlist offers variants of one programme. FFmpeg would fetch them all; so the one to hear is chosen
here, and FFmpeg sees only that.
"""

import re
from itertools import pairwise
from urllib.parse import urljoin

_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)')
_PICTURES = ("avc", "hvc", "hev", "vp0", "av01", "dvh")


def is_playlist(start: bytes) -> bool:
    """Whether a body begins as a playlist does (§4.1)."""
    return start.removeprefix(b"\xef\xbb\xbf").startswith(b"#EXTM3U")


def is_over(text: str) -> bool:
    """Whether nothing is added to a playlist any more."""
    return any(line.strip() == "#EXT-X-ENDLIST" for line in text.splitlines())


def sound_of(text: str, base: str) -> str | None:
    """The address of the playlist to hear, None where this one is it.

    That is the first variant without pictures, else the sound that goes with a variant as a playlist of its
    own, the default one if there are several, else the variant of the least bandwidth.
    """
    lines = [line.strip() for line in text.splitlines()]
    variants = [
        (_attributes(line), following)
        for line, following in pairwise(lines)
        if line.startswith("#EXT-X-STREAM-INF:") and following and not following.startswith("#")
    ]
    if not variants:
        return None
    for attributes, address in variants:
        codecs = attributes.get("CODECS", "")
        if codecs and not any(name in codecs for name in _PICTURES):
            return urljoin(base, address)
    apart = [_attributes(line) for line in lines if line.startswith("#EXT-X-MEDIA:")]
    apart = [one for one in apart if one.get("TYPE") == "AUDIO" and one.get("URI")]
    apart.sort(key=lambda one: one.get("DEFAULT") != "YES")
    if apart:
        return urljoin(base, apart[0]["URI"])
    return urljoin(base, min(variants, key=lambda one: _number(one[0].get("BANDWIDTH", "")))[1])


def _attributes(line: str) -> dict[str, str]:
    return {name: value.strip('"') for name, value in _ATTRIBUTE.findall(line.partition(":")[2])}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 1 << 40
