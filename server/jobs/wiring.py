"""What a process does durably: what the ends of meetings leave to do, and what the clock does."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from server.jobs.follow_up import Work
from server.jobs.retention import retention_work, sweeping
from server.jobs.runner import follow_ups
from server.metrics import Metrics
from server.store.postgres import PostgresStore


@asynccontextmanager
async def working(
    url: str, store: PostgresStore, works: Sequence[Work], metrics: Metrics, *, node: str
) -> AsyncIterator[None]:
    """Do `works`, and remove the meetings whose time is over, until the block ends. See `follow_ups`."""
    all_works = (*works, retention_work(store.archive))
    async with (
        follow_ups(url, store, all_works, metrics, node=node),
        sweeping(store.archive, lambda: datetime.now(UTC)),
    ):
        yield
