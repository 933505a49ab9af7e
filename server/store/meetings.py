"""Queries on meetings. Each takes the connection of the caller's transaction.

Whoever writes to a meeting, its sessions or its segments locks the meeting's row first: one order everywhere,
so that no two transactions ever wait for each other.
"""

import secrets
import string
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, func, insert, lateral, select, true, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.cursor import paged, read_cursor, write_cursor
from server.store.records import Meeting, MeetingStatus, NewMeeting, Page
from server.store.rows import COVERAGE, MEETING_FIELDS, meeting_of, new_meeting_row
from server.store.schema import meetings, sessions
from server.store.search import matches
from streaming.errors import NotFound, ProtocolError

MAX_PAGE: Final = 200
_ALPHABET: Final = string.ascii_lowercase + string.digits


def new_id() -> str:
    """`mtg_` and 20 random characters: 103 bits, not to be guessed."""
    return "mtg_" + "".join(secrets.choice(_ALPHABET) for _ in range(20))


def not_found(meeting_id: str) -> NotFound:
    """The error for a meeting that is not there (any more)."""
    return NotFound(
        "meeting_not_found", f"There is no meeting {meeting_id[:64]!r}; it may have been deleted."
    )


async def create(connection: AsyncConnection, new: NewMeeting, workspace: str) -> Meeting:
    """Make a meeting under an id of its own."""
    meeting_id = new_id()
    await connection.execute(
        insert(meetings).values(id=meeting_id, workspace_id=workspace, **new_meeting_row(new))
    )
    return await require(connection, meeting_id)


async def get(connection: AsyncConnection, meeting_id: str) -> Meeting | None:
    """One meeting, or None."""
    result = await connection.execute(_selected().where(meetings.c.id == meeting_id))
    row = result.mappings().one_or_none()
    return None if row is None else meeting_of(row)


async def workspace_of(connection: AsyncConnection, meeting_id: str) -> str | None:
    """Whose a meeting is; None of one that is not there."""
    query = select(meetings.c.workspace_id).where(meetings.c.id == meeting_id)
    found: str | None = (await connection.execute(query)).scalar_one_or_none()
    return found


async def require(connection: AsyncConnection, meeting_id: str) -> Meeting:
    """One meeting. Raises `NotFound`."""
    meeting = await get(connection, meeting_id)
    if meeting is None:
        raise not_found(meeting_id)
    return meeting


async def lock(connection: AsyncConnection, meeting_id: str) -> None:
    """Hold the meeting's row until the transaction ends. Raises `NotFound`."""
    query = select(meetings.c.id).where(meetings.c.id == meeting_id).with_for_update()
    if (await connection.execute(query)).scalar_one_or_none() is None:
        raise not_found(meeting_id)


async def page(
    connection: AsyncConnection,
    workspace: str,
    *,
    cursor: str | None,
    limit: int,
    status: MeetingStatus | None,
    q: str,
    since: datetime | None,
    until: datetime | None,
) -> Page:
    """Of a workspace, newest first, at most `MAX_PAGE`. Raises `ProtocolError` (`bad_cursor`)."""
    limit = max(1, min(limit, MAX_PAGE))
    place = tuple_(meetings.c.created_at, meetings.c.id)
    query = (
        _selected()
        .where(meetings.c.workspace_id == workspace, matches(q))
        .order_by(meetings.c.created_at.desc(), meetings.c.id.desc())
    )
    if status is not None:
        query = query.where(meetings.c.status == status)
    if since is not None:
        query = query.where(meetings.c.created_at >= since)
    if until is not None:
        query = query.where(meetings.c.created_at < until)
    if cursor is not None:
        query = query.where(place < tuple_(*read_cursor(cursor)))
    rows = (await connection.execute(query.limit(limit + 1))).mappings().all()
    shown, following = paged(rows, limit, lambda row: write_cursor(row["created_at"], row["id"]))
    return Page(tuple(map(meeting_of, shown)), following)


async def change(connection: AsyncConnection, meeting_id: str, changes: Mapping[str, Any]) -> Meeting:
    """Set fields of `NewMeeting` by name; None gives a field its default back."""
    for name in changes:
        if name not in MEETING_FIELDS:
            raise ProtocolError(
                "unknown_field",
                f"A meeting has no field {name[:64]!r} that can be changed; use {', '.join(MEETING_FIELDS)}.",
            )
    await lock(connection, meeting_id)
    given = {name: value for name, value in changes.items() if value is not None}
    row = new_meeting_row(replace(NewMeeting(), **given))
    if changes:
        values = {name: row[name] for name in changes}
        await connection.execute(update(meetings).where(meetings.c.id == meeting_id).values(**values))
    return await require(connection, meeting_id)


async def missing(connection: AsyncConnection, meeting_ids: Collection[str]) -> set[str]:
    """Those of the meetings that are not there (any more)."""
    there = select(meetings.c.id).where(meetings.c.id.in_(meeting_ids))
    return set(meeting_ids) - set((await connection.execute(there)).scalars())


def _selected() -> Select[Any]:
    """Meetings with coverage and duration over their sessions."""
    ends = func.max(sessions.c.offset + sessions.c.duration)
    sums = lateral(
        select(
            func.coalesce(ends, 0.0).label("duration"),
            *(func.coalesce(func.sum(sessions.c[part]), 0.0).label(part) for part in COVERAGE),
        ).where(sessions.c.meeting_id == meetings.c.id)
    )
    stored = (column for column in meetings.c if not column.name.startswith("search_"))
    return select(*stored, *sums.c).select_from(meetings.join(sums, true()))
