"""No calendars: what `server.store.postgres_calendars` gives where nothing was stored."""

from typing import cast

from server.store.calendar_records import Calendar
from server.store.postgres_calendars import PostgresCalendars


class _NoCalendars:
    async def calendars(self, workspace: str) -> tuple[Calendar, ...]:
        return ()


def no_calendars() -> PostgresCalendars:
    """Reads find nothing; a write is a mistake of the test, and there is no method for it."""
    return cast("PostgresCalendars", _NoCalendars())
