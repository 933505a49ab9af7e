"""The desk that writes reports, and the rows of steps in which it works.

In: the store, and the language model to ask, if any. Out: what the queue of jobs is to do. The client of
language models is imported only where one is asked.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.jobs.follow_up import Ending, Work, check_coverage
from server.metrics import Metrics
from server.reporting.desk import Desk
from server.store.postgres import PostgresStore
from server.store.queue import FOLLOW_UP, REPORT
from server.store.report_records import Failure
from summarizer.endpoint import Endpoint

FOLLOW_UPS_AT_ONCE = 2
"""Follow-ups that one process works at; the others wait in the queue, which is in the database."""


@asynccontextmanager
async def reporting(
    endpoint: Endpoint | None, store: PostgresStore, tokens_per_day: int = 0
) -> AsyncIterator[Desk]:
    """The desk, whose connections to a language model are open until the block ends."""
    if endpoint is None:
        yield Desk(store, store.reports)
        return
    from summarizer.writer import Writer  # noqa: PLC0415 - slow to import, and only needed to ask a model

    writer = Writer(endpoint, time.monotonic)
    try:
        yield Desk(store, store.reports, writer, endpoint.at_once, tokens_per_day)
    finally:
        await writer.aclose()


def works(desk: Desk, metrics: Metrics) -> tuple[Work, ...]:
    """What is done when a meeting has ended, and when a report is to be written."""

    def kept(name: str) -> Work:
        async def failed(ending: Ending, step: str) -> None:
            failure = Failure("internal", "The server failed to do this; the log says why.")
            await desk.reports.add_dead_letter(
                name, ending.meeting, ending.number, step=step, failure=failure
            )

        steps = {
            FOLLOW_UP: (check_coverage(desk.store, metrics), desk.first),
            REPORT: (desk.summarise, desk.verify),
        }
        return Work(name, steps[name], FOLLOW_UPS_AT_ONCE if name == FOLLOW_UP else desk.at_once, failed)

    return kept(FOLLOW_UP), kept(REPORT)
