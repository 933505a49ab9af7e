"""A server over TLS, in front of one that has none: clients that insist on `wss://` reach it through here."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

READ = 64 * 1024


@asynccontextmanager
async def relayed(tls: ssl.SSLContext, port: int) -> AsyncIterator[int]:
    """Listen on a port of this machine and pass everything on to another one, both ways."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_connection("127.0.0.1", port)
        with suppress(ConnectionError):
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_carry(reader, outer))
                tasks.create_task(_carry(inner, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(READ):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()
