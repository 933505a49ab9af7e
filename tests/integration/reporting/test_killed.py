"""A process that is killed at any step of a report: after the restart there is exactly one, and it is whole.

Real processes, a real PostgreSQL, `kill -9`; the language model is a scripted server. The first points stand
for all unless `STENO_FAULT_KILLS` is set.
"""

import asyncio
import os
from functools import partial

import asyncpg
import pytest

from server.access.access import DEFAULT
from server.reporting.stored import from_stored
from server.store.postgres import PostgresStore
from tests.support.desks import a_held_meeting
from tests.support.report_writing import STRIPE, obedient, texts
from tests.support.scripted_model import ScriptedModel
from tests.support.server import running
from tests.support.triggers import JOBS, telling, until
from tests.support.workers import says, working

LEASE = "0.6"
"""Seconds: after this a node that died is known to be dead."""
POINTS = [
    "in:summarise",
    "after:verify",
    "before:check_coverage",
    "after:check_coverage",
    "before:report",
    "after:report",
    "before:summarise",
    "after:summarise",
    "before:verify",
]


@pytest.mark.parametrize("die", POINTS[: None if os.environ.get("STENO_FAULT_KILLS") else 2])
async def test_a_killed_process_costs_no_report_and_makes_no_second(
    store: PostgresStore, database_url: str, die: str
) -> None:
    server = ScriptedModel(obedient)
    async with telling(database_url, "done", JOBS) as connection, running(server.app) as address:
        model = f"{address}/v1"
        async with working("reporting", database_url, "first", LEASE, model, die=die) as first:
            await says(first, "ready")
            meeting = await a_held_meeting(store)
            async with asyncio.timeout(60):
                assert await first.wait() == -9
        async with working("reporting", database_url, "second", LEASE, model):
            await until(connection, "done", partial(_all_done, connection))
    (head,) = await store.reports.report_heads(meeting)
    assert (head.version, head.writing, head.status) == (1, False, "ok")
    row = await store.reports.report(meeting)
    assert row is not None
    assert texts(from_stored(row.report), "decisions") == [STRIPE["text"]]
    assert await store.reports.dead_letters(DEFAULT) == ()


async def _all_done(connection: asyncpg.Connection) -> bool:
    """Both the follow-up and the report."""
    return bool(await connection.fetchval(f"SELECT count(*) = 2 FROM {JOBS} WHERE status = 'SUCCESS'"))  # noqa: S608
