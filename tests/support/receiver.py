"""An HTTP receiver on this machine that remembers what it was sent and answers as it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.support.server import running


@dataclass
class Receiver:
    """`answers` are given in turn, the last one again and again: status and headers. It answers nothing
    before what it `waits` for."""

    answers: list[tuple[int, dict[str, str]]] = field(default_factory=lambda: [(204, {})])
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    waits: asyncio.Event | None = None
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: Request) -> Response:
        """Take one request."""
        self.got.append((dict(request.headers), await request.body()))
        self._came.set()
        status, headers = self.answers[min(len(self.got), len(self.answers)) - 1]
        if self.waits is not None:
            await self.waits.wait()
        return Response(status_code=status, headers=headers)

    async def until(self, count: int) -> None:
        """Wait until so many came."""
        async with asyncio.timeout(60):
            while len(self.got) < count:
                self._came.clear()
                await self._came.wait()

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        """Its address."""
        app = Starlette(routes=[Route("/{path:path}", self.take, methods=["GET", "POST"])])
        async with running(app) as url:
            yield url
