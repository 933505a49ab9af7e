"""The server's side of an RTMP publisher (Adobe's RTMP 1.0): OBS, FFmpeg, hardware encoders. Pure, no I/O.

Bytes of the publisher go in; bytes to answer and its sound as an FLV stream come out. Nothing of its sound is
taken before it has named the stream key. Pictures are passed over.
"""

import hmac
import struct
from typing import Any, Final

from server.ingest.child import amf
from server.ingest.child.chunks import (
    AUDIO,
    COMMAND,
    COMMAND3,
    OUT_SIZE,
    SET_CHUNK_SIZE,
    BadChunk,
    ChunkReader,
    Message,
    written,
)

APPLICATION: Final = "live"
WINDOW: Final = 2_500_000
"""Bytes after which what came is acknowledged."""
_HANDSHAKE: Final = 1536
_FLV_HEAD: Final = b"FLV\x01\x04\x00\x00\x00\x09\x00\x00\x00\x00"
"""Version 1, sound only."""
_ENDS: Final = frozenset({"FCUnpublish", "deleteStream", "closeStream"})
_ACKNOWLEDGE, _WINDOW, _BANDWIDTH = 3, 5, 6


class RtmpError(Exception):
    """The peer speaks no RTMP, or not as a publisher does. The text is one sentence."""


class Publisher:
    """One connection. `published` is set once the key was right, `ended` once the publisher has said so."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._waiting = bytearray()
        self._steps = 0
        self._chunks = ChunkReader()
        self._received = self._told = 0
        self._answer = bytearray()
        self._began = False
        self.published = False
        self.ended = False

    def feed(self, data: bytes) -> bytes:
        """Take bytes; the sound in them as FLV. Raises `RtmpError`; `answer` may hold last words then."""
        self._received += len(data)
        if self._received - self._told >= WINDOW:
            self._told = self._received
            self._say(_ACKNOWLEDGE, struct.pack(">I", self._received & 0xFFFFFFFF), chunk_stream=2)
        rest = self._shake_hands(data)
        flv = bytearray()
        try:
            for message in self._chunks.feed(rest):
                flv += self._took(message)
        except BadChunk as error:
            raise RtmpError(f"The encoder does not speak RTMP: {error}.") from None
        return bytes(flv)

    def answer(self) -> bytes:
        """What to send to the publisher, once."""
        answer = bytes(self._answer)
        self._answer.clear()
        return answer

    def _shake_hands(self, data: bytes) -> bytes:
        """§5.2: version and 1536 bytes, which are sent back, and 1536 more. What follows is returned."""
        if self._steps == 2:
            return data
        self._waiting += data
        if self._steps == 0 and self._waiting:
            if self._waiting[0] != 3:
                raise RtmpError("The encoder does not speak RTMP in plain form.")
            if len(self._waiting) > _HANDSHAKE:
                theirs = bytes(self._waiting[1 : 1 + _HANDSHAKE])
                self._answer += b"\x03" + bytes(_HANDSHAKE) + theirs
                del self._waiting[: 1 + _HANDSHAKE]
                self._steps = 1
        if self._steps == 1 and len(self._waiting) >= _HANDSHAKE:
            self._steps = 2
            rest = bytes(self._waiting[_HANDSHAKE:])
            self._waiting.clear()
            return rest
        return b""

    def _took(self, message: Message) -> bytes:
        if message.kind == AUDIO:
            return _tag(message) if self.published and not self.ended and message.data else b""
        if message.kind in {COMMAND, COMMAND3}:
            # A command in AMF3 begins with a byte of no meaning and goes on in AMF0.
            data = message.data[1:] if message.kind == COMMAND3 else message.data
            try:
                self._command(amf.read(data))
            except ValueError as error:
                raise RtmpError(f"A command of the encoder cannot be read: {error}.") from None
            return self._begun()
        return b""

    def _begun(self) -> bytes:
        """The head of the FLV stream, when it has just been published."""
        if self.published and not self._began:
            self._began = True
            return _FLV_HEAD
        return b""

    def _command(self, values: list[Any]) -> None:
        name = values[0] if values else None
        number = values[1] if len(values) > 1 and isinstance(values[1], float) else 0.0
        if name == "connect":
            self._connected(number)
        elif name == "createStream":
            self._reply(number, None, 1.0)
        elif name == "publish":
            self._publish(values[3] if len(values) > 3 else None)
        elif name in _ENDS and self.published:
            self.ended = True
        elif name in {"releaseStream", "FCPublish", "_checkbw"}:
            self._reply(number, None, None)
        elif name == "play":
            raise RtmpError("Nothing is played here: this address takes a stream.")

    def _connected(self, number: float) -> None:
        self._say(_WINDOW, struct.pack(">I", WINDOW), chunk_stream=2)
        self._say(_BANDWIDTH, struct.pack(">IB", WINDOW, 2), chunk_stream=2)
        self._say(SET_CHUNK_SIZE, struct.pack(">I", OUT_SIZE), chunk_stream=2)
        self._reply(
            number,
            {"fmsVer": "FMS/3,0,1,123", "capabilities": 31},
            {
                "level": "status",
                "code": "NetConnection.Connect.Success",
                "description": "Connected.",
                "objectEncoding": 0,
            },
        )

    def _publish(self, name: object) -> None:
        given = name.partition("?")[0].rpartition("/")[2] if isinstance(name, str) else ""
        if not hmac.compare_digest(given.encode(), self._key.encode()):
            self._status("error", "NetStream.Publish.BadName", "The stream key is wrong.")
            raise RtmpError("The stream key is wrong.")
        self.published = True
        self._status("status", "NetStream.Publish.Start", "Send.")

    def _status(self, level: str, code: str, description: str) -> None:
        told = {"level": level, "code": code, "description": description}
        self._say(COMMAND, amf.write("onStatus", 0, None, told), stream=1, chunk_stream=5)

    def _reply(self, number: float, *values: Any) -> None:
        self._say(COMMAND, amf.write("_result", number, *values))

    def _say(self, kind: int, data: bytes, *, stream: int = 0, chunk_stream: int = 3) -> None:
        self._answer += written(kind, data, stream=stream, chunk_stream=chunk_stream)


def _tag(message: Message) -> bytes:
    """A tag of FLV (Adobe's FLV 10.1, annex E.4.1)."""
    size, time = len(message.data), message.time
    head = bytes([AUDIO]) + size.to_bytes(3) + (time & 0xFFFFFF).to_bytes(3) + bytes([time >> 24]) + bytes(3)
    return head + message.data + (size + len(head)).to_bytes(4)
