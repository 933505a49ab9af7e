"""RTMP's chunk stream (Adobe's RTMP 1.0, §5.3): messages cut into chunks, and put together again. Pure.

Bytes of a publisher go in, whole messages come out. Pictures are passed over without being held: they are by
far the most of it, and nobody looks at them.
"""

import struct
from dataclasses import dataclass, field
from typing import Final

SET_CHUNK_SIZE, AUDIO, VIDEO, COMMAND, COMMAND3 = 1, 8, 9, 20, 17
LARGEST: Final = 1 << 20
"""Bytes of a message that is held."""
MOST_STREAMS: Final = 16
"""Chunk streams of a connection; encoders use about five."""
FIRST_SIZE: Final = 128
OUT_SIZE: Final = 4096
_HEADER: Final = (11, 7, 3, 0)
_EXTENDED: Final = 0xFFFFFF


class BadChunk(ValueError):
    """What came is no chunk, or more than is taken."""


@dataclass(slots=True)
class Message:
    """A whole message, `time` in milliseconds; of pictures without its `data`."""

    kind: int
    time: int
    data: bytes


@dataclass(slots=True)
class _Stream:
    """What is known of one chunk stream, and the message that is on its way."""

    time: int = 0
    delta: int = 0
    length: int = 0
    kind: int = 0
    extended: bool = False
    got: int = 0
    parts: list[bytes] = field(default_factory=list)


class ChunkReader:
    """Takes the bytes of one direction."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._size = FIRST_SIZE
        # bounded: by MOST_STREAMS.
        self._streams: dict[int, _Stream] = {}

    def feed(self, data: bytes) -> list[Message]:
        """The messages that are whole now. Raises `BadChunk`."""
        self._data += data
        found: list[Message] = []
        while (taken := self._chunk(found)) > 0:
            del self._data[:taken]
        return found

    def _chunk(self, found: list[Message]) -> int:
        """Take one chunk from the beginning of what waits: how many bytes it has, 0 for one not yet whole."""
        data = self._data
        if not data:
            return 0
        form, name = data[0] >> 6, data[0] & 0x3F
        at = 1 if name > 1 else 2 + name
        head = at + _HEADER[form]
        if len(data) < head:
            return 0
        if name < 2:
            name = int.from_bytes(data[1:at], "little") + 64
        stream = self._streams.get(name) or _Stream()
        extended = stream.extended if form == 3 else int.from_bytes(data[at : at + 3]) == _EXTENDED
        body = head + (4 if extended else 0)
        new = stream.got == 0
        length = int.from_bytes(data[at + 3 : at + 6]) if form < 2 else stream.length
        size = min(self._size, length - stream.got)
        if size < 0 or (form < 2 and not new):
            raise BadChunk("a message begins within another one")
        if len(data) < body + size:
            return 0
        if new:
            self._begin(stream, form, bytes(data[at:body]), extended=extended)
            self._keep(name, stream)
        self._take(stream, bytes(data[body : body + size]), found)
        return body + size

    def _keep(self, name: int, stream: _Stream) -> None:
        self._streams[name] = stream
        if len(self._streams) > MOST_STREAMS:
            raise BadChunk(f"more than {MOST_STREAMS} chunk streams")

    def _begin(self, stream: _Stream, form: int, head: bytes, *, extended: bool) -> None:
        """A new message: of its head as much as its form says is new."""
        if form < 3:
            stream.delta = int.from_bytes(head[-4:] if extended else head[:3])
            stream.extended = extended
        if form < 2:
            stream.length, stream.kind = int.from_bytes(head[3:6]), head[6]
            if stream.kind != VIDEO and stream.length > LARGEST:
                raise BadChunk(f"a message of {stream.length} bytes")
        stream.time = stream.delta if form == 0 else (stream.time + stream.delta) & 0xFFFFFFFF
        if form == 0:
            stream.delta = 0

    def _take(self, stream: _Stream, part: bytes, found: list[Message]) -> None:
        stream.got += len(part)
        if stream.kind != VIDEO:
            stream.parts.append(part)
        if stream.got < stream.length:
            return
        message = Message(stream.kind, stream.time, b"".join(stream.parts))
        stream.got, stream.parts = 0, []
        if message.kind == SET_CHUNK_SIZE:
            self._size = int.from_bytes(message.data[:4])
            if not 1 <= self._size <= LARGEST:
                raise BadChunk(f"chunks of {self._size} bytes")
        else:
            found.append(message)


def written(kind: int, data: bytes, *, stream: int = 0, chunk_stream: int = 3) -> bytes:
    """A message of ours, in chunks of `OUT_SIZE` at the most; `stream` is the message stream's id."""
    head = (
        bytes([chunk_stream]) + bytes(3) + len(data).to_bytes(3) + bytes([kind]) + struct.pack("<I", stream)
    )
    cut = [data[at : at + OUT_SIZE] for at in range(0, len(data), OUT_SIZE)]
    return head + bytes([0xC0 | chunk_stream]).join(cut)
