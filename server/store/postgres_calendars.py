"""Calendars and the meetings to come in them, on PostgreSQL: one transaction a call."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from server.calendars.occurrence import Occurrence
from server.calendars.plan import Key
from server.store import calendar_bookings, calendars
from server.store.calendar_records import Calendar, Looked
from server.store.engine import transaction


class PostgresCalendars:
    """All that names a calendar raises `NotFound` `calendar_not_found` for one that is not the workspace's,
    and everything `StoreUnavailable` when the database cannot answer."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def create(self, workspace: str, values: Mapping[str, Any]) -> Calendar:
        """Make one, to be looked at at once. Raises `ProtocolError` `calendar_exists`,
        `too_many_calendars`."""
        async with transaction(self._engine) as connection:
            return await calendars.create(connection, workspace, values)

    async def calendars(self, workspace: str) -> tuple[Calendar, ...]:
        """All, the newest first."""
        async with transaction(self._engine) as connection:
            return await calendars.listed(connection, workspace)

    async def calendar(
        self, workspace: str, calendar_id: str
    ) -> tuple[Calendar, tuple[Occurrence, ...], Mapping[Key, str]]:
        """One, with the meetings to come and the bots of those that have one."""
        async with transaction(self._engine) as connection:
            found = await calendars.get(connection, workspace, calendar_id)
            bots = await calendar_bookings.bots_of(connection, calendar_id)
            return found, await calendars.meetings_of(connection, calendar_id), bots

    async def remove(self, workspace: str, calendar_id: str) -> None:
        """Delete it with all that was read of it; bots that have not set out are called off."""
        async with transaction(self._engine) as connection:
            await calendars.get(connection, workspace, calendar_id, held=True)
            await calendar_bookings.call_all_off(connection, workspace, calendar_id)
            await calendars.remove(connection, workspace, calendar_id)

    async def begin(self, calendar_id: str, number: int) -> Calendar | None:
        """The calendar of a look that is not settled; None if there is none such."""
        async with transaction(self._engine) as connection:
            return await calendars.begin(connection, calendar_id, number)

    async def settle(self, calendar_id: str, number: int, looked: Looked) -> bool:
        """Write what a look has found, have bots follow it, and queue the next one; False if that was done
        before."""
        async with transaction(self._engine) as connection:
            calendar = await calendars.settle(connection, calendar_id, number, looked)
            if calendar is not None:
                await calendar_bookings.rebook(connection, calendar)
            return calendar is not None
