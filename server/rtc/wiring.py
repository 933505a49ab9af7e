"""Takes audio over WebRTC, for the composition root."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.routing import BaseRoute

from server.http.guard import Guard
from server.live.services import LiveServices
from server.live.sessions import Sessions
from server.rtc.ice import configure
from server.rtc.whip import Whip


@asynccontextmanager
async def over_webrtc(
    host: str, guard: Guard, sessions: Sessions, services: LiveServices
) -> AsyncIterator[Sequence[BaseRoute]]:
    """Serve the peers of a server that listens on `host` until the block ends; the value is its routes."""
    configure(host)
    whip = Whip(guard, sessions, services)
    async with whip.running():
        yield whip.routes()
