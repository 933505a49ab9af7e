"""Reads of an Ogg Opus file how far it is whole, from its first and its last bytes. Pure.

In: bytes of a file that may have been cut off anywhere. Out: where its last whole page ends, and the time
there. The format is RFC 3533 (Ogg) with RFC 7845 (Opus in Ogg), whose clock is always 48 kHz.
"""

from dataclasses import dataclass
from typing import Final

CLOCK: Final = 48_000
"""Units of a granule position in a second."""
LONGEST_PAGE: Final = 65_307
"""Bytes of a page at the most (RFC 3533, section 6)."""
_CAPTURE: Final = b"OggS"
_HEAD: Final = 27
_NO_PACKET_ENDS: Final = 2**64 - 1
_POLYNOMIAL: Final = 0x04C11DB7


@dataclass(frozen=True, slots=True)
class Whole:
    """What can be played of a file: its first `length` bytes, which last until `granule`."""

    length: int
    granule: int


def last_whole(tail: bytes, begin: int) -> Whole | None:
    """The last whole page on which a packet ends, in the end of a file: bytes from `begin` on; None if there
    is none."""
    end = len(tail)
    while (at := tail.rfind(_CAPTURE, 0, end)) >= 0:
        size = _whole(tail, at)
        granule = int.from_bytes(tail[at + 6 : at + 14], "little")
        if size is not None and granule != _NO_PACKET_ENDS:
            return Whole(begin + at + size, granule)
        end = at + len(_CAPTURE) - 1
    return None


def pre_skip(head: bytes) -> int:
    """Units of the clock at the beginning that are not played (RFC 7845, section 4.2); 0 where `head`, the
    first bytes of a file, does not say."""
    at = head.find(b"OpusHead")
    return int.from_bytes(head[at + 10 : at + 12], "little") if at >= 0 else 0


def _whole(data: bytes, at: int) -> int | None:
    """The size of the page at a place, None where it is torn or no page."""
    if len(data) < at + _HEAD or data[at + 4] != 0:
        return None
    segments = data[at + 26]
    body = at + _HEAD + segments
    size = _HEAD + segments + sum(data[at + _HEAD : body])
    page = data[at : at + size]
    if len(page) < size or len(data) < body:
        return None
    unsigned = page[:22] + bytes(4) + page[26:]
    return size if _checksum(unsigned) == int.from_bytes(page[22:26], "little") else None


def _row(value: int) -> int:
    crc = value << 24
    for _ in range(8):
        crc = (crc << 1) ^ (_POLYNOMIAL if crc & 0x80000000 else 0)
    return crc & 0xFFFFFFFF


_TABLE: Final = [_row(value) for value in range(256)]


def _checksum(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc = ((crc << 8) & 0xFFFFFFFF) ^ _TABLE[(crc >> 24) ^ byte]
    return crc
