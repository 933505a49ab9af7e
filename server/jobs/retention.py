"""Removes the meetings whose time is over, once an hour, on one node of all.

Each hour has a number, and each node queues the sweep of the present one under that: it is queued once, and
whichever node takes it judges all meetings by the beginning of that hour. One that was begun on a node that
died is begun anew, and comes to the same judgement. Each meeting is removed in a transaction of its own.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

import structlog

from server.jobs.follow_up import Ending, Step, Work
from server.store.deletion_records import Deletion
from server.store.queue import RETENTION
from streaming.errors import NotFound, StenoError, StoreError

PERIOD: Final = timedelta(hours=1)
BATCH: Final = 100
"""Meetings that are asked for at a time."""
MOST: Final = 10_000
"""Meetings that one sweep removes; the next one goes on."""
MOST_FAILED: Final = 100
"""Meetings that could not be removed, after which a sweep ends."""
TRY_AGAIN_SECONDS: Final = 60.0
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

log = structlog.get_logger(__name__)


class Kept(Protocol):
    """What a sweep needs of the store. Every method raises `StoreError`."""

    async def over(self, now: datetime, limit: int, without: Collection[str]) -> tuple[str, ...]:
        """Meetings whose time is over at `now`."""
        ...

    async def delete_over(self, meeting_id: str, now: datetime) -> Deletion | None:
        """Remove a meeting if its time is over at `now`. Raises `NotFound`, `StenoError`."""
        ...

    async def swept(self, now: datetime, deleted: Mapping[str, int]) -> None:
        """Keep that all meetings were judged at `now`, and how many of each workspace were removed."""
        ...

    async def sweep_at(self, number: int) -> None:
        """Queue the sweep of this number, once."""
        ...


def number_at(now: datetime) -> int:
    """The number of the hour of `now` (aware)."""
    return (now - _EPOCH) // PERIOD


def time_of(number: int) -> datetime:
    """The beginning of the hour of a number."""
    return _EPOCH + number * PERIOD


def retention_work(kept: Kept) -> Work:
    """The sweep, as the queue of jobs does it."""

    async def run(ending: Ending) -> None:
        await sweep(kept, time_of(ending.number))

    return Work(RETENTION, [Step("sweep", run)], at_once=1)


async def sweep(kept: Kept, now: datetime) -> int:
    """Remove what is over at `now`; how many meetings that were. Raises `StoreError`."""
    deleted: Counter[str] = Counter()
    failed: set[str] = set()
    while deleted.total() < MOST and len(failed) < MOST_FAILED:
        meetings = await kept.over(now, BATCH, failed)
        for meeting in meetings:
            try:
                if (deletion := await kept.delete_over(meeting, now)) is not None:
                    deleted[deletion.workspace] += 1
            except NotFound:
                continue
            except StoreError:
                raise
            except StenoError as error:
                failed.add(meeting)
                log.error("meeting_not_removed", meeting=meeting, code=error.code)  # noqa: TRY400
        if len(meetings) < BATCH:
            break
    await kept.swept(now, deleted)
    if deleted:
        log.info("retention_swept", deleted=deleted.total())
    return deleted.total()


@asynccontextmanager
async def sweeping(kept: Kept, clock: Callable[[], datetime]) -> AsyncIterator[None]:
    """Queue the sweep of each hour until the block ends. `clock` gives aware times."""
    async with asyncio.TaskGroup() as tasks:
        queueing = tasks.create_task(_keep_queueing(kept, clock))
        try:
            yield
        finally:
            queueing.cancel()


async def _keep_queueing(kept: Kept, clock: Callable[[], datetime]) -> None:
    while True:
        number = number_at(clock())
        try:
            await kept.sweep_at(number)
        except StoreError:
            await asyncio.sleep(TRY_AGAIN_SECONDS)
        else:
            await asyncio.sleep(max(1.0, (time_of(number + 1) - clock()).total_seconds()))
