"""Looks after who is here: whose key was revoked, or whose time is over, is sent away.

In: who is here, what the database says, and word from other nodes that a key has changed. A change is known
within a moment by that word, and within `LOOK_SECONDS` without it. While the database is away nobody is sent
away but those whose time is over.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Final

import structlog

from server.access.presence import Presences
from server.access.tally import Tally
from server.store.postgres_access import AccessRecords
from server.store.quotas import hours_used_up
from streaming.errors import StoreError

LOOK_SECONDS: Final = 1.0
WRITE_SECONDS: Final = 10.0
"""How often what was counted is written, and hours are looked at."""
LAST_SECONDS: Final = 2.0
"""How long the last writing may take when the server stops."""
LATER_SECONDS: Final = 3600.0
"""When another try makes sense for who has used the hours of a month: the next refusal says it exactly."""

log = structlog.get_logger(__name__)


class Watch:
    """`forget` is called when a key has changed: what is remembered of keys is asked for anew. `now`
    gives the time of day, aware."""

    def __init__(
        self,
        records: AccessRecords,
        presences: Presences,
        tally: Tally,
        forget: Callable[[], None],
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._records = records
        self._presences = presences
        self._tally = tally
        self._forget = forget
        self._now = now
        self._changed = asyncio.Event()

    def heard(self) -> None:
        """Somewhere a key has changed."""
        self._forget()
        self._changed.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Watch until the block ends; what was counted is then written."""
        async with asyncio.TaskGroup() as tasks:
            # Apart from each other: a database that hangs keeps nobody here whose time is over.
            watching = [
                tasks.create_task(work) for work in (self._keep_time(), self._keep_keys(), self._keep_count())
            ]
            try:
                yield
            finally:
                for task in watching:
                    task.cancel()
                with suppress(TimeoutError):
                    async with asyncio.timeout(LAST_SECONDS):
                        await self.write()

    async def _keep_time(self) -> None:
        while True:
            self._presences.expire(self._now())
            expiry = self._presences.next_expiry()
            until = LOOK_SECONDS if expiry is None else (expiry - self._now()).total_seconds()
            await asyncio.sleep(max(0.0, min(LOOK_SECONDS, until)))

    async def _keep_keys(self) -> None:
        while True:
            self._changed.clear()
            await self.look()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._changed.wait()

    async def _keep_count(self) -> None:
        while True:
            await asyncio.sleep(WRITE_SECONDS)
            await self.write()
            await self.look_at_hours()

    async def look(self) -> None:
        """Send away whose key was revoked, and who has signed out."""
        keys, sign_ins = self._presences.keys(), self._presences.sign_ins()
        try:
            revoked = await self._records.revoked(keys) if keys else frozenset[str]()
            left = await self._records.signed_out(sign_ins) if sign_ins else frozenset[str]()
        except StoreError as error:
            log.debug("keys_not_watched", code=error.code)
            return
        if revoked:
            self._forget()
            self._presences.revoke(revoked)
        if left:
            self._forget()
            self._presences.sign_out(left)

    async def look_at_hours(self) -> None:
        """End the streams of keys whose month is used up."""
        keys = self._presences.keys()
        if not keys:
            return
        try:
            used_up = await self._records.used_up(keys)
        except StoreError as error:
            log.debug("hours_not_watched", code=error.code)
            return
        for key, hours in used_up.items():
            self._presences.stop(key, hours_used_up(hours, LATER_SECONDS))

    async def write(self) -> None:
        """Write what was counted."""
        counted = self._tally.taken()
        if not counted.requests and not counted.used:
            return
        try:
            await self._records.note(counted)
        except StoreError:
            self._tally.give_back(counted)
