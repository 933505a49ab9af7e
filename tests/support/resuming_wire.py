"""A real WebSocket server that resumes sessions as the native wire says, and loses connections when told to.

It hears no words: each second of audio becomes one final caption, named by its samples, so that a test sees
at once what is missing, doubled or out of place. Audio is acknowledged every other second. A forgetful
server is one that was killed: what it had not acknowledged is gone, and so are the captions of it.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

SECOND = 32_000
"""Bytes."""
Message = dict[str, Any]


@dataclass
class ResumingWire:
    """One session, its connections, and when they are lost."""

    cuts: Sequence[float] = ()
    """Seconds of audio after which a connection is lost, in order."""
    close: int | None = None
    """The close code of a loss; without one the connection just ends."""
    forgetful: bool = False
    retry_after: float | None = None
    """Said in a `goaway` before a loss."""
    refusals: list[int] = field(default_factory=list)
    """HTTP statuses that the next connections meet before one is let in."""
    gone: bool = False
    """Whether a lost session is not kept."""
    mute: bool = False
    """Whether the connection is lost before the first account of the end arrives."""
    acknowledges: bool = True
    audio: bytearray = field(default_factory=bytearray)
    received: int = 0
    """Bytes that came, again or for the first time."""
    acked: int = 0
    seq: int = 0
    ended: bool = False
    captions: list[Message] = field(default_factory=list)
    heard: list[Message] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def play(self, socket: ServerConnection) -> None:
        """One connection from start to end."""
        try:
            async for data in socket:
                if isinstance(data, bytes):
                    if await self._hear(socket, data):
                        return
                elif await self._obey(socket, json.loads(data)):
                    return
        except ConnectionClosed:
            pass

    async def _obey(self, socket: ServerConnection, message: Message) -> bool:
        self.heard.append(message)
        self.news.set()
        if message["type"] == "start":
            await say(socket, type="ready", session="s1", meeting="m1", resume_token="t1", position=0)
        elif message["type"] == "resume" and self.gone:
            text = "There is no such session."
            await say(socket, type="error", code="session_not_found", message=text, fatal=True)
            return True
        elif message["type"] == "resume" and self.ended:
            text = "The session has ended."
            await say(socket, type="error", code="session_ended", message=text, fatal=True)
            return True
        elif message["type"] == "resume":
            await say(socket, type="resumed", session="s1", position=len(self.audio) // 2)
            for caption in [caption for caption in self.captions if caption["seq"] > message["seq"]]:
                await say(socket, **caption)
        elif message["type"] == "stop" and self.mute:
            self.ended = True
            socket.transport.abort()
            return True
        elif message["type"] == "stop":
            await say(socket, type="ended", duration=len(self.audio) / SECOND, segments=0, coverage={})
            return True
        return False

    async def _hear(self, socket: ServerConnection, data: bytes) -> bool:
        before = len(self.audio) // SECOND
        self.audio += data
        self.received += len(data)
        for index in range(before, len(self.audio) // SECOND):
            caption = self._caption(index)
            if self.cuts and index + 1 > self.cuts[0]:
                self.cuts = self.cuts[1:]
                await self._lose(socket)
                return True
            await self._tell(socket, index, caption)
        return False

    def _caption(self, index: int) -> Message:
        self.seq += 1
        first = int.from_bytes(self.audio[index * SECOND : index * SECOND + 2], "little", signed=True)
        caption = {"type": "caption", "seq": self.seq, "segment": f"{index}", "text": str(first)}
        caption |= {"start": float(index), "end": index + 1.0, "pending": "", "final": True, "language": "en"}
        self.captions.append(caption)
        return caption

    async def _tell(self, socket: ServerConnection, index: int, caption: Message) -> None:
        await say(socket, **caption)
        if self.acknowledges and index % 2:
            self.acked = (index + 1) * SECOND
            await say(socket, type="ack", position=self.acked // 2)

    async def _lose(self, socket: ServerConnection) -> None:
        if self.retry_after is not None:
            await say(socket, type="goaway", resume_token="t2", retry_after=self.retry_after)
        if self.forgetful:
            del self.audio[self.acked :]
            self.captions = [caption for caption in self.captions if caption["end"] * SECOND <= self.acked]
            self.seq = len(self.captions)
        if self.retry_after is not None:
            return
        if self.close is None:
            socket.transport.abort()
        else:
            await socket.close(self.close)

    def admit(self, socket: ServerConnection, _: Request) -> Response | None:
        """Refuse the handshake as often as the script says."""
        if not self.refusals or not self.heard:
            return None
        body = {"error": {"code": "overloaded", "message": "No room.", "retry_after": 0.05}}
        return socket.respond(HTTPStatus(self.refusals.pop(0)), json.dumps(body))


async def say(socket: ServerConnection, **message: Any) -> None:
    """Send one message."""
    await socket.send(json.dumps(message))


@asynccontextmanager
async def resuming_wire(wire: ResumingWire) -> AsyncIterator[str]:
    """Serve `wire` on a free port; gives the address."""
    async with serve(wire.play, "127.0.0.1", 0, process_request=wire.admit) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"ws://127.0.0.1:{port}"
