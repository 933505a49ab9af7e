"""RTSP (RFC 2326) as it passes between a peer and FFmpeg: read, checked and written anew. Pure.

FFmpeg follows a redirect to wherever it leads. So every message of the peer is taken apart here and written
again in one plain form, which has one reading only; whatever has another one, or leads elsewhere, ends the
connection. Frames of sound (§10.12) pass as they are.
"""

import re
from collections.abc import Callable
from typing import Final

_STATUS: Final = re.compile(r"RTSP/\d\.\d +([1-9]\d\d)(?: .*)?", re.ASCII)
LONGEST_HEAD: Final = 16_384
LONGEST_BODY: Final = 65_536
SHORTEST_FRAME: Final = 8
"""Bytes of a frame that FFmpeg skips as a whole; a shorter one it takes for the beginning of a message."""


class RtspError(Exception):
    """What the peer says is not passed on. The text is one sentence."""


class RtspFilter:
    """The bytes of one peer. `check` sees the first line of every message, and raises `RtspError`."""

    def __init__(self, check: Callable[[str], None]) -> None:
        self._check = check
        self._data = bytearray()

    def feed(self, data: bytes) -> bytes:
        """Take bytes; what of them may be passed on. Raises `RtspError`."""
        self._data += data
        passed = bytearray()
        while (taken := self._frame(passed) if self._data[:1] == b"$" else self._message(passed)) > 0:
            del self._data[:taken]
        return bytes(passed)

    def _frame(self, passed: bytearray) -> int:
        if len(self._data) < 4:
            return 0
        size = int.from_bytes(self._data[2:4])
        if len(self._data) < 4 + size:
            return 0
        if size >= SHORTEST_FRAME:
            passed += self._data[: 4 + size]
        return 4 + size

    def _message(self, passed: bytearray) -> int:
        end = self._data.find(b"\r\n\r\n")
        if end < 0:
            if len(self._data) > LONGEST_HEAD:
                raise RtspError("The peer does not speak RTSP: a message has no end.")
            return 0
        first, *fields = _lines(bytes(self._data[:end]))
        size = _length(fields)
        if len(self._data) < end + 4 + size:
            return 0
        self._check(first)
        body = bytes(self._data[end + 4 : end + 4 + size])
        passed += "\r\n".join([first, *fields]).encode("latin-1") + b"\r\n\r\n" + body
        return end + 4 + size


def _lines(head: bytes) -> list[str]:
    lines = head.decode("latin-1").split("\r\n")
    for line in lines:
        if not line or line[0] in "$ \t" or any(character < " " and character != "\t" for character in line):
            raise RtspError("The peer does not speak RTSP: a line of a message is malformed.")
    if any(":" not in line for line in lines[1:]):
        raise RtspError("The peer does not speak RTSP: a field of a message has no name.")
    return lines


def _length(fields: list[str]) -> int:
    given = [
        field.partition(":")[2].strip() for field in fields if field.lower().startswith("content-length")
    ]
    if not given:
        return 0
    if len(given) > 1 or not (given[0].isascii() and given[0].isdigit()) or int(given[0]) > LONGEST_BODY:
        raise RtspError("The peer does not speak RTSP: the length of a message is malformed.")
    return int(given[0])


def no_redirect(first: str) -> None:
    """The check of a server's messages."""
    if not first.startswith("RTSP/"):
        if first.upper().startswith("REDIRECT"):
            raise RtspError("The server redirects elsewhere, which is not followed.")
        return
    status = _STATUS.fullmatch(first)
    if status is None:
        raise RtspError("The peer does not speak RTSP: an answer has no status.")
    if status[1].startswith("3"):
        raise RtspError("The server redirects elsewhere, which is not followed.")
