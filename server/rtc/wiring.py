"""Takes audio over WebRTC, for the composition root."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.http.guard import Guard
from server.live.services import LiveServices
from server.live.sessions import Sessions
from server.rtc.ice import configure, is_loopback
from server.rtc.servers import ice_servers
from server.rtc.whip import Whip


@asynccontextmanager
async def over_webrtc(
    host: str, servers: str, guard: Guard, sessions: Sessions, services: LiveServices
) -> AsyncIterator[Whip]:
    """Serve the peers of a server that listens on `host` until the block ends; they are told of `servers`.

    The server itself asks the STUN servers among them for the address that it has outside, unless it is
    reached from this machine alone. It needs no relay: peers use one to reach it.
    """
    configure(host)
    told = ice_servers(servers)
    stun = () if is_loopback(host) else tuple(one.url for one in told if one.url.startswith("stun:"))
    whip = Whip(guard, sessions, services, told, stun)
    async with whip.running():
        yield whip
