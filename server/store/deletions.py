"""Queries that remove meetings and keep the receipts. Each takes the connection of the caller's transaction.

A meeting is removed under the lock of its row, which all who write to it take first: nothing of it can be
written afterwards, and all that is counted is what there was. Its receipt is made in the same transaction.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, delete, func, insert, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store import events as of_events
from server.store import queue, receipts, retention
from server.store.cursor import paged, read_cursor, write_cursor
from server.store.deletion_records import Deletion, Deletions, Reason, Recordings
from server.store.meetings import lock, workspace_of
from server.store.schema import (
    bots,
    corrections,
    coverage,
    dead_letters,
    deletion_keys,
    deletions,
    deliveries,
    drafts_ahead,
    events,
    ingests,
    meetings,
    page_texts,
    pictures,
    reports,
    segments,
    sessions,
    uploads,
)
from streaming.errors import NotFound, StenoError

_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtext('deletion_keys'))")
_OF_MEETING: Final = {
    "sessions": sessions,
    "segments": segments,
    "corrections": corrections,
    "reports": reports,
    "drafts": drafts_ahead,
    "deliveries": deliveries,
    "events": events,
    "uploads": uploads,
    "bots": bots,
    "ingests": ingests,
    "pictures": pictures,
    "pages": page_texts,
    "failures": dead_letters,
}
KINDS: Final = ("audio", *_OF_MEETING, "words", "coverage", "jobs")
"""What is counted in `Deletion.removed`."""


def deletion_not_found() -> NotFound:
    """The error for a receipt that is not there."""
    return NotFound("deletion_not_found", "There is no receipt of a deletion with this id.")


async def remove(
    connection: AsyncConnection,
    meeting_id: str,
    recordings: Sequence[Recordings],
    *,
    reason: Reason = "request",
    over_at: datetime | None = None,
) -> Deletion | None:
    """Remove a meeting with all that is its own. With `over_at`, only if its time is over then: else None.

    Raises `NotFound`, and `StenoError` `audio_not_removed`: then nothing else is removed either.
    """
    await lock(connection, meeting_id)
    if over_at is not None and not await retention.is_over(connection, meeting_id, over_at):
        return None
    workspace = await workspace_of(connection, meeting_id)
    removed = {"audio": await _remove_audio(meeting_id, recordings)}
    names = select(sessions.c.id).where(sessions.c.meeting_id == meeting_id).order_by(sessions.c.started_at)
    session_ids = tuple((await connection.execute(names)).scalars())
    row = (await connection.execute(_counts(meeting_id))).mappings().one()
    removed |= {name: int(count) for name, count in row.items() if name != "deleted_at"}
    removed["jobs"] = await queue.remove(connection, meeting_id)
    await of_events.deleted(connection, meeting_id)
    await connection.execute(delete(meetings).where(meetings.c.id == meeting_id))
    made = receipts.made(
        await _private_key(connection),
        deletion_id=f"del_{secrets.token_hex(12)}",
        workspace=workspace or "",
        meeting_id=meeting_id,
        deleted_at=row["deleted_at"],
        reason=reason,
        removed=removed,
        sessions=session_ids,
    )
    await _keep(connection, made)
    return made


async def _remove_audio(meeting_id: str, recordings: Sequence[Recordings]) -> int:
    try:
        return sum([await one.delete(meeting_id) for one in recordings])
    except OSError as error:
        raise StenoError(
            "audio_not_removed", "The audio could not be removed, so the meeting was kept; try again."
        ) from error


def _counts(meeting_id: str) -> Select[Any]:
    """The time, and how many there are of each kind."""
    of_session = sessions.c.id == coverage.c.session_id
    words = func.coalesce(func.sum(func.jsonb_array_length(segments.c.words)), 0)
    counts = {
        name: select(func.count()).where(table.c.meeting_id == meeting_id)
        for name, table in _OF_MEETING.items()
    }
    counts["words"] = select(words).where(segments.c.meeting_id == meeting_id)
    counts["coverage"] = (select(func.count()).select_from(coverage).join(sessions, of_session)).where(
        sessions.c.meeting_id == meeting_id
    )
    return select(
        func.clock_timestamp().label("deleted_at"),
        *(count.scalar_subquery().label(name) for name, count in counts.items()),
    )


async def _keep(connection: AsyncConnection, made: Deletion) -> None:
    values = {
        "id": made.id,
        "workspace_id": made.workspace,
        "meeting_id": made.meeting_id,
        "deleted_at": made.deleted_at,
        "receipt": made.receipt,
    }
    await connection.execute(insert(deletions).values(**values))


async def get(connection: AsyncConnection, workspace: str, deletion_id: str) -> Deletion:
    """One receipt of a workspace. Raises `NotFound` `deletion_not_found`."""
    query = select(deletions.c.receipt).where(
        deletions.c.id == deletion_id, deletions.c.workspace_id == workspace
    )
    receipt = (await connection.execute(query)).scalar_one_or_none()
    if receipt is None:
        raise deletion_not_found()
    return receipts.read(receipt)


async def page(connection: AsyncConnection, workspace: str, *, cursor: str | None, limit: int) -> Deletions:
    """A workspace's, the newest first. Raises `ProtocolError` (`bad_cursor`)."""
    place = tuple_(deletions.c.deleted_at, deletions.c.id)
    query = (
        select(deletions.c.receipt)
        .where(deletions.c.workspace_id == workspace)
        .order_by(deletions.c.deleted_at.desc(), deletions.c.id.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        query = query.where(place < tuple_(*read_cursor(cursor)))
    found = [receipts.read(one) for one in (await connection.execute(query)).scalars()]
    shown, following = paged(found, limit, lambda one: write_cursor(one.deleted_at, one.id))
    return Deletions(tuple(shown), following)


async def public_keys(connection: AsyncConnection) -> tuple[dict[str, str], ...]:
    """Of every key that signs or has signed, the newest first."""
    await _private_key(connection)
    query = select(deletion_keys.c.private_key).order_by(deletion_keys.c.created_at.desc())
    return tuple(receipts.public_key(one) for one in (await connection.execute(query)).scalars())


async def _private_key(connection: AsyncConnection) -> str:
    """The newest key, made when it is first asked for."""
    query = select(deletion_keys.c.private_key).order_by(deletion_keys.c.created_at.desc()).limit(1)
    found: str | None = (await connection.execute(query)).scalar_one_or_none()
    if found is None:
        await connection.execute(_LOCK)
        found = (await connection.execute(query)).scalar_one_or_none()
    if found is None:
        found = receipts.new_key()
        kid = receipts.public_key(found)["kid"]
        await connection.execute(insert(deletion_keys).values(id=kid, private_key=found))
    return found
