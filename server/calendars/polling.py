"""The durable job of a calendar: look at its feed, keep what is to come, and be called for the next look.

In: the number of a look. Out: the meetings of the days ahead in the store, or why there is no feed, and when
the next look is. A feed that fails loses nothing: what was read before stays until another version is read.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from server.calendars.fetching import Fetched, Marks
from server.calendars.occurrence import Feed
from server.calendars.reading import FeedError
from server.jobs.follow_up import Ending, Step, Work
from server.store.calendar_records import Calendar, Looked
from server.store.queue import CALENDAR

AHEAD: Final = timedelta(days=8)
"""How far a feed is read; as a whole it is read once a day, so a week of it is always known."""
WHOLE: Final = timedelta(days=1)
"""After this a feed is read even if it has not changed: its window has moved."""
EVERY: Final = 300.0
"""Seconds between two looks."""
LONGEST: Final = 6 * 3_600.0
"""Seconds between two looks at a feed that fails."""
LONGEST_WISH: Final = 24 * 3_600.0
AT_ONCE: Final = 4

log = structlog.get_logger(__name__)


class Looks(Protocol):
    """What the job needs of the store. Both raise `StoreError`."""

    async def begin(self, calendar_id: str, number: int) -> Calendar | None:
        """The calendar of a look that is not settled."""
        ...

    async def settle(self, calendar_id: str, number: int, looked: Looked) -> bool:
        """Write what a look has found, and queue the next one."""
        ...


class Fetch(Protocol):
    """See `server.calendars.fetching`."""

    async def __call__(self, url: str, marks: Marks) -> Fetched:
        """Raises `FeedError`."""
        ...


class Read(Protocol):
    """See `server.calendars.reading`."""

    async def __call__(self, raw: bytes, since: datetime, until: datetime) -> Feed:
        """Raises `FeedError`."""
        ...


class Polling:
    """Looks at calendars. `clock` gives aware times."""

    def __init__(self, looks: Looks, fetch: Fetch, read: Read, clock: Callable[[], datetime]) -> None:
        self._looks = looks
        self._fetch = fetch
        self._read = read
        self._clock = clock

    @property
    def work(self) -> Work:
        """For the queue of jobs."""
        return Work(CALENDAR, (Step("look", self.look),), AT_ONCE, self._failed)

    async def look(self, ending: Ending) -> None:
        """One look. Raises `StoreError` to be called again."""
        calendar = await self._looks.begin(ending.meeting, ending.number)
        if calendar is None:
            return
        try:
            looked = await self._looked(calendar)
        except FeedError as error:
            log.info("calendar_not_read", calendar=calendar.id, code=error.code)
            wait = patience(calendar.failures + 1, error.retry_after)
            looked = Looked(wait, failure=(error.code, error.sentence))
        await self._looks.settle(calendar.id, ending.number, looked)

    async def _looked(self, calendar: Calendar) -> Looked:
        now = self._clock()
        fresh = calendar.read_at is not None and now - calendar.read_at < WHOLE
        marks = Marks(calendar.etag, calendar.last_modified) if fresh else Marks()
        fetched = await self._fetch(calendar.url, marks)
        if fetched.raw is None:
            return Looked(EVERY)
        feed = await self._read(fetched.raw, now, now + AHEAD)
        return Looked(
            EVERY,
            feed.occurrences,
            fetched.marks.etag,
            fetched.marks.last_modified,
            feed.skipped,
        )

    async def _failed(self, ending: Ending, _: str) -> None:
        """The server is at fault: the log says how. The calendar is looked at again, later."""
        sentence = "The server failed to read the calendar; the log says why."
        await self._looks.settle(
            ending.meeting, ending.number, Looked(LONGEST, failure=("internal", sentence))
        )


def patience(failures: int, wish: float | None) -> float:
    """Seconds until the next look after so many failures in a row: twice as long each time, and as long as
    the server wishes, within a day."""
    own = min(EVERY * 2.0 ** min(failures - 1, 20), LONGEST)
    return max(own, min(wish or 0.0, LONGEST_WISH))
