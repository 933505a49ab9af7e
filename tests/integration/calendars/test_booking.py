"""Bots follow a calendar: booked, moved and called off with its meetings, over a real database."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from server.access.access import DEFAULT
from server.calendars.occurrence import Occurrence
from server.store.calendar_records import Calendar, Looked
from server.store.postgres import PostgresStore
from tests.integration.store.made import a_session
from tests.support.calendar_refusals import NEW

SOON = (datetime.now(UTC) + timedelta(hours=2)).replace(microsecond=0)
HOUR = timedelta(hours=1)


def a_meeting(uid: str = "a", starts_at: datetime = SOON, room: str = "Room") -> Occurrence:
    return Occurrence(uid, "", "Launch", starts_at, starts_at + HOUR, "jitsi", f"https://meet.jit.si/{room}")


class Desk:
    """A calendar and its bots."""

    def __init__(self, store: PostgresStore, database: asyncpg.Connection, calendar: Calendar) -> None:
        self._store = store
        self._database = database
        self.id = calendar.id
        self._number = calendar.number

    async def has(self, *found: Occurrence) -> list[tuple[str, datetime]]:
        """The calendar has these now; where its waiting bots go, and when."""
        assert await self._store.calendars.settle(self.id, self._number, Looked(300.0, found))
        self._number += 1
        return await self.bots("scheduled")

    async def bots(self, *states: str) -> list[tuple[str, datetime]]:
        """In the order of time."""
        rows = await self._database.fetch(
            "SELECT meeting_url, join_at FROM bots WHERE state = ANY($1) ORDER BY join_at, meeting_url",
            states,
        )
        return [(row["meeting_url"].rpartition("/")[2], row["join_at"]) for row in rows]

    async def set_out(self) -> None:
        """All bots are in their meetings."""
        await self._database.execute("UPDATE bots SET state = 'recording'")

    async def count(self, table: str) -> Any:
        """Rows of a table."""
        return await self._database.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608 - a test's own


@pytest.fixture
async def desk(store: PostgresStore, database_url: str) -> AsyncIterator[Desk]:
    database = await asyncpg.connect(database_url)
    calendar = await store.calendars.create(
        DEFAULT, NEW | {"url": "https://calendar.example/", "bot_name": "Scribe", "template": "standup"}
    )
    yield Desk(store, database, calendar)
    await database.close()


def ahead(moment: datetime) -> datetime:
    return moment - timedelta(minutes=2)


async def test_a_bot_is_booked_into_a_meeting_of_its_own(desk: Desk, store: PostgresStore) -> None:
    assert await desk.has(a_meeting()) == [("Room", ahead(SOON))]
    (meeting,) = (await store.meetings(DEFAULT)).meetings
    assert (meeting.title, meeting.template, meeting.status) == ("Launch", "standup", "created")
    _, meetings, bots = await store.calendars.calendar(DEFAULT, desk.id)
    assert len(meetings) == len(bots) == 1
    bot = await store.bots.get(DEFAULT, bots["a", ""])
    assert (bot.name, bot.meeting_id) == ("Scribe", meeting.id)


async def test_looking_again_books_nothing_again(desk: Desk) -> None:
    first = await desk.has(a_meeting(), a_meeting("b", SOON + HOUR, "Other"))
    assert await desk.has(a_meeting(), a_meeting("b", SOON + HOUR, "Other")) == first
    assert await desk.count("bots") == 2


async def test_what_is_moved_or_cancelled_takes_its_bot_along_and_leaves_nothing(desk: Desk) -> None:
    await desk.has(a_meeting(), a_meeting("b", room="Other"))
    later = SOON + 3 * HOUR
    assert await desk.has(a_meeting(starts_at=later), a_meeting("b", room="New")) == [
        ("New", ahead(SOON)),
        ("Room", ahead(later)),
    ]
    assert await desk.has(a_meeting(starts_at=later)) == [("Room", ahead(later))]
    assert await desk.count("meetings") == await desk.count("bots") == await desk.count("calendar_bots") == 1


async def test_a_bot_in_its_meeting_stays_there(desk: Desk) -> None:
    await desk.has(a_meeting())
    await desk.set_out()
    assert await desk.has(a_meeting(starts_at=SOON + HOUR)) == []
    assert await desk.has() == []
    assert await desk.bots("recording") == [("Room", ahead(SOON))]


async def test_a_link_into_a_private_network_stops_no_other_bot(desk: Desk) -> None:
    inside = replace(a_meeting("b"), url="https://jitsi.local/Inside")
    assert await desk.has(a_meeting(), inside) == [("Inside", ahead(SOON)), ("Room", ahead(SOON))]


async def test_what_is_far_ahead_is_booked_when_it_comes_near(desk: Desk) -> None:
    assert await desk.has(a_meeting(starts_at=SOON + timedelta(days=2))) == []
    assert await desk.has(a_meeting(starts_at=SOON)) == [("Room", ahead(SOON))]


async def test_who_deletes_the_meeting_wants_no_bot(desk: Desk, store: PostgresStore) -> None:
    await desk.has(a_meeting())
    (meeting,) = (await store.meetings(DEFAULT)).meetings
    await store.delete_meeting(meeting.id)
    assert await desk.has(a_meeting()) == []
    later = SOON + HOUR
    assert await desk.has(a_meeting(starts_at=later)) == [("Room", ahead(later))]


async def test_a_calendar_that_is_deleted_calls_its_bots_off(desk: Desk, store: PostgresStore) -> None:
    await desk.has(a_meeting(), a_meeting("b", room="Other"))
    await store.calendars.remove(DEFAULT, desk.id)
    assert await desk.count("bots") == await desk.count("meetings") == 0


async def test_a_meeting_that_is_held_outlives_its_bot(desk: Desk, store: PostgresStore) -> None:
    await desk.has(a_meeting())
    (meeting,) = (await store.meetings(DEFAULT)).meetings
    await store.open_session(meeting.id, a_session("ses-1"))
    assert await desk.has() == []
    assert await desk.count("meetings") == 1
    assert await desk.bots("done") == [("Room", ahead(SOON))]
