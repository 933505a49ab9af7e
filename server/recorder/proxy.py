"""The one way out of a bot's browser: a proxy that connects to addresses it has checked, and to no others.

In: what a browser asks of an HTTP proxy (CONNECT, and plain requests by their whole address). Out: the bytes
of the far end. A page that a stranger named, whatever it loads and wherever it is led on to, reaches the same
addresses as webhooks do. The name is looked up here, once, and the connection made to what was found. What
goes by WebRTC goes past it, as all media do.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final
from urllib.parse import urlsplit

from server.guarded.addresses import AddressRefused, HostUnknown, checked_addresses

MOST_CONNECTIONS: Final = 256
HEAD_SECONDS: Final = 10.0
CONNECT_SECONDS: Final = 10.0
PIECE: Final = 1 << 16
MOST_REFUSED: Final = 100
_OWN_HEADERS: Final = (b"proxy-", b"connection:")

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Proxy:
    """Serves one browser. `refused` are hosts to which it was not led, because of their addresses."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        # bounded: by `MOST_CONNECTIONS`, above which they are closed at once.
        self._open: set[asyncio.StreamWriter] = set()
        self.refused: set[str] = set()  # bounded: by `MOST_REFUSED`
        self.url = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen on this machine alone until the block ends."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield
        finally:
            server.close()
            for writer in tuple(self._open):
                writer.transport.abort()
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await self._answer(reader, writer)
        finally:
            self._open.discard(writer)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(HEAD_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
        asked = _asked(head)
        if asked is None or len(self._open) > MOST_CONNECTIONS:
            writer.write(_refusal(400 if asked is None else 503))
            return
        host, port, first = asked
        try:
            far = await self._connect(host, port)
        except AddressRefused:
            if len(self.refused) < MOST_REFUSED:
                self.refused.add(host)
            writer.write(_refusal(403))
            return
        except (HostUnknown, OSError, TimeoutError):
            writer.write(_refusal(502))
            return
        try:
            if first:
                far[1].write(first)
            else:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_carry(reader, far[1]))
                tasks.create_task(_carry(far[0], writer))
        except* OSError:
            pass
        finally:
            far[1].close()

    async def _connect(self, host: str, port: int) -> Stream:
        error: Exception = HostUnknown(host)
        async with asyncio.timeout(CONNECT_SECONDS):
            addresses = await checked_addresses(host, port, allow_private=self._allow_private)
            for address in addresses:
                try:
                    return await asyncio.open_connection(address, port)
                except OSError as failed:
                    error = failed
        raise error


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Everything from one end to the other; a writer that does not take it slows the reader."""
    with suppress(OSError):
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
    with suppress(OSError):
        if writer.can_write_eof():
            writer.write_eof()


def _asked(head: bytes) -> tuple[str, int, bytes] | None:
    """Host and port, and what the far end is to be sent first: nothing for a tunnel. None for no request."""
    try:
        line, *headers = head[:-4].split(b"\r\n")
        method, target, version = line.decode("ascii").split(" ")
        address = urlsplit(f"//{target}" if method == "CONNECT" else target)
        host, port = address.hostname, address.port
    except ValueError:
        return None
    if not host or not version.startswith("HTTP/1"):
        return None
    if method == "CONNECT":
        return (host, port, b"") if port else None
    if address.scheme != "http":
        return None
    path = (address.path or "/") + (f"?{address.query}" if address.query else "")
    kept = [one for one in headers if not one.lower().startswith(_OWN_HEADERS)]
    # One request a connection: the next one may be for another host.
    return (
        host,
        port or 80,
        b"\r\n".join([f"{method} {path} {version}".encode(), *kept, b"Connection: close"]) + b"\r\n\r\n",
    )


def _refusal(status: int) -> bytes:
    return f"HTTP/1.1 {status} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
