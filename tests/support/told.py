"""Watches the deliveries of a database until they are as a test expects.

In: the database's address. Out: the state of each delivery, by its kind.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import asyncpg

from tests.support.triggers import PATIENCE, telling


class Deliveries:
    """What a test may wait for."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self._changed = asyncio.Event()

    def changed(self, *_: object) -> None:
        """Something was written."""
        self._changed.set()

    async def states(self) -> dict[str, str]:
        """By kind."""
        rows = await self.connection.fetch("SELECT kind, state FROM deliveries")
        return {row["kind"]: row["state"] for row in rows}

    async def next_change(self) -> None:
        """Wait for one that was not waited for yet."""
        async with asyncio.timeout(PATIENCE):
            await self._changed.wait()
        self._changed.clear()

    async def until(self, expected: dict[str, str]) -> None:
        """Wait until the states are these."""

        async def so() -> bool:
            return await self.states() == expected

        await self.until_it_holds(so)

    async def until_it_holds(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """Wait until it does, and ask again whenever something is written. Raises `TimeoutError`."""
        async with asyncio.timeout(PATIENCE):
            while True:
                self._changed.clear()
                if await holds():
                    return
                await self._changed.wait()


Watched = TypeVar("Watched", bound=Deliveries)


@asynccontextmanager
async def watched(url: str) -> AsyncIterator[Deliveries]:
    """Watch the database at `url`."""
    async with watching(url, "deliveries", Deliveries) as found:
        yield found


@asynccontextmanager
async def watching(url: str, table: str, kind: type[Watched]) -> AsyncIterator[Watched]:
    """Watch a table of deliveries, whose rows have a `state`."""
    async with telling(url, "delivered", table, "INSERT OR UPDATE") as connection:
        found = kind(connection)
        await connection.add_listener("delivered", found.changed)
        yield found
