"""A client with the shape of Twilio's: one telephone call over one WebSocket, in µ-law at 8 kHz."""

import asyncio
import base64
import json
from collections.abc import Sequence
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.support.recordings import Samples, encoded

PIECE = 160
"""Bytes of 20 ms."""
SIDES = ("inbound", "outbound")


class Call:
    """One call; `stream` is its name."""

    def __init__(self, socket: ClientConnection, tracks: Sequence[str], stream: str = "MZ1") -> None:
        self._socket = socket
        self._tracks = tracks
        self._stream = stream
        self._number = 0

    async def say(self, event: str, **fields: Any) -> None:
        """Send one message; the numbers in it are strings, as Twilio writes them."""
        self._number += 1
        message = {"event": event, "sequenceNumber": str(self._number), "streamSid": self._stream, **fields}
        await self._socket.send(json.dumps(message))

    async def start(self, **parameters: str) -> None:
        """The first two messages."""
        await self._socket.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
        inner = {
            "streamSid": self._stream,
            "accountSid": "AC1",
            "callSid": "CA1",
            "tracks": list(self._tracks),
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": parameters,
        }
        await self.say("start", start=inner)

    async def talk(self, *sides: bytes, lost: range = range(0)) -> None:
        """Both sides in pieces of 20 ms, of which those numbered in `lost` never arrive."""
        for at in range(0, max(map(len, sides)), PIECE):
            number = at // PIECE
            for track, side in zip(self._tracks, sides, strict=True):
                if number in lost or at >= len(side):
                    continue
                media = {
                    "track": track,
                    "chunk": str(number + 1),
                    "timestamp": str(20 * number),
                    "payload": base64.b64encode(side[at : at + PIECE]).decode(),
                }
                await self.say("media", media=media)

    async def stop(self) -> int:
        """Say that the call is over; the close code."""
        await self.say("stop", stop={"accountSid": "AC1", "callSid": "CA1"})
        return await self.closed()

    async def closed(self, seconds: float = 60.0) -> int:
        """The code with which the server closes."""
        async with asyncio.timeout(seconds):
            try:
                while True:
                    raise AssertionError(
                        f"a call is told nothing, but this came: {await self._socket.recv()!r}"
                    )
            except ConnectionClosed as closed:
                return closed.rcvd.code if closed.rcvd else 1006


def calling(url: str) -> connect:
    """The socket of a call to a server."""
    return connect(url.replace("http", "ws", 1) + "/twilio")


def mulaw(audio: Samples) -> bytes:
    """Telephone sound."""
    return encoded(audio, "mulaw", "pcm_mulaw", 8_000)
