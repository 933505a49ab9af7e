"""Has a database tell of each row that is written, so that a test waits for it and asks no clock.

In: a connection, a table and what of a row is told. Out: notifications on a channel, or the return once what
a test asks for holds.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg

PATIENCE = 60.0
JOBS = "jobs.workflow_status"
"""The table in which the queue keeps how far each piece of work has come."""


async def tell(
    connection: asyncpg.Connection, channel: str, table: str, when: str = "UPDATE", what: str = "''"
) -> None:
    """Have each row of `table` told on `channel`; `what` is an expression of SQL over NEW or OLD."""
    await connection.execute(
        f"CREATE OR REPLACE FUNCTION tell_{channel}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN PERFORM pg_notify('{channel}', {what}); RETURN NULL; END $$;"
        f"CREATE OR REPLACE TRIGGER tell_{channel} AFTER {when} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION tell_{channel}();"
    )


@asynccontextmanager
async def telling(
    url: str, channel: str, table: str, when: str = "UPDATE", what: str = "''"
) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the database at `url` which is told as `tell` says."""
    connection = await asyncpg.connect(url)
    try:
        await tell(connection, channel, table, when, what)
        yield connection
    finally:
        await connection.close()


async def until(connection: asyncpg.Connection, channel: str, holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it holds, and ask again whenever something is told. Raises `TimeoutError`."""
    told = asyncio.Event()
    await connection.add_listener(channel, lambda *_: told.set())
    async with asyncio.timeout(PATIENCE):
        while True:
            # Before the question: what is told while it is asked may be what it did not see.
            told.clear()
            if await holds():
                return
            await told.wait()
