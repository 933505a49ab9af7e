"""Queries on sessions and their segments. Each takes the connection of the caller's transaction.

A session's `position` and coverage only move forward: a save that arrives late, after a retry, adds its
segments and changes neither. A process that has lost a session to another one stores nothing more of it.
The meeting's row is locked first, always.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, insert, literal, select, true, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store import coverage as of_coverage
from server.store import ending, events, quotas, speakers
from server.store import meetings as of_meetings
from server.store import usage as of_usage
from server.store.leases import leased, taken_over
from server.store.records import Lease, Meeting, NewSession, Progressed, Session, StoredSegment
from server.store.rows import coverage_row, new_session_row, segment_of, segment_row, session_of
from server.store.schema import meetings, segments, sessions
from streaming.errors import NotFound, StoreError
from streaming.segments import Coverage

SAMPLE_RATE: Final = 16_000
"""Samples a second of `position`."""


async def open_session(
    connection: AsyncConnection,
    meeting_id: str,
    new: NewSession,
    lease: Lease | None = None,
    ago: float = 0.0,
) -> Session:
    """Begin a session, whose audio began `ago` seconds before now, on the meeting's clock, which begins with
    it if it is the first.

    Raises `NotFound`, and `QuotaReached` of its key.
    """
    await of_meetings.lock(connection, meeting_id)
    if new.key_id is not None:
        await quotas.take_stream(connection, new.key_id)
    # Asked only now: the wait for the lock is over, so sessions begin in the order of their offsets.
    asked = select(func.clock_timestamp(), meetings.c.status).where(meetings.c.id == meeting_id)
    now, status = (await connection.execute(asked)).one()
    now -= timedelta(seconds=ago)
    begun = (
        update(meetings)
        .where(meetings.c.id == meeting_id)
        .values(status="live", started_at=func.coalesce(meetings.c.started_at, now), ended_at=None)
        .returning(meetings.c.started_at)
    )
    zero: datetime = (await connection.execute(begun)).scalar_one()
    made = (
        insert(sessions)
        .values(
            meeting_id=meeting_id,
            started_at=now,
            offset=max(0.0, (now - zero).total_seconds()),
            **new_session_row(new),
            **(leased(lease) if lease is not None else {}),
        )
        .returning(sessions)
    )
    session = session_of((await connection.execute(made)).mappings().one())
    await of_usage.add_session(connection, new.id)
    if status != "live":
        await events.started(connection, await of_meetings.require(connection, meeting_id))
    return session


async def of_meeting(connection: AsyncConnection, meeting_id: str) -> tuple[Session, ...]:
    """The sessions of a meeting in the order in which they began."""
    query = (
        select(sessions)
        .where(sessions.c.meeting_id == meeting_id)
        .order_by(sessions.c.started_at, sessions.c.id)
    )
    return tuple(session_of(row) for row in (await connection.execute(query)).mappings())


async def save(
    connection: AsyncConnection,
    session_id: str,
    stored: Sequence[StoredSegment],
    *,
    position: int,
    coverage: Coverage,
    progressed: Progressed,
) -> None:
    """Store finals and progress.

    Raises `NotFound`, `ProtocolError` `session_taken_over`, `StoreError` when a segment is another session's.
    """
    meeting_id = await lock_meeting_of(connection, session_id)
    advance = _advance(position, coverage, progressed) | {"duration": _duration(position / SAMPLE_RATE)}
    before = await of_usage.received(connection, session_id)
    await _update_owned(connection, session_id, advance, progressed.owner)
    await of_usage.add_seconds(connection, session_id, before)
    await _add(connection, meeting_id, session_id, stored, progressed)


async def _add(
    connection: AsyncConnection,
    meeting_id: str,
    session_id: str,
    stored: Sequence[StoredSegment],
    progressed: Progressed,
) -> None:
    await of_coverage.add(connection, session_id, progressed.intervals)
    if stored:
        await _upsert(connection, [segment_row(item, meeting_id, session_id) for item in stored])
        last = max(item.seq for item in stored)
        seen = func.greatest(meetings.c.last_seq, last)
        newest = update(meetings).where(meetings.c.id == meeting_id).values(last_seq=seen)
        names = (await connection.execute(newest.returning(meetings.c.speakers))).scalar_one()
        told = [replace(item, segment=item.segment.named(names)) for item in stored]
        await events.finals(connection, meeting_id, session_id, told)


async def close(
    connection: AsyncConnection,
    session_id: str,
    stored: Sequence[StoredSegment],
    *,
    position: int,
    duration: float,
    coverage: Coverage,
    progressed: Progressed,
) -> Meeting:
    """Store the last finals and end the session, and its meeting unless another of its sessions is live.

    Again: no change of time. Raises what `save` raises.
    """
    meeting_id = await lock_meeting_of(connection, session_id)
    ended = {
        "status": "ended",
        "ended_at": func.coalesce(sessions.c.ended_at, func.clock_timestamp()),
        "duration": _duration(duration),
        "expired": progressed.late,
    }
    changes = _advance(position, coverage, progressed) | ended
    before = await of_usage.received(connection, session_id)
    await _update_owned(connection, session_id, changes, progressed.owner)
    await of_usage.add_seconds(connection, session_id, before)
    await _add(connection, meeting_id, session_id, stored, progressed)
    await ending.end(connection, (meeting_id,), func.clock_timestamp())
    return await of_meetings.require(connection, meeting_id)


async def segments_of(
    connection: AsyncConnection,
    meeting_id: str,
    *,
    since: float | None = None,
    until: float | None = None,
    words: bool = True,
) -> tuple[StoredSegment, ...]:
    """Finals of a meeting by start, then by id: those that end after `since` and begin before `until`.
    Speakers have the names that people gave them."""
    columns: list[ColumnElement[Any]] = [
        column for column in segments.c if column.name != "words" and not column.name.startswith("search_")
    ]
    columns.append(segments.c.words if words else literal([], segments.c.words.type).label("words"))
    query = (
        select(*columns).where(segments.c.meeting_id == meeting_id).order_by(segments.c.start, segments.c.id)
    )
    if since is not None:
        query = query.where(segments.c.end > since)
    if until is not None:
        query = query.where(segments.c.start < until)
    names = await speakers.names_of(connection, meeting_id)
    rows = (await connection.execute(query)).mappings()
    return tuple(segment_of(row, names) for row in rows)


async def count_of(connection: AsyncConnection, meeting_id: str) -> int:
    """How many finals a meeting has."""
    query = select(func.count()).where(segments.c.meeting_id == meeting_id)
    return int((await connection.execute(query)).scalar_one())


def orphaned(session_id: str) -> NotFound:
    """The error for a session that is not there (any more), and so its meeting."""
    return NotFound(
        "meeting_not_found", f"The meeting of session {session_id[:64]!r} does not exist (any more)."
    )


async def lock_meeting_of(connection: AsyncConnection, session_id: str) -> str:
    """Lock the meeting of a session; its id. Raises `NotFound`."""
    query = select(sessions.c.meeting_id).where(sessions.c.id == session_id)
    meeting_id: str | None = (await connection.execute(query)).scalar_one_or_none()
    if meeting_id is None:
        raise orphaned(session_id)
    await of_meetings.lock(connection, meeting_id)
    return meeting_id


async def _upsert(connection: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    # One statement may not touch a row twice: the last of several with one id stands.
    unique = list({row["id"]: row for row in rows}.values())
    statement = postgresql.insert(segments)
    replaced: dict[str, ColumnElement[Any]] = {
        name: statement.excluded[name] for name in rows[0] if name != "id"
    }
    # What people corrected stays when it is heard again.
    by_hand = segments.c.version > 0
    for name in ("text", "words", "flags"):
        replaced[name] = case((by_hand, segments.c[name]), else_=replaced[name])
    upsert = statement.on_conflict_do_update(
        index_elements=[segments.c.id],
        set_=replaced,
        where=segments.c.session_id == statement.excluded.session_id,
    )
    written = await connection.execute(upsert.returning(segments.c.id), unique)
    if len(written.all()) != len(unique):
        raise StoreError("segment_taken", "A segment with this id belongs to another session; use a new id.")


async def _update_owned(
    connection: AsyncConnection, session_id: str, changes: dict[str, Any], owner: str | None
) -> None:
    """Change a session's row, and fail if it should have an owner and has another one."""
    mine = true() if owner is None else sessions.c.owner == owner
    changed = await connection.execute(
        update(sessions).where(sessions.c.id == session_id, mine).values(changes)
    )
    if not changed.rowcount:
        raise taken_over()


def _advance(position: int, coverage: Coverage, progressed: Progressed) -> dict[str, Any]:
    """Position, progress and coverage of the later of what is stored and what is given."""
    later = literal(position) >= sessions.c.position
    parts = {
        name: case((later, value), else_=sessions.c[name]) for name, value in coverage_row(coverage).items()
    }
    given = literal(progressed.progress, type_=sessions.c.progress.type)
    progress = (
        {} if progressed.progress is None else {"progress": case((later, given), else_=sessions.c.progress)}
    )
    return {
        "position": func.greatest(sessions.c.position, position),
        "seq": func.greatest(sessions.c.seq, progressed.seq),
        **parts,
        **progress,
    }


def _duration(seconds: float) -> ColumnElement[float]:
    return func.greatest(sessions.c.duration, seconds)
