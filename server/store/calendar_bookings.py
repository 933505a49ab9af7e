"""Books bots for the meetings of calendars, in the caller's transaction: what is booked is what the calendar
has when the transaction ends.

A bot that is booked waits in a meeting of its own, which was never held. When it is called off, that meeting
goes with it; one into which somebody speaks already stays, and so does a bot that is on its way.
"""

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from server.calendars.occurrence import Occurrence
from server.calendars.plan import Booking, Filter, Key, Standing, joins_at, key_of, planned
from server.recorder.course import LeaveWhen
from server.recorder.sending import DEFAULT_NAME, place
from server.recorder.states import LAST, BotState
from server.store import bots, calendars, deletions, meetings
from server.store.bot_records import NewBot
from server.store.calendar_records import Calendar
from server.store.records import NewMeeting
from server.store.schema import bots as bots_table
from server.store.schema import calendar_bots, calendar_meetings
from streaming.errors import NotFound

AHEAD: Final = timedelta(days=1)
"""How long before a meeting its bot is booked: what is further ahead may still change many times."""
REMEMBERED: Final = timedelta(days=30)


async def rebook(connection: AsyncConnection, calendar: Calendar) -> None:
    """Book, move and cancel bots, so that they are those of the calendar's meetings."""
    now = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
    found = await calendars.occurrences(connection, calendar.id, calendar_meetings.c.starts_at < now + AHEAD)
    booked = await _booked(connection, calendar.id)
    plan = planned(found, booked.values(), Filter(**calendar.filter), now)
    keys = {one.bot: key for key, one in booked.items()}
    for bot in plan.cancel:
        if await _called_off(connection, calendar.workspace_id, bot):
            await _forget(connection, calendar.id, keys[bot])
    for bot, one in plan.move:
        if await _called_off(connection, calendar.workspace_id, bot):
            await _book(connection, calendar, one)
    for one in plan.book:
        await _book(connection, calendar, one)
    old = (calendar_bots.c.calendar_id == calendar.id) & (calendar_bots.c.starts_at < now - REMEMBERED)
    await connection.execute(delete(calendar_bots).where(old))


async def call_all_off(connection: AsyncConnection, workspace: str, calendar_id: str) -> None:
    """Call off the bots of a calendar that have not set out."""
    for one in (await _booked(connection, calendar_id)).values():
        if one.standing == "waiting":
            await _called_off(connection, workspace, one.bot)


async def bots_of(connection: AsyncConnection, calendar_id: str) -> Mapping[Key, str]:
    """The bots that are booked, or have been in a meeting."""
    return {key: one.bot for key, one in (await _booked(connection, calendar_id)).items() if one.bot}


async def _booked(connection: AsyncConnection, calendar_id: str) -> dict[Key, Booking]:
    columns = calendar_bots.c
    joined = calendar_bots.outerjoin(bots_table, bots_table.c.id == columns.bot_id)
    query = select(calendar_bots, bots_table.c.state).select_from(joined)
    rows = await connection.execute(query.where(columns.calendar_id == calendar_id))
    return {
        (row.uid, row.recurrence): Booking(
            (row.uid, row.recurrence),
            row.bot_id or "",
            row.title,
            row.url,
            row.starts_at,
            _standing(row.state),
        )
        for row in rows
    }


def _standing(state: BotState | None) -> Standing:
    """Of one whose meeting somebody has deleted: it is over, and not booked again."""
    if state == "scheduled":
        return "waiting"
    return "over" if state is None or state in LAST else "begun"


async def _book(connection: AsyncConnection, calendar: Calendar, one: Occurrence) -> None:
    new = NewMeeting(title=one.title or None, template=calendar.template, notify=calendar.notify)
    meeting = await meetings.create(connection, new, calendar.workspace_id)
    bot = await bots.add(
        connection,
        NewBot(
            id=f"bot_{secrets.token_hex(10)}",
            meeting_id=meeting.id,
            workspace_id=calendar.workspace_id,
            meeting_url=one.url,
            # Whether a bot may go there is seen when it does: one refused here would stop all the others.
            place=place(one.url, allow_private=True),
            name=calendar.bot_name or DEFAULT_NAME,
            leave_when=asdict(LeaveWhen()),
            join_at=joins_at(one.starts_at),
        ),
    )
    values: dict[str, Any] = {
        "bot_id": bot.id,
        "title": one.title,
        "url": one.url,
        "starts_at": one.starts_at,
    }
    uid, recurrence = key_of(one)
    row = {"calendar_id": calendar.id, "uid": uid, "recurrence": recurrence, **values}
    made = postgresql.insert(calendar_bots).values(**row)
    key = ["calendar_id", "uid", "recurrence"]
    await connection.execute(made.on_conflict_do_update(index_elements=key, set_=values))


async def _forget(connection: AsyncConnection, calendar_id: str, key: Key) -> None:
    columns = calendar_bots.c
    mine = (columns.calendar_id == calendar_id) & (columns.uid == key[0]) & (columns.recurrence == key[1])
    await connection.execute(delete(calendar_bots).where(mine))


async def _called_off(connection: AsyncConnection, workspace: str, bot_id: str) -> bool:
    """Whether it could be: under the lock of its meeting, which it takes first when it sets out."""
    try:
        meeting_id = (await bots.get(connection, workspace, bot_id)).meeting_id
        await meetings.lock(connection, meeting_id)
        bot = await bots.get(connection, workspace, bot_id)
    except NotFound:  # Somebody has deleted its meeting at this moment.
        return True
    if bot.state != "scheduled":
        return False
    meeting = await meetings.get(connection, meeting_id)
    if meeting is not None and meeting.status == "created":
        await deletions.remove(connection, meeting_id, ())
    else:
        await bots.leave(connection, workspace, bot_id)
    return True
