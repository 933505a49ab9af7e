"""Images of a page, each kept once. Pure.

In: bytes, where they stood and what the page says of them. Out: a shelf of distinct images, known by what is
in them, with all their sources, and what was left out with the reason. What is no image, is too big or is one
too many is left out. Names of files are made here; no word of the page is in them.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote_to_bytes

MOST: Final = 300
LARGEST: Final = 10 << 20
"""Bytes of one image."""
ALL: Final = 100 << 20
"""Bytes of all."""
MOST_SOURCES: Final = 50
MOST_LEFT_OUT: Final = 200
LONGEST_SOURCE: Final = 2_000

_SIGNS: Final = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
    (b"\x00\x00\x01\x00", "ico"),
)


MEDIA_TYPES: Final = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "bmp": "image/bmp",
    "ico": "image/x-icon",
    "svg": "image/svg+xml",
}
"""By the extension."""


@dataclass(slots=True)
class Image:
    """`sources` are the addresses at which it stood, `alts` what is said of it."""

    digest: str
    kind: str
    raw: bytes
    width: int
    height: int
    sources: list[str] = field(default_factory=list)
    alts: list[str] = field(default_factory=list)

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.digest[:24]}.{self.kind}"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A source that gave no image, and why."""

    source: str
    why: str


class Shelf:
    """Takes images one by one."""

    def __init__(self) -> None:
        self.images: dict[str, Image] = {}  # bounded: by `MOST`
        self.left_out: list[LeftOut] = []  # bounded: by `MOST_LEFT_OUT`
        self._room = ALL

    def leave_out(self, source: str, why: str) -> None:
        """Remember that a source gave no image."""
        if len(self.left_out) < MOST_LEFT_OUT:
            self.left_out.append(LeftOut(source[:LONGEST_SOURCE], why))

    def put(self, raw: bytes, source: str, alt: str = "", size: tuple[int, int] = (0, 0)) -> Image | None:
        """The image on the shelf; None for what was left out."""
        kind = kind_of(raw)
        if kind is None:
            self.leave_out(source, "it is no image")
            return None
        digest = hashlib.sha256(raw).hexdigest()
        if digest not in self.images:
            if len(raw) > LARGEST:
                self.leave_out(source, f"it has more than {LARGEST >> 20} MiB")
                return None
            if len(self.images) >= MOST or len(raw) > self._room:
                self.leave_out(source, "there are too many images")
                return None
            self._room -= len(raw)
            self.images[digest] = Image(digest, kind, raw, *size)
        image = self.images[digest]
        if not image.width:
            image.width, image.height = size
        _add(image.sources, source[:LONGEST_SOURCE])
        _add(image.alts, alt)
        return image


def _add(values: list[str], value: str) -> None:
    if value and value not in values and len(values) < MOST_SOURCES:
        values.append(value)


def kind_of(raw: bytes) -> str | None:
    """The extension for what the first bytes say; None for what is no image."""
    for sign, kind in _SIGNS:
        if raw.startswith(sign):
            return kind
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return "webp"
    if raw[4:8] == b"ftyp" and raw[8:12] in {b"avif", b"avis"}:
        return "avif"
    # Kept as it came, and not to be opened in a browser as a page of one's own: it may hold scripts.
    head = raw[:1_024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return "svg" if head.startswith(b"<svg") or (head.startswith(b"<?xml") and b"<svg" in head) else None


def of_data_url(url: str) -> bytes | None:
    """The bytes of a data URL (RFC 2397); None for what is none."""
    head, comma, body = url.partition(",")
    if not head.startswith("data:") or not comma:
        return None
    raw = unquote_to_bytes(body)
    if not head.endswith(";base64"):
        return raw
    try:
        return base64.b64decode(raw + b"=" * (-len(raw) % 4), validate=True)
    except binascii.Error:
        return None
