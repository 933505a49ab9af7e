"""What people call the speakers of a meeting. Each query takes the connection of the caller's transaction.

A stream names its speaker once, and so does whoever tells voices apart; that label is stored with each final
and never changes. A name that people give stands beside the transcript, by label, and takes the label's place
wherever the transcript is read. Without it the label is shown again.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.columns import clean
from server.store.correction_records import Speaker
from server.store.meetings import lock
from server.store.schema import meetings, segments
from streaming.errors import ProtocolError

MOST: Final = 200
"""Names of a meeting."""


def shown_speaker() -> ColumnElement[Any]:
    """The speaker of a row of `segments`, joined to its meeting, as it is shown."""
    named = func.jsonb_extract_path_text(meetings.c.speakers, segments.c.speaker)
    return func.coalesce(named, segments.c.speaker)


async def names_of(connection: AsyncConnection, meeting_id: str) -> Mapping[str, str] | None:
    """The names by label; None where nobody ever gave one."""
    query = select(meetings.c.speakers).where(meetings.c.id == meeting_id)
    found: Mapping[str, str] | None = (await connection.execute(query)).scalar_one_or_none()
    return found


async def rename(
    connection: AsyncConnection, meeting_id: str, changes: Mapping[str, str | None]
) -> Mapping[str, str]:
    """Give names by label, None takes one back; all names. Raises `NotFound`, `ProtocolError`
    `too_many_speakers`."""
    await lock(connection, meeting_id)
    names = {**(await names_of(connection, meeting_id) or {})}
    for label, name in changes.items():
        if name is None or name == label:
            names.pop(clean(label), None)
        else:
            names[clean(label)] = clean(name)
    if len(names) > MOST:
        message = f"A meeting has names for {MOST} speakers at the most."
        raise ProtocolError("too_many_speakers", message, status=409)
    await connection.execute(update(meetings).where(meetings.c.id == meeting_id).values(speakers=names))
    return names


async def of_meeting(connection: AsyncConnection, meeting_id: str) -> tuple[Speaker, ...]:
    """Who spoke, whoever spoke longest first, and who has a name but has not spoken."""
    names = {**(await names_of(connection, meeting_id) or {})}
    seconds = func.sum(segments.c.end - segments.c.start)
    query = (
        select(segments.c.speaker, seconds.label("seconds"), func.count().label("segments"))
        .where(segments.c.meeting_id == meeting_id, segments.c.speaker.is_not(None))
        .group_by(segments.c.speaker)
        .order_by(seconds.desc(), segments.c.speaker)
    )
    rows = (await connection.execute(query)).all()
    spoke = [Speaker(label, names.pop(label, None), count, total) for label, total, count in rows]
    return (*spoke, *(Speaker(label, name) for label, name in sorted(names.items())))
