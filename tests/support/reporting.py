"""A process that writes reports, and dies where it is told to.

`python -m tests.support.reporting URL NODE LEASE MODEL [DIE]`: MODEL is the language model's address. At the
point DIE (`before:<step>`, `after:<step>`, or `in:summarise`, after the second answer was stored) the process
kills itself as `kill -9` does. See `tests.support.workers`.
"""

import asyncio
import sys
from typing import Any

from prometheus_client import CollectorRegistry

from server.jobs.runner import follow_ups
from server.metrics import Metrics
from server.notify.step import Announcer
from server.reporting.wiring import reporting, works
from server.store.postgres import PostgresStore, open_store
from summarizer.endpoint import Endpoint
from tests.support.workers import maybe_die, mortal, until_the_end


def _dies_while_it_writes(store: PostgresStore) -> None:
    save, saved = store.reports.save_drafts, [0]

    async def counted(*given: Any) -> None:
        await save(*given)
        saved[0] += 1
        if saved[0] == 2:
            maybe_die("here", "here")

    store.reports.save_drafts = counted  # type: ignore[method-assign,assignment]


async def main(url: str, node: str, lease: str, model: str, die: str = "") -> None:
    """Work until the input ends."""
    metrics = Metrics(CollectorRegistry())
    async with open_store(url) as store, reporting(Endpoint(model, "m"), store) as desk:
        if die == "in:summarise":
            _dies_while_it_writes(store)
        announcer = Announcer(store, store.notifications, wake=lambda: None)
        rows = [mortal(work, die) for work in works(desk, announcer, metrics)]
        async with follow_ups(url, store, rows, metrics, node=node, lease_seconds=float(lease)):
            await until_the_end()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
