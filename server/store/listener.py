"""Hears what other nodes say through PostgreSQL (`NOTIFY`), as long as the connection lasts; then over a new
one.

A notification may be lost with a connection, and a pooler in front of the database may let none through: who
listens must look for himself from time to time. After each connecting it is taken for said that something
was.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

import asyncpg
import structlog

from server.store.engine import CONNECT_SECONDS, connect_url

AGAIN_SECONDS: Final = 2.0
CLOSE_SECONDS: Final = 1.0

log = structlog.get_logger(__name__)


@asynccontextmanager
async def listening(url: str, channel: str, heard: Callable[[str], None]) -> AsyncIterator[None]:
    """Call `heard`, on the event loop, with whatever is said in `channel`, until the block ends; with nothing
    when something may have been missed."""
    async with asyncio.TaskGroup() as tasks:
        keeping = tasks.create_task(_keep(connect_url(url), channel, heard))
        try:
            yield
        finally:
            keeping.cancel()


async def _keep(dsn: str, channel: str, heard: Callable[[str], None]) -> None:
    while True:
        try:
            await _listen(dsn, channel, heard)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
            log.debug("not_listening", error=type(error).__name__)
        await asyncio.sleep(AGAIN_SECONDS)


async def _listen(dsn: str, channel: str, heard: Callable[[str], None]) -> None:
    """Return when the connection is lost."""
    lost = asyncio.Event()
    connection = await asyncpg.connect(dsn, timeout=CONNECT_SECONDS)
    try:
        connection.add_termination_listener(lambda _: lost.set())
        await connection.add_listener(channel, lambda *said: heard(str(said[-1])))
        heard("")
        await lost.wait()
    finally:
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
            await connection.close(timeout=CLOSE_SECONDS)
