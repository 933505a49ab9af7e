"""The list of meetings: made from when to when, in whichever zone that is said, and how far reports are."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx

from server.store.postgres import PostgresStore
from server.store.records import NewMeeting
from server.store.report_records import Failure, NewReport
from streaming.segments import Coverage
from tests.integration.store.made import a_session
from tests.support.node import node

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOURS = range(5)
REPORT = NewReport("general", "en", {"status": "ok", "template": "general", "template_version": 1})


async def listed(http: httpx.AsyncClient, **query: str) -> list[str | None]:
    """The titles of all pages of two."""
    found: list[str | None] = []
    while True:
        answer = await http.get("/v1/meetings", params={**query, "limit": "2"})
        assert answer.status_code == 200, answer.text
        found += [one["title"] for one in answer.json()["data"]]
        if answer.json()["next_cursor"] is None:
            return found
        query["cursor"] = answer.json()["next_cursor"]


async def made_by_the_hour(store: PostgresStore, url: str) -> None:
    """A meeting of each hour from noon on, called by its number."""
    connection = await asyncpg.connect(url)
    try:
        for hour in HOURS:
            meeting = await store.create_meeting(NewMeeting(str(hour)))
            at = NOON + timedelta(hours=hour)
            await connection.execute("UPDATE meetings SET created_at = $2 WHERE id = $1", meeting.id, at)
    finally:
        await connection.close()


RANGES = [
    ({}, "43210"),
    # The first moment belongs to it, the last does not.
    ({"from": "2026-03-01T13:00:00Z"}, "4321"),
    ({"from": "2026-03-01T13:00:00.000001Z"}, "432"),
    ({"to": "2026-03-01T13:00:00Z"}, "0"),
    ({"to": "2026-03-01T13:00:00.000001Z"}, "10"),
    ({"from": "2026-03-01T13:00:00Z", "to": "2026-03-01T16:00:00Z"}, "321"),
    # The same in another zone, and without one, which is UTC.
    ({"from": "2026-03-01T16:00:00+03:00", "to": "2026-03-01T11:00:00-05:00"}, "321"),
    ({"from": "2026-03-01T13:00:00", "to": "2026-03-01T16:00:00"}, "321"),
    ({"from": "2026-03-01T13:00:00Z", "to": "2026-03-01T13:00:00Z"}, ""),
    ({"from": "2026-03-01T16:00:00Z", "to": "2026-03-01T13:00:00Z"}, ""),
    # With what else narrows the list.
    ({"from": "2026-03-01T13:00:00Z", "q": "2"}, "2"),
    ({"from": "2026-03-01T15:00:00Z", "q": "2"}, ""),
    ({"to": "2026-03-01T13:00:00Z", "status": "ended"}, ""),
]


async def test_meetings_are_found_by_when_they_were_made(store: PostgresStore, database_url: str) -> None:
    await made_by_the_hour(store, database_url)
    async with (
        node(store) as one,
        one.client() as http,
    ):
        for query, expected in RANGES:
            assert await listed(http, **query) == list(expected), query


async def an_ended(store: PostgresStore, title: str) -> str:
    meeting = (await store.create_meeting(NewMeeting(title))).id
    await store.open_session(meeting, a_session(f"ses-{meeting}"))
    await store.close_session(f"ses-{meeting}", position=0, duration=0.0, coverage=Coverage())
    return meeting


async def reported(store: PostgresStore, meeting: str, *, fails: bool = False, writing: bool = False) -> None:
    """One more version of the report; one that `fails` has the words' own in its place."""
    version = await store.reports.add_report(meeting, replace(REPORT, writing=fails or writing))
    if fails:
        failure = Failure("internal", "The server failed to do this.")
        await store.reports.give_up(meeting, version, failure)
        await store.reports.finish_report(meeting, version, lambda report: report, failure)


async def test_each_row_says_how_far_its_report_is_as_the_meeting_does(store: PostgresStore) -> None:
    """The newest version decides."""
    meetings = {"off": (await store.create_meeting(NewMeeting("off"))).id}
    for title in ("awaited", "ready", "writing", "failed", "ready again"):
        meetings[title] = await an_ended(store, title)
    await reported(store, meetings["ready"])
    for title in ("writing", "failed", "ready again"):
        await reported(store, meetings[title], fails=title != "failed")
    await reported(store, meetings["writing"], writing=True)
    await reported(store, meetings["failed"], fails=True)
    await reported(store, meetings["ready again"])
    expected = {
        "off": "off",
        "awaited": "pending",
        "ready": "ready",
        "writing": "pending",
        "failed": "failed",
        "ready again": "ready",
    }
    async with (
        node(store, reports=store.reports) as one,
        one.client() as http,
    ):
        rows = (await http.get("/v1/meetings")).json()["data"]
        assert {row["title"]: row["report_status"] for row in rows} == expected
        for title, meeting in meetings.items():
            detail = (await http.get(f"/v1/meetings/{meeting}")).json()
            assert detail["report_status"] == expected[title]
