"""What a meeting's end leaves to do is done once, whichever process dies and wherever: real processes, a real
PostgreSQL, `kill -9`."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from server.jobs import runner
from server.jobs.follow_up import Ending, Step, Work, check_coverage
from server.jobs.runner import BEATS, follow_ups
from server.metrics import Metrics
from server.store.postgres import PostgresStore
from server.store.records import Lease, NewMeeting, Progressed
from streaming.errors import StoreError
from streaming.ledger import Interval
from streaming.segments import Coverage
from tests.integration.store.made import a_session
from tests.support.following import STEPS
from tests.support.triggers import JOBS, tell, telling, until
from tests.support.workers import says, working

LEASE = 0.6
"""Seconds: after this a node that died is known to be dead."""
LONG_LEASE = 60.0
"""The same where nobody dies, though the machine may keep a process from renewing its lease for a while."""


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the test's database, with the table into which steps write."""
    async with telling(database_url, "beat", "nodes", what="NEW.id") as connection:
        await connection.execute(
            "CREATE TABLE done (at serial, meeting text, number int, step text, node text)"
        )
        await tell(connection, "done", "done", "INSERT")
        yield connection


async def an_ended_meeting(store: PostgresStore) -> str:
    """A meeting whose only session was stopped."""
    meeting = await store.create_meeting(NewMeeting())
    await store.open_session(meeting.id, a_session(f"ses-{meeting.id}"))
    await store.close_session(f"ses-{meeting.id}", position=0, duration=0.0, coverage=Coverage())
    return meeting.id


def following(
    url: str, node: str, die: str = "", lease: float = LEASE
) -> AbstractAsyncContextManager[asyncio.subprocess.Process]:
    """A process that does follow-ups; it may die, and ends well if it does not."""
    return working("following", url, node, str(lease), die=die)


async def outcome(database: asyncpg.Connection, meetings: int = 1) -> list[str]:
    """Wait until the last step of so many meetings is done; all steps that were, in order."""

    async def done() -> bool:
        count = await database.fetchval("SELECT count(*) FROM done WHERE step = $1", STEPS[-1])
        return bool(count >= meetings)

    await until(database, "done", done)
    return [row["step"] for row in await database.fetch("SELECT step FROM done ORDER BY at")]


POINTS = {
    # A step that died between its work and its record is begun anew, and must bear that.
    "after:summarise": ("load", "summarise", "summarise", "notify"),
    "before:load": STEPS,
    "after:load": ("load", *STEPS),
    "before:notify": STEPS,
    "after:notify": (*STEPS, "notify"),
}
"""Where to die, and what was done in the end. The first stands for all unless `STENO_FAULT_KILLS` is set."""


@pytest.mark.parametrize("die", list(POINTS)[: None if os.environ.get("STENO_FAULT_KILLS") else 1])
async def test_what_was_begun_goes_on_elsewhere_after_a_kill(
    database: asyncpg.Connection, database_url: str, store: PostgresStore, die: str
) -> None:
    expected = POINTS[die]
    async with following(database_url, "first", die) as first:
        await says(first, "ready")
        await an_ended_meeting(store)
        async with asyncio.timeout(60):
            assert await first.wait() == -9
    async with following(database_url, "second"):
        assert await outcome(database, expected.count("notify")) == list(expected)


async def test_work_of_a_living_node_is_left_to_it_and_that_of_a_stopped_one_is_taken(
    database: asyncpg.Connection, database_url: str, store: PostgresStore
) -> None:
    async with following(database_url, "first", "stall:summarise") as first:
        await says(first, "ready")
        await an_ended_meeting(store)
        await says(first, "stalled")
        async with following(database_url, "second") as second:
            await says(second, "ready")
            await beats(database, "second", 2 * BEATS)
            assert await database.fetchval("SELECT count(*) FROM done WHERE node = 'second'") == 0
            assert first.stdin is not None
            first.stdin.close()
            assert await outcome(database) == list(STEPS)
    nodes = {row["node"] for row in await database.fetch("SELECT node FROM done WHERE step <> 'load'")}
    assert nodes == {"second"}


async def beats(database: asyncpg.Connection, node: str, number: int) -> None:
    """Wait until a node has renewed its lease so many times."""
    told: asyncio.Queue[None] = asyncio.Queue(maxsize=1_000)
    await database.add_listener("beat", lambda *call: told.put_nowait(None) if call[3] == node else None)
    async with asyncio.timeout(60):
        for _ in range(number):
            await told.get()


async def test_two_nodes_share_the_work_and_do_none_of_it_twice(
    database: asyncpg.Connection, database_url: str, store: PostgresStore
) -> None:
    async with (
        following(database_url, "first", lease=LONG_LEASE) as first,
        following(database_url, "second", lease=LONG_LEASE) as second,
    ):
        await says(first, "ready")
        await says(second, "ready")
        meetings = [await an_ended_meeting(store) for _ in range(12)]
        await outcome(database, len(meetings))
    done = await database.fetch("SELECT meeting, step, count(*) FROM done GROUP BY 1, 2")
    assert {(row["meeting"], row["step"]) for row in done} == {(m, s) for m in meetings for s in STEPS}
    assert {row["count"] for row in done} == {1}


async def test_a_follow_up_waits_for_its_database_and_tells_of_what_fails(
    database: asyncpg.Connection, database_url: str, store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step that the store fails is done again; any other error ends the follow-up, and is counted."""
    monkeypatch.setattr(runner, "FIRST_DELAY", 0.0)
    metrics, seen = Metrics(CollectorRegistry()), []
    ended: asyncio.Queue[str] = asyncio.Queue(maxsize=100)
    await tell(database, "ended", JOBS, what="NEW.status")
    await database.add_listener("ended", lambda *call: ended.put_nowait(str(call[3])))

    async def stubborn(ending: Ending) -> None:
        seen.append(ending)
        if len(seen) < 3:
            raise StoreError("store_unavailable", "The database does not answer.")

    async def broken(_: Ending) -> None:
        raise ZeroDivisionError

    steps = [Step("stubborn", stubborn), Step("broken", broken), Step("never", stubborn)]
    async with follow_ups(database_url, store, [Work("follow_up", steps, 2)], metrics, node="here"):
        meeting = await an_ended_meeting(store)
        async with asyncio.timeout(60):
            while await ended.get() != "ERROR":
                pass
    assert metrics.follow_ups.labels("failed")._value.get() == 1
    assert seen == [Ending(meeting, 1)] * 3


async def test_an_account_that_may_not_make_the_schema_is_told_what_it_needs(
    database: asyncpg.Connection, database_url: str
) -> None:
    parts = urlsplit(database_url)
    role = f"poor_{parts.path.strip('/')}"
    await database.execute(f"CREATE ROLE {role} LOGIN; DROP SCHEMA jobs CASCADE")
    try:
        with pytest.raises(StoreError, match="GRANT CREATE ON DATABASE"):
            await runner.prepare(f"postgresql://{role}@{parts.path}?{parts.query}")
    finally:
        await database.execute(f"DROP ROLE {role}")


async def test_records_are_forgotten_in_time(
    database: asyncpg.Connection, database_url: str, store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "KEPT", timedelta(0))
    gone = asyncio.Event()
    await tell(database, "gone", JOBS, "DELETE")
    await database.add_listener("gone", lambda *_: gone.set())
    await an_ended_meeting(store)
    metrics = Metrics(CollectorRegistry())
    async with follow_ups(
        database_url, store, [Work("follow_up", [], 2)], metrics, node="here", lease_seconds=LEASE
    ):
        async with asyncio.timeout(60):
            await gone.wait()
    assert metrics.follow_ups.labels("done")._value.get() == 1
    assert await database.fetchval("SELECT count(*) FROM jobs.workflow_input") == 0


async def test_each_end_of_a_meeting_has_its_follow_up_in_the_same_transaction(
    database: asyncpg.Connection, store: PostgresStore
) -> None:
    meeting = await an_ended_meeting(store)
    await store.open_session(meeting, a_session("again"))
    await store.close_session("again", position=0, duration=0.0, coverage=Coverage())
    # Closed once more, as after an answer that was lost: no end of its own.
    await store.close_session("again", position=0, duration=0.0, coverage=Coverage())
    queued = await database.fetch("SELECT workflow_uuid FROM jobs.workflow_status ORDER BY created_at")
    assert [row[0] for row in queued] == [f"follow_up-{meeting}-1-0", f"follow_up-{meeting}-2-0"]
    await database.execute("ALTER SCHEMA jobs RENAME TO away")
    await store.open_session(meeting, a_session("third"))
    with pytest.raises(StoreError):
        await store.close_session("third", position=0, duration=0.0, coverage=Coverage())
    kept = await store.meeting(meeting)
    assert kept is not None
    assert kept.status == "live"


async def test_an_orphaned_session_ends_with_its_ledger_closed_and_its_follow_up_queued(
    database: asyncpg.Connection, store: PostgresStore
) -> None:
    meeting = await store.create_meeting(NewMeeting())
    new = replace(a_session("orphan"), token_hash="proof", options={})
    await store.open_session(meeting.id, new, Lease("dead", -3_600))
    track = {"settled": 16_000, "told": 1, "totals": {"transcribed": 16_000}}
    intervals = ((Interval(0, 16_000, "transcribed"),), (Interval(0, 16_000, "transcribed"),))
    progressed = Progressed(
        {"position": 16_000, "written": 1, "tracks": [track, track]}, 1, "dead", False, intervals
    )
    heard = Coverage(received=5.0, transcribed=2.0)
    await store.save("orphan", [], position=16_000, coverage=heard, progressed=progressed)
    abandoned = {name: lease.until for name, lease in (await store.leases(())).items()}
    assert await store.finish_abandoned(abandoned) == (meeting.id,)
    (session,) = await store.sessions(meeting.id)
    assert (session.status, session.coverage) == ("ended", replace(heard, lost=3.0))
    covered = [
        (one.track, one.start, one.end, one.outcome, one.reason) for one in await store.covered(meeting.id)
    ]
    assert covered == [
        piece
        for track in (0, 1)
        for piece in ((track, 0.0, 1.0, "transcribed", None), (track, 1.0, 2.5, "lost", "not_resumed"))
    ]
    queued = await database.fetch("SELECT workflow_uuid FROM jobs.workflow_status")
    assert [row[0] for row in queued] == [f"follow_up-{meeting.id}-1-0"]
    metrics = Metrics(CollectorRegistry())
    await check_coverage(store, metrics).run(Ending(meeting.id, 1))
    assert metrics.ledger_violations._value.get() == 0
    await database.execute("UPDATE sessions SET lost = 0")
    await check_coverage(store, metrics).run(Ending(meeting.id, 1))
    assert metrics.ledger_violations._value.get() == 1
