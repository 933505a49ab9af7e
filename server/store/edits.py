"""Word between nodes that people have changed a transcript, and what they made of it. Each query takes the
connection of the caller's transaction.

The word says where something changed and never what: a meeting, and a final or, where that is left out, the
names of its speakers. It is heard when the transaction is committed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.rows import segment_of
from server.store.schema import corrections, segments
from server.store.speakers import names_of
from streaming.segments import Segment

CHANNEL: Final = "steno_edits"
MOST_EDITS: Final = 128
"""Corrected finals that are looked at when nobody knows which were corrected: the newest ones."""


@dataclass(frozen=True, slots=True)
class Edits:
    """What people made of a transcript: names by label, None where nobody ever gave one, and finals."""

    names: Mapping[str, str] | None
    corrected: tuple[Segment, ...]


async def tell(connection: AsyncConnection, meeting_id: str, segment_id: str = "") -> None:
    """Tell all nodes, when the transaction is committed, of a corrected final or of other names."""
    await connection.execute(select(func.pg_notify(CHANNEL, f"{meeting_id} {segment_id}")))


async def of_meeting(connection: AsyncConnection, meeting_id: str, finals: Collection[str] | None) -> Edits:
    """The names and, of these finals, those that were corrected; None: the newest corrections."""
    wanted = list(finals) if finals is not None else await _newest(connection, meeting_id)
    columns = [column for column in segments.c if not column.name.startswith("search_")]
    query = (
        select(*columns)
        .where(segments.c.meeting_id == meeting_id, segments.c.id.in_(wanted), segments.c.version > 0)
        .order_by(segments.c.start, segments.c.id)
    )
    names = await names_of(connection, meeting_id)
    rows = (await connection.execute(query)).mappings()
    return Edits(names, tuple(segment_of(row, names).segment for row in rows))


async def _newest(connection: AsyncConnection, meeting_id: str) -> list[str]:
    query = (
        select(corrections.c.segment_id)
        .where(corrections.c.meeting_id == meeting_id, corrections.c.version > 0)
        .group_by(corrections.c.segment_id)
        .order_by(func.max(corrections.c.made_at).desc())
        .limit(MOST_EDITS)
    )
    return list((await connection.execute(query)).scalars())
