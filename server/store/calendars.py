"""Queries on calendars. Each takes the connection of the caller's transaction; a calendar of another
workspace is not there.

The looks at a feed have numbers. The next one stands in the queue of jobs from the transaction on in which
the one before it was settled, so that there is always exactly one, whatever process dies.
"""

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.calendars.occurrence import Occurrence
from server.store.calendar_records import Calendar, Looked
from server.store.leases import until
from server.store.queue import CALENDAR, enqueue
from server.store.schema import calendar_meetings, calendars
from streaming.errors import NotFound, ProtocolError

MOST: Final = 50
"""Calendars of a workspace."""


def calendar_not_found() -> NotFound:
    """The error for a calendar that is not there."""
    return NotFound("calendar_not_found", "There is no calendar with this id.")


async def create(connection: AsyncConnection, workspace: str, values: Mapping[str, Any]) -> Calendar:
    """Make one of `url`, `name`, `bot_name`, `template`, `notify` and `filter`; it is looked at at once.
    Raises `ProtocolError` `calendar_exists`, `too_many_calendars`."""
    # Two that are made at once must not both be the last one.
    lock = func.pg_advisory_xact_lock(func.hashtextextended(f"calendars of {workspace}", 0))
    await connection.execute(select(lock))
    there = await connection.execute(select(calendars.c.url).where(calendars.c.workspace_id == workspace))
    urls = list(there.scalars())
    if values["url"] in urls:
        message = "The workspace has a calendar with this address already; delete it first."
        raise ProtocolError("calendar_exists", message, status=409)
    if len(urls) >= MOST:
        raise ProtocolError(
            "too_many_calendars",
            f"There are {MOST} calendars, which is the most that a workspace has; delete one of them.",
            status=409,
        )
    row = {"id": f"cal_{secrets.token_hex(12)}", "workspace_id": workspace, **values}
    made = insert(calendars).values(**row).returning(calendars)
    calendar = Calendar(**(await connection.execute(made)).mappings().one())
    await enqueue(connection, CALENDAR, calendar.id, calendar.number)
    return calendar


async def listed(connection: AsyncConnection, workspace: str) -> tuple[Calendar, ...]:
    """All of a workspace, at most `MOST`, the newest first."""
    columns = calendars.c
    query = (
        select(calendars)
        .where(columns.workspace_id == workspace)
        .order_by(columns.created_at.desc(), columns.id.desc())
    )
    return tuple(Calendar(**row) for row in (await connection.execute(query)).mappings())


async def get(
    connection: AsyncConnection, workspace: str, calendar_id: str, *, held: bool = False
) -> Calendar:
    """One; with `held` no look at it is settled until the transaction ends. Raises `NotFound`."""
    mine = (calendars.c.id == calendar_id) & (calendars.c.workspace_id == workspace)
    return await _one(connection, mine, held=held)


async def meetings_of(connection: AsyncConnection, calendar_id: str) -> tuple[Occurrence, ...]:
    """Those that are to come or go on, the soonest first."""
    return await occurrences(connection, calendar_id, calendar_meetings.c.ends_at > func.clock_timestamp())


async def occurrences(
    connection: AsyncConnection, calendar_id: str, which: ColumnElement[bool]
) -> tuple[Occurrence, ...]:
    """Those of a calendar's meetings for which a condition holds, the soonest first."""
    columns = calendar_meetings.c
    query = (
        select(*(one for one in columns if one.name != "calendar_id"))
        .where(columns.calendar_id == calendar_id, which)
        .order_by(columns.starts_at, columns.uid, columns.recurrence)
    )
    return tuple(Occurrence(**row) for row in (await connection.execute(query)).mappings())


async def remove(connection: AsyncConnection, workspace: str, calendar_id: str) -> None:
    """Delete it with all that was read of it. Raises `NotFound`."""
    mine = (calendars.c.id == calendar_id) & (calendars.c.workspace_id == workspace)
    gone = await connection.execute(delete(calendars).where(mine))
    if not gone.rowcount:
        raise calendar_not_found()


async def begin(connection: AsyncConnection, calendar_id: str, number: int) -> Calendar | None:
    """The calendar of a look that was not settled yet; None if it was, or if the calendar is gone."""
    try:
        return await _one(connection, _awaits(calendar_id, number))
    except NotFound:
        return None


async def settle(
    connection: AsyncConnection, calendar_id: str, number: int, looked: Looked
) -> Calendar | None:
    """Write what a look has found, and queue the next one; the calendar. None if it was settled before."""
    moment = func.clock_timestamp()
    values: dict[str, Any] = {
        "number": number + 1,
        "next_at": until(looked.wait),
        "checked_at": moment,
        "failures": 0,
        "failure_code": None,
        "failure": None,
    }
    if looked.failure is not None:
        code, sentence = looked.failure
        values |= {"failures": calendars.c.failures + 1, "failure_code": code, "failure": sentence}
    if looked.meetings is not None:
        values |= {"etag": looked.etag, "last_modified": looked.last_modified}
        values |= {"read_at": moment, "skipped": looked.skipped}
    written = update(calendars).where(_awaits(calendar_id, number)).values(**values).returning(calendars)
    row = (await connection.execute(written)).mappings().one_or_none()
    if row is None:
        return None
    if looked.meetings is not None:
        await _replace(connection, calendar_id, looked)
    await enqueue(connection, CALENDAR, calendar_id, number + 1, delay=looked.wait)
    return Calendar(**row)


async def _replace(connection: AsyncConnection, calendar_id: str, looked: Looked) -> None:
    mine = calendar_meetings.c.calendar_id == calendar_id
    await connection.execute(delete(calendar_meetings).where(mine))
    unique = {(one.uid, one.recurrence): one for one in looked.meetings or ()}
    if unique:
        rows = [{"calendar_id": calendar_id, **asdict(one)} for one in unique.values()]
        await connection.execute(insert(calendar_meetings), rows)


async def _one(connection: AsyncConnection, which: ColumnElement[bool], *, held: bool = False) -> Calendar:
    query = select(calendars).where(which)
    query = query.with_for_update() if held else query
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise calendar_not_found()
    return Calendar(**row)


def _awaits(calendar_id: str, number: int) -> ColumnElement[bool]:
    return (calendars.c.id == calendar_id) & (calendars.c.number == number)
