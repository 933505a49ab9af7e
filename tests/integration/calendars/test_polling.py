"""The durable looks at a calendar, over a real database and real sockets: what is kept, and when next."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from server.access.access import DEFAULT
from server.calendars.fetching import FeedFetching
from server.calendars.polling import EVERY, LONGEST, LONGEST_WISH, Polling, patience
from server.calendars.reading import Reading
from server.guarded.requests import Requests
from server.jobs.follow_up import Ending
from server.store.calendar_records import Calendar
from server.store.postgres import PostgresStore
from tests.support.calendar_refusals import NEW
from tests.support.calendar_site import CalendarSite
from tests.support.feeds import YANDEX, feed, raw

NOW = datetime(2026, 10, 27, 12, tzinfo=UTC)
ONE = "UID:a\nSUMMARY:Launch\nDTSTART:20261028T090000Z\nLOCATION:https://meet.jit.si/Room"


class Desk:
    """A calendar, its site, and whoever looks at it; `now` is the clock."""

    def __init__(self, store: PostgresStore, site: CalendarSite, database: asyncpg.Connection) -> None:
        self.site = site
        self.now: datetime | None = None
        self._store = store
        self._database = database
        self._id = ""
        clock: Callable[[], datetime] = lambda: self.now or NOW  # noqa: E731
        self._polling = Polling(store.calendars, FeedFetching(Requests(allow_private=True)), Reading(), clock)

    async def look(self) -> Calendar:
        """The next look; the calendar after it."""
        if not self._id:
            self._id = (await self._store.calendars.create(DEFAULT, NEW | {"url": self.site.url})).id
        before, _, _ = await self._store.calendars.calendar(DEFAULT, self._id)
        await self._polling.look(Ending(self._id, before.number))
        after, _, _ = await self._store.calendars.calendar(DEFAULT, self._id)
        assert after.number == before.number + 1
        return after

    async def again(self, number: int) -> None:
        """A look that was settled before."""
        await self._polling.look(Ending(self._id, number))

    async def titles(self) -> list[str]:
        """Of all meetings that are kept, also past ones."""
        rows = await self._database.fetch("SELECT title FROM calendar_meetings ORDER BY starts_at")
        return [row["title"] for row in rows]

    async def queued(self) -> list[str]:
        """The looks in the queue of jobs."""
        rows = await self._database.fetch("SELECT workflow_uuid FROM jobs.workflow_status ORDER BY 1")
        return [row["workflow_uuid"].replace(self._id, "…") for row in rows]

    async def read_at(self, moment: datetime) -> None:
        """The calendar was read then."""
        await self._database.execute("UPDATE calendars SET read_at = $1", moment)


@pytest.fixture
async def desk(store: PostgresStore, database_url: str) -> AsyncIterator[Desk]:
    database = await asyncpg.connect(database_url)
    async with CalendarSite(raw(YANDEX)).served() as site:
        yield Desk(store, site, database)
    await database.close()


def ahead(calendar: Calendar) -> float:
    """Seconds from a look to the next one."""
    assert calendar.checked_at is not None
    return round((calendar.next_at - calendar.checked_at).total_seconds())


async def test_a_look_keeps_what_is_to_come_and_queues_the_next(desk: Desk) -> None:
    calendar = await desk.look()
    assert await desk.titles() == ["Планирование", "Демо"]
    assert (calendar.failures, calendar.failure, ahead(calendar)) == (0, None, EVERY)
    assert await desk.queued() == ["calendar-…-1-0", "calendar-…-2-0"]


async def test_a_look_that_was_settled_is_not_taken_again(desk: Desk) -> None:
    await desk.look()
    await desk.again(1)
    assert len(desk.site.asked) == 1
    assert await desk.queued() == ["calendar-…-1-0", "calendar-…-2-0"]


async def test_changes_and_cancellations_are_followed(desk: Desk) -> None:
    desk.site.body = feed(ONE, ONE.replace("UID:a", "UID:b").replace("Launch", "Budget"))
    await desk.look()
    assert sorted(await desk.titles()) == ["Budget", "Launch"]
    desk.site.body = feed(ONE.replace("Launch", "Launch II"))
    await desk.look()
    assert await desk.titles() == ["Launch II"]
    desk.site.body = feed()
    await desk.look()
    assert await desk.titles() == []


async def test_a_feed_that_has_not_changed_is_not_read_but_once_a_day(desk: Desk) -> None:
    desk.site.etag = '"1"'
    for _ in range(2):
        await desk.look()
    assert [("if-none-match" in one) for one in desk.site.asked] == [False, True]
    assert await desk.titles() == ["Планирование", "Демо"]
    await desk.read_at(NOW - timedelta(days=1))
    await desk.look()
    assert "if-none-match" not in desk.site.asked[-1]


async def test_a_feed_that_fails_loses_nothing_and_is_asked_ever_more_rarely(desk: Desk) -> None:
    await desk.look()
    desk.site.status = 500
    waits = []
    for _ in range(3):
        calendar = await desk.look()
        waits.append(ahead(calendar))
    assert waits == [EVERY, 2 * EVERY, 4 * EVERY]
    assert (calendar.failures, calendar.failure_code) == (3, "feed_unreachable")
    assert await desk.titles() == ["Планирование", "Демо"]
    desk.site.status = 200
    calendar = await desk.look()
    assert (calendar.failures, calendar.failure_code, ahead(calendar)) == (0, None, EVERY)


async def test_what_is_no_calendar_any_more_is_told(desk: Desk) -> None:
    await desk.look()
    desk.site.body = b"<html>Sign in</html>"
    calendar = await desk.look()
    assert calendar.failure_code == "feed_unreadable"
    assert await desk.titles() == ["Планирование", "Демо"]


async def test_a_calendar_that_is_gone_is_looked_at_no_more(desk: Desk, store: PostgresStore) -> None:
    calendar = await desk.look()
    await store.calendars.remove(DEFAULT, calendar.id)
    await desk.again(2)
    assert len(desk.site.asked) == 1
    assert await desk.titles() == []


def test_patience_grows_within_bounds() -> None:
    assert [patience(number, None) for number in (1, 2, 3)] == [EVERY, 2 * EVERY, 4 * EVERY]
    assert patience(1_000, None) == LONGEST
    assert patience(1, 3_600.0) == 3_600.0
    assert patience(1, 1e9) == LONGEST_WISH
