"""Queries on sessions that outlive a process: claim, renew, finish. Each takes the caller's connection.

What is decided here is decided under the lock of the meeting's row, so that of two processes that want a
session one gets it, and none gets what has just been finished.
"""

import hmac
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import RowMapping, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.access import Access
from server.store import coverage as of_coverage
from server.store import ending
from server.store.leases import leased, until
from server.store.meetings import workspace_of
from server.store.records import Lease, Session, Standing, StoredSegment
from server.store.rows import segment_of, session_of
from server.store.schema import meetings, segments, sessions
from server.store.sessions import lock_meeting_of
from streaming.errors import Close, NotAllowed, NotFound, ProtocolError


async def claim(
    connection: AsyncConnection, session_id: str, token_hash: str, lease: Lease, access: Access
) -> Session:
    """Make `lease.owner` the owner of a session that can still be resumed: one that nobody has finished, in a
    meeting that is there for the caller.

    Raises `NotFound` `session_not_found`, `NotAllowed` `resume_token_wrong`, `ProtocolError` `session_ended`,
    `resume_too_late` or `not_resumable`.
    """
    try:
        meeting_id = await lock_meeting_of(connection, session_id)
    except NotFound:
        raise session_not_found() from None
    if not access.sees(await workspace_of(connection, meeting_id), meeting_id):
        raise session_not_found()
    query = select(sessions).where(sessions.c.id == session_id)
    row = (await connection.execute(query)).mappings().one()
    _check(row, token_hash)
    claimed = update(sessions).where(sessions.c.id == session_id).values(leased(lease)).returning(sessions)
    return session_of((await connection.execute(claimed)).mappings().one())


def _check(row: RowMapping, token_hash: str) -> None:
    if row["token_hash"] is None:
        raise not_resumable()
    check_token(row["token_hash"], token_hash)
    if row["expired"]:
        raise resume_too_late(row["meeting_id"])
    if row["status"] == "ended":
        raise session_ended(row["meeting_id"])


def session_not_found() -> NotFound:
    """The error for a session that is not there (any more)."""
    return NotFound("session_not_found", "There is no session to resume under this id: start a new one.")


def not_resumable() -> ProtocolError:
    """The error for a session without a token."""
    return ProtocolError(
        "not_resumable",
        "A stream of this kind cannot be resumed: start a new one in the same meeting.",
        Close.NOT_ALLOWED,
        409,
    )


def resume_too_late(meeting_id: str) -> ProtocolError:
    """The error for a session that was finished because nobody came back to it."""
    return ProtocolError(
        "resume_too_late",
        "The session was not resumed in time and has been finished; "
        f"its transcript is at /v1/meetings/{meeting_id}/transcript.",
        Close.NOT_ALLOWED,
        409,
    )


def check_token(wanted: str, given: str) -> None:
    """Compare hashes in constant time. Raises `NotAllowed`."""
    if not hmac.compare_digest(wanted, given):
        raise NotAllowed("resume_token_wrong", "The resume token is not the one of this session.", 403)


def session_ended(meeting_id: str) -> ProtocolError:
    """The error for a session that was stopped."""
    return ProtocolError(
        "session_ended",
        f"The session has ended; its transcript is at /v1/meetings/{meeting_id}/transcript.",
        Close.NOT_ALLOWED,
        409,
    )


async def finals_after(connection: AsyncConnection, session: Session, seq: int) -> tuple[StoredSegment, ...]:
    """Finals that a client who has seen everything up to `seq` may not have seen, on the session's clock."""
    columns = [column for column in segments.c if not column.name.startswith("search_")]
    query = (
        select(*columns)
        .where(segments.c.session_id == session.id, segments.c.client_seq > seq)
        .order_by(segments.c.client_seq, segments.c.id)
    )
    found = [segment_of(row) for row in (await connection.execute(query)).mappings()]
    return tuple(replace(one, segment=one.segment.shifted(-session.offset)) for one in found)


async def renew(connection: AsyncConnection, session_ids: Collection[str], lease: Lease) -> set[str]:
    """Renew the lease of live sessions. Returns those among them that have another owner by now.

    A session whose lease never runs out stays so.
    """
    named = sessions.c.id.in_(session_ids)
    mine = sessions.c.owner == lease.owner
    await connection.execute(
        update(sessions)
        .where(named, mine, sessions.c.status == "live", sessions.c.resume_until.is_not(None))
        .values(resume_until=until(lease.seconds))
    )
    query = select(sessions.c.id).where(named, sessions.c.owner.is_distinct_from(lease.owner))
    return set((await connection.execute(query)).scalars())


async def leases(connection: AsyncConnection, except_ids: Collection[str]) -> dict[str, Standing]:
    """The leases of all other live sessions, by session."""
    over = (sessions.c.resume_until < func.clock_timestamp()).label("over")
    query = select(sessions.c.id, sessions.c.resume_until, over).where(
        sessions.c.status == "live", sessions.c.resume_until.is_not(None), sessions.c.id.not_in(except_ids)
    )
    return {name: Standing(ends, is_over) for name, ends, is_over in await connection.execute(query)}


async def finish_abandoned(connection: AsyncConnection, held: Mapping[str, datetime]) -> tuple[str, ...]:
    """End those live sessions whose lease is still the given one, where their stored audio ends, and their
    meetings.

    What had been received and had no outcome yet is lost. Returns the meetings that ended.
    """
    unrenewed = tuple_(sessions.c.id, sessions.c.resume_until).in_(list(held.items()))
    expired = (sessions.c.status == "live") & unrenewed
    late = select(sessions.c.meeting_id).where(expired)
    # Locked in one order; an update that waited for the lock sees what a resume has changed meanwhile.
    locking = select(meetings.c.id).where(meetings.c.id.in_(late)).order_by(meetings.c.id).with_for_update()
    locked = tuple((await connection.execute(locking)).scalars())
    if not locked:
        return ()
    stored_until = sessions.c.started_at + func.make_interval(0, 0, 0, 0, 0, 0, sessions.c.duration)
    known = sessions.c.transcribed + sessions.c.silence + sessions.c.quarantined + sessions.c.lost
    finished = await connection.execute(
        update(sessions)
        .where(expired, sessions.c.meeting_id.in_(locked))
        .values(
            status="ended",
            ended_at=func.least(stored_until, func.clock_timestamp()),
            owner=None,
            expired=True,
            lost=sessions.c.lost + func.greatest(0.0, sessions.c.received - known),
        )
        .returning(sessions.c.id)
    )
    await of_coverage.lose_rest(connection, tuple(finished.scalars()))
    return await ending.end(connection, locked, ending.last_end())
