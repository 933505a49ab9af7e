"""What the head of a JPEG says (ITU-T T.81, annex B). Pure.

In: bytes that anybody may have sent. Out: the size of the picture, or None for what is no JPEG from its first
marker to its last. The picture itself is not decoded.
"""

from typing import Final

_START: Final = b"\xff\xd8"
_END: Final = b"\xff\xd9"
_SCAN: Final = 0xDA
_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
"""Baseline, extended and progressive: what browsers write and read."""
MOST_MARKERS: Final = 100


def size(raw: bytes) -> tuple[int, int] | None:
    """Width and height in pixels."""
    if not raw.startswith(_START) or not raw.endswith(_END):
        return None
    at, found = 2, None
    for _ in range(MOST_MARKERS):
        if len(raw) < at + 4 or raw[at] != 0xFF:
            return None
        marker, length = raw[at + 1], int.from_bytes(raw[at + 2 : at + 4])
        if marker == _SCAN:
            return found
        if length < 2 or len(raw) < at + 2 + length:
            return None
        if marker in _FRAMES and length >= 8:
            height, width = (int.from_bytes(raw[at + place : at + place + 2]) for place in (5, 7))
            found = (width, height) if width and height else None
        at += 2 + length
    return None
