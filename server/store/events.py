"""Writes events and their deliveries in the transaction that makes them true, and only what is asked for.

One statement for what one transaction has to tell: where no endpoint of the workspace asks, nothing is
written. Whoever tells of a meeting holds its row, so `seq` is the order in which things became true.

Bounded: at an endpoint for which `MOST_FINALS` deliveries wait, further finals are given up at once, and
everything at `MOST_OPEN`. They stand in its history as `backlog_full`, and can be sent again. What waits is
counted every few seconds and not here, so that whoever speaks waits for no count; by so much the bound may be
passed.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import DateTime, Text, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.columns import StoredJSON
from server.store.event_records import NewEvent
from server.store.records import Meeting, StoredSegment
from server.store.rows import words_row

MOST_FINALS: Final = 5_000
MOST_OPEN: Final = 10_000
FULL: Final = "Too many messages to this endpoint were waiting already."

_WRITE: Final = text(  # Constants only.
    f"""
    WITH asking AS (
        SELECT id, events, waiting FROM webhook_endpoints
        WHERE workspace_id = (SELECT workspace_id FROM meetings WHERE id = :line)
            AND disabled_at IS NULL AND events && :types
        FOR KEY SHARE
    ), made AS (
        INSERT INTO events (id, meeting_id, type, data)
        SELECT item.id, :meeting, item.type, item.data
        FROM ROWS FROM (jsonb_to_recordset(:items) AS (id text, type text, data jsonb))
            WITH ORDINALITY AS item (id, type, data, place)
        WHERE EXISTS (SELECT FROM asking WHERE item.type = ANY (asking.events))
        ORDER BY item.place
        ON CONFLICT (id) DO NOTHING
        RETURNING id, seq, type
    )
    INSERT INTO event_deliveries (id, endpoint_id, event_id, line, seq, state, failure_code, failure)
    SELECT 'dlv_' || replace(gen_random_uuid()::text, '-', ''), asking.id, made.id, :line, made.seq,
        CASE WHEN waiting < room THEN 'pending' ELSE 'given_up' END,
        CASE WHEN waiting >= room THEN 'backlog_full' END, CASE WHEN waiting >= room THEN :full END
    FROM made JOIN asking ON made.type = ANY (asking.events),
        LATERAL (
            SELECT CASE made.type WHEN 'segment.final' THEN {MOST_FINALS} ELSE {MOST_OPEN} END
        ) AS bound (room)
    """  # noqa: S608
).bindparams(
    bindparam("items", type_=StoredJSON),
    bindparam("types", type_=ARRAY(Text)),
    bindparam("meeting", type_=Text),
    bindparam("line", type_=Text),
    bindparam("full", type_=Text),
)


async def write(
    connection: AsyncConnection, meeting_id: str, new: Sequence[NewEvent], *, outlives: bool = False
) -> None:
    """Tell of a meeting, whose row is locked, in the order given. `outlives`: it is kept when the meeting is
    deleted."""
    values = {
        "items": [{"id": one.id, "type": one.type, "data": one.data} for one in new],
        "types": sorted({one.type for one in new}),
        "meeting": None if outlives else meeting_id,
        "line": meeting_id,
        "full": FULL,
    }
    await connection.execute(_WRITE, values)


def new_id() -> str:
    """Of an event: not to be guessed, and without a full stop, which the signature sets apart with."""
    return f"evt_{secrets.token_hex(12)}"


async def started(connection: AsyncConnection, meeting: Meeting) -> None:
    """It is live, for the first time or again."""
    data = _about(meeting) | {"started_at": _time(meeting.started_at)}
    await write(connection, meeting.id, [NewEvent(new_id(), "meeting.started", data)])


async def finals(
    connection: AsyncConnection, meeting_id: str, session_id: str, stored: Sequence[StoredSegment]
) -> None:
    """They are stored. One that is stored again is not told again: its event's id is made of its own."""
    new = [
        NewEvent(_id_of(one.segment.id), "segment.final", _final(meeting_id, session_id, one))
        for one in stored
        if one.segment.text
    ]
    if new:
        await write(connection, meeting_id, new)


async def ended(connection: AsyncConnection, meeting: Meeting) -> None:
    """It has ended, and with it the transcript is whole."""
    about = _about(meeting)
    times = {
        "started_at": _time(meeting.started_at),
        "ended_at": _time(meeting.ended_at),
        "duration": round(meeting.duration, 3),
    }
    new = [
        NewEvent(new_id(), "meeting.ended", about | times),
        NewEvent(new_id(), "transcript.ready", about | {"duration": times["duration"]}),
    ]
    await write(connection, meeting.id, new)


async def reported(connection: AsyncConnection, meeting: Meeting, version: int, report: Any) -> None:
    """A version of the report is written."""
    data = _about(meeting) | {
        "version": version,
        "status": report.get("status"),
        "language": report.get("language"),
    }
    await write(connection, meeting.id, [NewEvent(new_id(), "report.ready", data)])


async def bot(connection: AsyncConnection, meeting_id: str, data: Mapping[str, Any]) -> None:
    """A bot has another state, or raises an alarm."""
    await write(connection, meeting_id, [NewEvent(new_id(), "bot.status", data)])


async def deleted(connection: AsyncConnection, meeting_id: str) -> None:
    """It goes with this transaction, and what was to be told of it too; only this is told, by its id alone.
    To be called while its row is there."""
    now = await connection.execute(select(func.clock_timestamp(type_=DateTime(timezone=True))))
    data = {"meeting_id": meeting_id, "deleted_at": _time(now.scalar_one())}
    await write(connection, meeting_id, [NewEvent(new_id(), "meeting.deleted", data)], outlives=True)


def _about(meeting: Meeting) -> dict[str, Any]:
    return {"meeting_id": meeting.id, "title": meeting.title, "metadata": meeting.metadata}


def _final(meeting_id: str, session_id: str, one: StoredSegment) -> dict[str, Any]:
    segment = one.segment
    return {
        "meeting_id": meeting_id,
        "session_id": session_id,
        "segment_id": segment.id,
        "seq": one.seq,
        "start": segment.start,
        "end": segment.end,
        "text": segment.text,
        "language": segment.language,
        "speaker": segment.speaker,
        "track": segment.track,
        "confidence": segment.confidence,
        "flags": list(segment.flags),
        "words": words_row(segment.words),
    }


def _id_of(segment_id: str) -> str:
    return f"evt_{hashlib.sha256(segment_id.encode()).hexdigest()[:24]}"


def _time(at: Any) -> str | None:
    return None if at is None else at.isoformat()
