"""A real WebSocket server that plays the native wire from a script, for tests of its clients.

A script is told how much audio has come and answers with messages; it stands in for the server's brain only:
handshake, framing and backpressure are the real ones.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

READY = {"type": "ready", "session": "s1", "meeting": "m1", "resume_token": "t", "position": 0}
ENDED = {"type": "ended", "duration": 1.0, "segments": 1, "coverage": {}, "report": "off"}

Messages = list[dict[str, Any]]


def caption(text: str, pending: str = "", *, segment: str = "a", **fields: Any) -> dict[str, Any]:
    """A caption from 0 to 1 s; `fields` replace or add what else it has."""
    base = {"seq": 1, "start": 0.0, "end": 1.0, "final": False, "language": "en"}
    return {"type": "caption", **base, "segment": segment, "text": text, "pending": pending, **fields}


@dataclass
class Script:
    """What the server does, and what it saw."""

    on_start: Messages = field(default_factory=lambda: [READY])
    on_audio: Callable[[float], Messages] = lambda seconds: []
    on_stop: Messages = field(default_factory=lambda: [ENDED])
    refuse: int = 0
    retry_after: str | None = None
    """The header of a refusal."""
    metrics: Sequence[str] = ()
    """What one GET of the metrics after another answers."""
    close: int = 0
    """A close code to send in place of an answer to `start`."""
    headers: dict[str, str] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    transcript: str = ""
    """What a plain GET of the meeting's transcript answers."""
    received: Messages = field(default_factory=list)
    audio: bytearray = field(default_factory=bytearray)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def play(self, socket: ServerConnection) -> None:
        """One connection from start to end."""
        try:
            async for data in socket:
                if await self._answer(socket, data):
                    return
        except ConnectionClosed:
            pass
        finally:
            self.gone.set()

    async def _answer(self, socket: ServerConnection, data: str | bytes) -> bool:
        if isinstance(data, bytes):
            self.audio += data
            await _send(socket, self.on_audio(len(self.audio) / 32_000))
            return False
        message = json.loads(data)
        self.received.append(message)
        if message["type"] == "start" and self.close:
            await socket.close(self.close, "as scripted")
            return True
        await _send(socket, self.on_start if message["type"] == "start" else self.on_stop)
        return bool(message["type"] == "stop")

    def admit(self, socket: ServerConnection, request: Request) -> Response | None:
        """Refuse the handshake when the script says so; answer a request for the transcript."""
        self.headers.update(request.headers.raw_items())
        self.paths.append(request.path)
        if request.path.startswith("/v1/meetings/m1/transcript"):
            return socket.respond(HTTPStatus.OK, self.transcript)
        if request.path == "/metrics":
            return self._measured(socket)
        if not self.refuse:
            return None
        body = json.dumps({"error": {"code": "unauthorized", "message": "Show a valid key."}})
        answer = socket.respond(HTTPStatus(self.refuse), body)
        if self.retry_after is not None:
            answer.headers["Retry-After"] = self.retry_after
        return answer

    def _measured(self, socket: ServerConnection) -> Response:
        if not self.metrics:
            return socket.respond(HTTPStatus.NOT_FOUND, "")
        first, *self.metrics = self.metrics
        return socket.respond(HTTPStatus.OK, first)


async def _send(socket: ServerConnection, messages: Messages) -> None:
    for message in messages:
        await socket.send(json.dumps(message))


@asynccontextmanager
async def scripted_wire(script: Script) -> AsyncIterator[str]:
    """Serve `script` on a free port; gives the address."""
    async with serve(script.play, "127.0.0.1", 0, process_request=script.admit) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"ws://127.0.0.1:{port}"
