"""A process that is killed at any step of a report: after the restart there is exactly one, and it is whole.

Real processes, a real PostgreSQL, `kill -9`; the language model is a scripted server. The first points stand
for all unless `STENO_FAULT_KILLS` is set.
"""

import asyncio
import os

import asyncpg
import pytest

from server.access.access import DEFAULT
from server.reporting.stored import from_stored
from server.store.postgres import PostgresStore
from tests.support.desks import a_held_meeting
from tests.support.report_writing import STRIPE, obedient, texts
from tests.support.scripted_model import ScriptedModel
from tests.support.server import running
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
    connection = await asyncpg.connect(database_url)
    told = asyncio.Event()
    await connection.execute(
        "CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM pg_notify('done', ''); RETURN NEW; END $$;"
        "CREATE TRIGGER told AFTER UPDATE OF status ON jobs.workflow_status "
        "FOR EACH ROW EXECUTE FUNCTION told();"
    )
    await connection.add_listener("done", lambda *_: told.set())
    try:
        async with running(server.app) as address:
            model = f"{address}/v1"
            async with working("reporting", database_url, "first", LEASE, model, die=die) as first:
                await says(first, "ready")
                meeting = await a_held_meeting(store)
                async with asyncio.timeout(60):
                    assert await first.wait() == -9
            async with working("reporting", database_url, "second", LEASE, model), asyncio.timeout(60):
                while True:
                    # Before the question: what is told while it is asked may be what it did not see.
                    told.clear()
                    if not await _undone(connection):
                        break
                    await told.wait()
    finally:
        await connection.close()
    (head,) = await store.reports.report_heads(meeting)
    assert (head.version, head.writing, head.status) == (1, False, "ok")
    row = await store.reports.report(meeting)
    assert row is not None
    assert texts(from_stored(row.report), "decisions") == [STRIPE["text"]]
    assert await store.reports.dead_letters(DEFAULT) == ()


async def _undone(connection: asyncpg.Connection) -> int:
    """How much of the work is not done: the follow-up, and the report."""
    done = await connection.fetchval("SELECT count(*) FROM jobs.workflow_status WHERE status = 'SUCCESS'")
    return 2 - int(done)
