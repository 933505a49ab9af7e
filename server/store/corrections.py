"""Corrections of finals by people. Each query takes the connection of the caller's transaction.

The row of a segment holds the newest text, so that whoever reads a transcript reads that; every version, from
what was heard on, stays beside it until the meeting goes. Who corrects holds the meeting's row, and names the
version that they have seen: of two who correct at once one is told to look again.
"""

from typing import Any

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.columns import clean
from server.store.correction_records import (
    MOST_CORRECTIONS,
    Correction,
    TextVersion,
    segment_not_found,
    version_not_found,
)
from server.store.cursor import read_place
from server.store.meetings import lock
from server.store.rows import segment_of, words_of, words_row
from server.store.schema import api_keys, corrections, segments
from server.store.speakers import names_of
from streaming.correction import corrected
from streaming.errors import ProtocolError
from streaming.segments import SUSPECTED_HALLUCINATION, Segment

_TEXT = ("text", "words", "flags")
"""What a correction changes."""


async def correct(
    connection: AsyncConnection, meeting_id: str, segment_id: str, wanted: Correction
) -> Segment:
    """Make a new version of a segment; one that says nothing new is not made. The segment as it is then.

    Raises `NotFound` `meeting_not_found`, `segment_not_found` or `version_not_found`, `ProtocolError`
    `segment_changed` or `too_many_corrections`.
    """
    await lock(connection, meeting_id)
    row = await _row(connection, meeting_id, segment_id)
    names = await names_of(connection, meeting_id)
    version = row["version"]
    if wanted.version != version:
        message = f"The segment was corrected meanwhile and is at version {version}: read it again."
        raise ProtocolError("segment_changed", message, status=409)
    values = await _wanted(connection, row, wanted)
    if values == {name: row[name] for name in _TEXT}:
        return segment_of(row, names).segment
    if version >= MOST_CORRECTIONS:
        message = f"A segment is corrected {MOST_CORRECTIONS} times at the most."
        raise ProtocolError("too_many_corrections", message, status=409)
    of = {"segment_id": segment_id, "meeting_id": meeting_id}
    if version == 0:
        heard = {name: row[name] for name in _TEXT}
        await connection.execute(insert(corrections).values(**of, **heard, version=0))
    made = {"version": version + 1, "restored": wanted.restore, "made_by": wanted.by}
    await connection.execute(insert(corrections).values(**of, **values, **made))
    changed = update(segments).where(segments.c.id == segment_id)
    await connection.execute(changed.values(**values, version=version + 1))
    return segment_of(await _row(connection, meeting_id, segment_id), names).segment


async def _row(connection: AsyncConnection, meeting_id: str, segment_id: str) -> RowMapping:
    columns = [column for column in segments.c if not column.name.startswith("search_")]
    query = select(*columns).where(segments.c.id == segment_id, segments.c.meeting_id == meeting_id)
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise segment_not_found()
    return row


async def _wanted(connection: AsyncConnection, row: RowMapping, wanted: Correction) -> dict[str, Any]:
    """Text, words and flags of the version that is wanted."""
    if wanted.text is not None:
        text = clean(wanted.text)
        words = row["words"] if text == row["text"] else words_row(corrected(words_of(row["words"]), text))
        # A person vouches for what they typed.
        flags = [flag for flag in row["flags"] if flag != SUSPECTED_HALLUCINATION]
        return {"text": text, "words": words, "flags": flags}
    if wanted.restore == row["version"]:
        return {name: row[name] for name in _TEXT}
    query = select(*(corrections.c[name] for name in _TEXT)).where(
        corrections.c.segment_id == row["id"], corrections.c.version == wanted.restore
    )
    found = (await connection.execute(query)).mappings().one_or_none()
    if found is None:
        raise version_not_found()
    return dict(found)


async def history(
    connection: AsyncConnection, meeting_id: str, segment_id: str, *, limit: int, cursor: str | None
) -> tuple[TextVersion, ...]:
    """The versions of a segment, the newest first; none where nobody corrected it. Raises `NotFound`
    `segment_not_found`, `ProtocolError` `bad_cursor`."""
    await _row(connection, meeting_id, segment_id)
    shown = ("version", "text", "flags", "restored", "made_at", "made_by")
    query = (
        select(*(corrections.c[name] for name in shown), api_keys.c.name.label("key"))
        .outerjoin_from(corrections, api_keys, api_keys.c.id == corrections.c.made_by)
        .where(corrections.c.segment_id == segment_id)
        .order_by(corrections.c.version.desc())
        .limit(limit)
    )
    if cursor is not None:
        query = query.where(corrections.c.version < read_place(cursor, int)[0])
    rows = (await connection.execute(query)).mappings()
    return tuple(TextVersion(**{**row, "flags": tuple(row["flags"])}) for row in rows)
