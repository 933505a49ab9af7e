"""What looks at calendars, built from settings."""

from datetime import UTC, datetime

from server.calendars.fetching import FeedFetching
from server.calendars.polling import Polling
from server.calendars.reading import Reading
from server.guarded.requests import Requests
from server.jobs.follow_up import Work
from server.store.postgres_calendars import PostgresCalendars


def polling(records: PostgresCalendars, *, allow_private: bool) -> Work:
    """The job that looks at calendars; `allow_private`: also in private networks."""
    fetch = FeedFetching(Requests(allow_private=allow_private))
    return Polling(records, fetch, Reading(), lambda: datetime.now(UTC)).work
