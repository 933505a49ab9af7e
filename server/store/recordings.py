"""Queries on recordings. Each takes the connection of the caller's transaction."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import Select, and_, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.recording_records import NewRecording, Recording
from server.store.schema import deletions, recordings, sessions
from server.store.sessions import lock_meeting_of

MOST: Final = 500
"""Rows that are looked after at a time."""


async def add(connection: AsyncConnection, new: NewRecording) -> None:
    """A piece is begun; again: no change. Raises `NotFound` when its meeting is gone."""
    await lock_meeting_of(connection, new.session_id)
    there = select(recordings.c.id).where(recordings.c.id == new.id)
    if (await connection.execute(there)).scalar_one_or_none() is None:
        await connection.execute(insert(recordings).values(asdict(new)))


async def close(connection: AsyncConnection, recording_id: str, end: int, size: int, peaks: bytes) -> bool:
    """A piece is complete. False when its meeting is gone."""
    changed = await connection.execute(
        update(recordings).where(recordings.c.id == recording_id).values(end=end, size=size, peaks=peaks)
    )
    return bool(changed.rowcount)


async def forget(connection: AsyncConnection, recording_id: str) -> None:
    """A piece holds no sound."""
    await connection.execute(delete(recordings).where(recordings.c.id == recording_id))


async def carried(connection: AsyncConnection, recording_id: str) -> bool:
    """A piece lies in the bucket now. False when its meeting is gone."""
    changed = await connection.execute(
        update(recordings).where(recordings.c.id == recording_id).values(folder=None)
    )
    return bool(changed.rowcount)


async def get(connection: AsyncConnection, meeting_id: str, recording_id: str) -> Recording | None:
    """One piece of a meeting, or None."""
    query = _selected().where(recordings.c.id == recording_id, recordings.c.meeting_id == meeting_id)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else Recording(**row)


async def of_meeting(connection: AsyncConnection, meeting_id: str) -> tuple[Recording, ...]:
    """All pieces by session, channel and time."""
    return await _found(connection, _selected().where(recordings.c.meeting_id == meeting_id))


async def of_session(connection: AsyncConnection, session_id: str) -> tuple[Recording, ...]:
    """All pieces by channel and time."""
    return await _found(connection, _selected().where(recordings.c.session_id == session_id))


async def peaks(connection: AsyncConnection, meeting_id: str) -> dict[str, bytes]:
    """Of the complete pieces of a meeting, by id."""
    query = select(recordings.c.id, recordings.c.peaks).where(
        recordings.c.meeting_id == meeting_id, recordings.c.peaks.is_not(None)
    )
    return {name: bytes(found) for name, found in await connection.execute(query)}


async def left(
    connection: AsyncConnection, folder: str, *, whole: bool, without: Collection[str]
) -> tuple[Recording, ...]:
    """Pieces in a folder that nobody writes any more and that are not complete, as their session is over; and
    with `whole`, those that are."""
    torn = and_(recordings.c.end.is_(None), sessions.c.status == "ended")
    query = _selected().where(
        recordings.c.folder == folder,
        or_(torn, recordings.c.end.is_not(None)) if whole else torn,
        recordings.c.id.not_in(without),
    )
    return await _found(connection, query.limit(MOST))


async def deleted(connection: AsyncConnection, meeting_ids: Collection[str]) -> set[str]:
    """Those of the meetings of whose deletion there is a receipt."""
    query = select(deletions.c.meeting_id).where(deletions.c.meeting_id.in_(meeting_ids))
    return set((await connection.execute(query)).scalars())


async def _found(connection: AsyncConnection, query: Select[Any]) -> tuple[Recording, ...]:
    return tuple(Recording(**row) for row in (await connection.execute(query)).mappings())


def _selected() -> Select[Any]:
    kept = [column for column in recordings.c if column.name not in {"peaks", "created_at"}]
    live = (sessions.c.status == "live").label("live")
    return (
        select(*kept, sessions.c.offset, sessions.c.duration, sessions.c.speaker, live)
        .select_from(recordings.join(sessions, sessions.c.id == recordings.c.session_id))
        .order_by(sessions.c.offset, recordings.c.session_id, recordings.c.channel, recordings.c.begin)
    )
