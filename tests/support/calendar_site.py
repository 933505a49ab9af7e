"""A server on this machine that publishes a calendar and answers as it is told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.support.server import running

PATH = "/private-1a2b3c/basic.ics"


@dataclass
class CalendarSite:
    """`body` is given with its `etag`, once it changes with another; `status` other than 200 without it."""

    body: bytes = b""
    etag: str | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: Request) -> Response:
        """One request."""
        self.asked.append(dict(request.headers))
        if self.status != 200:
            return Response(status_code=self.status, headers=self.headers)
        if self.etag is not None and request.headers.get("if-none-match") == self.etag:
            return Response(status_code=304)
        marks = {} if self.etag is None else {"ETag": self.etag}
        return Response(self.body, headers=marks | self.headers, media_type="text/calendar")

    @asynccontextmanager
    async def served(self) -> AsyncIterator["CalendarSite"]:
        """Serve until the block ends; `url` is the secret address."""
        async with running(Starlette(routes=[Route("/{path:path}", self.answer)])) as origin:
            self.url = f"{origin}{PATH}"
            yield self
