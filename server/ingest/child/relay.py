"""RTSP through a port of this machine, so that FFmpeg connects to nothing but that.

In: an address to pull from, or a connection of a camera that pushes. Out: the address on 127.0.0.1 to give to
FFmpeg. Between the two every message passes the filter of `server.ingest.child.rtsp`. One connection only.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from server.guarded.addresses import AddressRefused, HostUnknown
from server.guarded.requests import CONNECT_SECONDS, Target, target
from server.ingest.child.opened import PATIENCE, Line, Opened, lost, refused
from server.ingest.child.rtsp import RtspError, RtspFilter, no_redirect
from server.ingest.source import RTSP_PORTS

LOCAL: Final = "127.0.0.1"
PIECE: Final = 1 << 16
LISTEN_TRIES: Final = 100
LISTEN_PAUSE: Final = 0.05

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def pulled(url: str, line: Line, *, allow_private: bool) -> AsyncIterator[Opened]:
    """An RTSP server's stream. Raises `Failed`."""
    try:
        to = await target(url, RTSP_PORTS, allow_private=allow_private)
    except AddressRefused as error:
        raise refused(str(error), "address_refused") from None
    except HostUnknown as error:
        raise lost(str(error)) from None
    upstream = await _connected(to)
    relay = Relay(line, RtspFilter(no_redirect))
    async with relay.serving(upstream) as port:
        user = f"{to.url.userinfo.decode()}@" if to.url.userinfo else ""
        path = to.url.raw_path.decode("ascii")
        yield Opened(
            f"rtsp://{user}{LOCAL}:{port}{path}",
            "rtsp",
            protocols="tcp",
            options={"rtsp_transport": "tcp", "allowed_media_types": "audio"},
        )


async def _connected(to: Target) -> Streams:
    """Connect to one of the addresses that were checked. Raises `Failed`."""
    secure = ssl.create_default_context() if to.url.scheme == "rtsps" else None
    why = "no address"
    for address in to.addresses:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                return await asyncio.open_connection(
                    address, to.port, ssl=secure, server_hostname=to.host if secure else None
                )
        except (OSError, TimeoutError) as error:
            why = type(error).__name__
    raise lost(f"The connection to the source failed ({why}).")


class Relay:
    """Carries bytes between the peer and FFmpeg. Those of the peer pass `theirs`."""

    def __init__(self, line: Line, theirs: RtspFilter) -> None:
        self._line = line
        self._theirs = theirs

    @asynccontextmanager
    async def serving(self, peer: Streams) -> AsyncIterator[int]:
        """A port that FFmpeg may connect to, once."""
        joined = asyncio.Event()

        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if joined.is_set():
                writer.close()
                return
            joined.set()
            await self.carry(peer, (reader, writer))

        server = await asyncio.start_server(take, LOCAL, 0)
        try:
            yield int(server.sockets[0].getsockname()[1])
        finally:
            server.close()
            peer[1].close()

    async def carry(self, peer: Streams, ours: Streams) -> None:
        """Until either side is gone; then both are."""
        try:
            async with asyncio.TaskGroup() as tasks:
                outward = tasks.create_task(_pump(ours[0], peer[1]))
                try:
                    await self._inward(peer[0], ours[1])
                finally:
                    outward.cancel()
        finally:
            for _, writer in (peer, ours):
                writer.close()

    async def _inward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                async with asyncio.timeout(PATIENCE):
                    data = await reader.read(PIECE)
                if not data:
                    return
                self._line.bytes += len(data)
                writer.write(self._theirs.feed(data))
                await writer.drain()
        except TimeoutError:
            self._line.fail(lost(f"The source sent nothing for {PATIENCE:g} seconds."))
        except RtspError as error:
            self._line.fail(refused(str(error)))
        except OSError:
            return


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(PIECE):
            writer.write(data)
            await writer.drain()


def free_port() -> int:
    """A port of this machine that nobody has just now."""
    with socket.socket() as one:
        one.bind((LOCAL, 0))
        return int(one.getsockname()[1])


async def ffmpeg_at(port: int) -> Streams:
    """A connection to the FFmpeg that is about to listen at a port. Raises `Failed`."""
    for _ in range(LISTEN_TRIES):
        with suppress(OSError):
            return await asyncio.open_connection(LOCAL, port)
        await asyncio.sleep(LISTEN_PAUSE)
    raise lost("The decoder did not begin to listen.")
