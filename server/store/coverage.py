"""Queries on what became of the audio, stretch by stretch. Each takes the caller's connection.

Stretches of one track lie end to end. They are added as they become known, silence every few seconds, and
read with neighbours of one kind joined.
"""

from collections.abc import Collection, Sequence
from itertools import groupby
from typing import Final

from sqlalchemy import RowMapping, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.records import Covered
from server.store.schema import coverage, sessions
from streaming.ledger import Interval, merged

SAMPLE_RATE: Final = 16_000

_LOSE_REST: Final = text("""
    INSERT INTO coverage (session_id, track, start, "end", outcome, reason)
    SELECT * FROM (
        SELECT sessions.id, track.number - 1, CAST(track.value ->> 'settled' AS bigint) AS settled,
            CAST(round(received * 16000 / jsonb_array_length(progress -> 'tracks')) AS bigint) AS heard,
            'lost', 'not_resumed'
        FROM sessions, jsonb_array_elements(progress -> 'tracks') WITH ORDINALITY AS track (value, number)
        WHERE sessions.id = ANY(:ids)
    ) AS rest
    WHERE settled < heard
""")
"""All tracks of a session have received as much; the session has the sum."""


async def add(connection: AsyncConnection, session_id: str, tracks: Sequence[Sequence[Interval]]) -> None:
    """Add stretches of each track; again, they replace themselves."""
    rows = [
        {
            "session_id": session_id,
            "track": track,
            "start": one.start,
            "end": one.end,
            "outcome": one.outcome,
            "reason": one.reason,
        }
        for track, intervals in enumerate(tracks)
        for one in intervals
    ]
    if rows:
        statement = postgresql.insert(coverage)
        replaced = {name: statement.excluded[name] for name in ("end", "outcome", "reason")}
        key = list(coverage.primary_key)
        await connection.execute(statement.on_conflict_do_update(index_elements=key, set_=replaced), rows)


async def lose_rest(connection: AsyncConnection, session_ids: Collection[str]) -> None:
    """What these sessions have received beyond what is settled is lost: no client came back for it."""
    if session_ids:
        await connection.execute(_LOSE_REST, {"ids": list(session_ids)})


async def of_meeting(connection: AsyncConnection, meeting_id: str) -> tuple[Covered, ...]:
    """All stretches of a meeting by the start of their session, by track, by start."""
    query = (
        select(sessions.c.offset, coverage)
        .where(coverage.c.session_id == sessions.c.id, sessions.c.meeting_id == meeting_id)
        .order_by(sessions.c.offset, sessions.c.id, coverage.c.track, coverage.c.start)
    )
    rows = (await connection.execute(query)).mappings().all()
    tracks = groupby(rows, key=lambda row: (row["offset"], row["session_id"], row["track"]))
    return tuple(
        Covered(
            session,
            track,
            offset + one.start / SAMPLE_RATE,
            offset + one.end / SAMPLE_RATE,
            one.outcome,
            one.reason,
        )
        for (offset, session, track), stretches in tracks
        for one in merged(map(_interval, stretches))
    )


def _interval(row: RowMapping) -> Interval:
    return Interval(row["start"], row["end"], row["outcome"], row["reason"])
