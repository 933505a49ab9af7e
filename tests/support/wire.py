"""One client of the native wire for tests: sends exactly what it is told and keeps all that it hears."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PCM = {"encoding": "pcm_s16le", "sample_rate": 16_000, "channels": 1}


@dataclass(slots=True)
class Wire:
    """An open socket and what came over it."""

    socket: ClientConnection
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def start(self, audio: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
        """Begin a stream; the `ready` message."""
        await self.say({"type": "start", "audio": audio or PCM, **fields})
        return await self.until("ready")

    async def say(self, message: object) -> None:
        """Send one message; anything but text and bytes goes as JSON."""
        await self.socket.send(message if isinstance(message, str | bytes) else json.dumps(message))

    async def send(self, pieces: Iterable[bytes]) -> None:
        """Send audio as fast as the server takes it."""
        for piece in pieces:
            await self.socket.send(piece)

    async def until(self, kind: str, seconds: float = 120) -> dict[str, Any]:
        """The next message of a type; what comes before it is kept in `heard`."""
        async with asyncio.timeout(seconds):
            while True:
                message: dict[str, Any] = json.loads(await self.socket.recv())
                self.heard.append(message)
                if message["type"] == kind:
                    return message

    async def rest(self, seconds: float = 120) -> int:
        """Listen until the server closes; the close code."""
        async with asyncio.timeout(seconds):
            try:
                while True:
                    self.heard.append(json.loads(await self.socket.recv()))
            except ConnectionClosed as closed:
                return closed.rcvd.code if closed.rcvd else 1006

    def of(self, kind: str) -> list[dict[str, Any]]:
        """All messages of a type so far."""
        return [message for message in self.heard if message["type"] == kind]

    @property
    def finals(self) -> list[dict[str, Any]]:
        """The final captions so far."""
        return [caption for caption in self.of("caption") if caption["final"]]

    @property
    def text(self) -> str:
        """The final text so far."""
        return " ".join(caption["text"] for caption in self.finals)


@asynccontextmanager
async def wire(url: str, **options: Any) -> AsyncIterator[Wire]:
    """A connection to `url`; never compressed, never through a proxy."""
    async with connect(url, proxy=None, compression=None, max_size=1 << 24, **options) as socket:
        yield Wire(socket)


def pieces(data: bytes, size: int) -> list[bytes]:
    """`data` cut into pieces of `size` bytes."""
    return [data[at : at + size] for at in range(0, len(data), size)]
