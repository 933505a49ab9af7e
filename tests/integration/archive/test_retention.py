"""Meetings are removed when their time is over, on a given clock, once over all nodes, and with a receipt."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from server.access.access import DEFAULT
from server.jobs import retention
from server.jobs.retention import PERIOD, number_at, retention_work, sweep, sweeping, time_of
from server.jobs.runner import follow_ups
from server.metrics import Metrics
from server.store.postgres import PostgresStore
from server.store.records import NewMeeting
from streaming.segments import Coverage
from tests.integration.store.made import a_session
from tests.support.node import node
from tests.support.triggers import telling

END = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that hears of receipts and of sweeps."""
    async with telling(database_url, "swept", "retention", "INSERT OR UPDATE") as connection:
        yield connection


async def a_meeting(store: PostgresStore, database: asyncpg.Connection, days: int | None, state: str) -> str:
    """A meeting that ended, or was made, or is live since `END`."""
    meeting = (await store.create_meeting(NewMeeting(retention_days=days))).id
    if state != "created":
        await store.open_session(meeting, a_session(f"ses-{meeting}"))
    if state == "ended":
        await store.close_session(f"ses-{meeting}", position=0, duration=0, coverage=Coverage())
    made = END if state == "created" else END - 90 * DAY
    await database.execute(
        "UPDATE meetings SET created_at = $2, ended_at = CASE status WHEN 'ended' THEN $3::timestamptz END "
        "WHERE id = $1",
        *(meeting, made, END),
    )
    return meeting


async def gone(store: PostgresStore, meetings: dict[str, str]) -> set[str]:
    return {name for name, meeting in meetings.items() if await store.meeting(meeting) is None}


async def test_days_count_from_the_end_and_a_meetings_own_go_before_the_workspaces(
    store: PostgresStore, database: asyncpg.Connection
) -> None:
    meetings = {
        f"{state} {days}": await a_meeting(store, database, days, state)
        for state in ("ended", "created", "live")
        for days in (None, 2, 10)
    }
    second = timedelta(seconds=1)
    assert await sweep(store.archive, END + 2 * DAY - second) == 0
    assert await sweep(store.archive, END + 2 * DAY) == 2
    assert await gone(store, meetings) == {"ended 2", "created 2"}
    await store.archive.keep_for(DEFAULT, 5)
    assert await sweep(store.archive, END + 5 * DAY - second) == 0
    assert await sweep(store.archive, END + 5 * DAY) == 2
    assert await sweep(store.archive, END + 5 * DAY) == 0
    assert await gone(store, meetings) == {"ended 2", "created 2", "ended None", "created None"}
    assert await sweep(store.archive, END + 1000 * DAY) == 2
    left = set(meetings) - await gone(store, meetings)
    assert left == {"live None", "live 2", "live 10"}
    receipts = (await store.archive.deletions(DEFAULT)).deletions
    assert {one.meeting_id for one in receipts} == {meetings[name] for name in set(meetings) - left}
    assert {one.reason for one in receipts} == {"retention"}


async def test_a_meeting_that_goes_on_meanwhile_is_kept(
    store: PostgresStore, database: asyncpg.Connection
) -> None:
    meeting = await a_meeting(store, database, 1, "ended")
    now = END + 3 * DAY
    assert await store.archive.over(now, 10) == (meeting,)
    assert await store.archive.over(now, 10, {meeting}) == ()
    await store.open_session(meeting, a_session("ses_more"))
    assert await store.archive.delete_over(meeting, now) is None
    assert await store.meeting(meeting) is not None


class Stuck:
    """Audio of one meeting that cannot be removed."""

    def __init__(self, meeting: str) -> None:
        self.meeting = meeting

    async def delete(self, meeting_id: str) -> int:
        if meeting_id == self.meeting:
            raise PermissionError(meeting_id)
        return 0


async def test_one_that_cannot_be_removed_keeps_no_other(
    store: PostgresStore, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 1)
    meetings = [await a_meeting(store, database, 1, "ended") for _ in range(3)]
    stuck = PostgresStore(store._engine, [Stuck(meetings[0])])
    assert await sweep(stuck.archive, END + DAY) == 2
    assert [await store.meeting(one) is None for one in meetings] == [False, True, True]
    assert await sweep(store.archive, END + DAY) == 1


def test_each_hour_has_a_number_and_its_beginning_is_when_it_judges() -> None:
    assert time_of(number_at(END + timedelta(minutes=59))) == END
    assert number_at(END + PERIOD) == number_at(END) + 1


async def test_all_nodes_queue_the_sweep_of_an_hour_and_one_does_it(
    store: PostgresStore, database: asyncpg.Connection, database_url: str
) -> None:
    meetings = {str(at): await a_meeting(store, database, 1, "ended") for at in range(3)}
    now = END + 2 * DAY + timedelta(minutes=7)
    swept = asyncio.Event()
    await database.add_listener("swept", lambda *_: swept.set())
    works = [retention_work(store.archive)]
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(sweeping(store.archive, lambda: now))
        metrics = Metrics(CollectorRegistry())
        await stack.enter_async_context(follow_ups(database_url, store, works, metrics, node="one"))
        async with asyncio.timeout(60):
            await swept.wait()
    assert await gone(store, meetings) == set(meetings)
    assert len((await store.archive.deletions(DEFAULT)).deletions) == 3
    kept = await store.archive.retention(DEFAULT)
    assert (kept.ran_at, kept.deleted) == (END + 2 * DAY, 3)
    queued = await database.fetch("SELECT workflow_uuid FROM jobs.workflow_status WHERE name = 'retention'")
    assert [row[0] for row in queued] == [f"retention-all-{number_at(now)}-0"]


async def test_the_workspace_says_for_how_long_its_meetings_are_kept(store: PostgresStore) -> None:
    async with (
        node(store) as one,
        one.client() as http,
    ):
        assert (await http.get("/v1/retention")).json() == {"days": None, "last_sweep": None}
        assert (await http.patch("/v1/retention", json={"days": 30})).json()["days"] == 30
        await sweep(store.archive, END)
        last = {"at": END.isoformat().replace("+00:00", "Z"), "deleted": 0}
        assert (await http.get("/v1/retention")).json() == {"days": 30, "last_sweep": last}
        assert (await http.patch("/v1/retention", json={"days": None})).json()["days"] is None
        for body in ({}, {"days": 0}, {"days": 36_501}, {"days": "x"}):
            assert (await http.patch("/v1/retention", json=body)).status_code == 422
