"""The end of meetings: the one place where a meeting becomes `ended`. Takes the caller's connection.

In the same transaction its follow-up is queued and its events are written. Each end has a number, and the
follow-up's id is made of it: it is queued once.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, func, not_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.recorder.states import INSIDE
from server.store import events
from server.store import meetings as of_meetings
from server.store.queue import FOLLOW_UP, enqueue
from server.store.schema import bots, meetings, sessions


async def end(
    connection: AsyncConnection, meeting_ids: Collection[str], ended_at: ColumnElement[Any]
) -> tuple[str, ...]:
    """End those of the meetings, whose rows are locked, that are live and have no live session and no bot in
    them; their ids."""
    ended = await connection.execute(
        update(meetings)
        .where(
            meetings.c.id.in_(meeting_ids),
            meetings.c.status == "live",
            not_(_has_live_session()),
            not_(_has_bot()),
        )
        .values(status="ended", ended_at=ended_at, endings=meetings.c.endings + 1)
        .returning(meetings.c.id, meetings.c.endings)
    )
    rows = ended.all()
    for meeting_id, number in rows:
        await enqueue(connection, FOLLOW_UP, meeting_id, number)
        await events.ended(connection, await of_meetings.require(connection, meeting_id))
    return tuple(meeting_id for meeting_id, _ in rows)


def _has_live_session() -> ColumnElement[bool]:
    return (
        select(sessions.c.id)
        .where(sessions.c.meeting_id == meetings.c.id, sessions.c.status == "live")
        .exists()
    )


def _has_bot() -> ColumnElement[bool]:
    """A bot hears whoever speaks next, so a pause in which nobody is heard ends nothing."""
    return select(bots.c.id).where(bots.c.meeting_id == meetings.c.id, bots.c.state.in_(INSIDE)).exists()


def last_end() -> ColumnElement[Any]:
    """When the last session of a meeting ended; now, if there is none."""
    last = select(func.max(sessions.c.ended_at)).where(sessions.c.meeting_id == meetings.c.id)
    return func.coalesce(last.scalar_subquery(), func.clock_timestamp())
