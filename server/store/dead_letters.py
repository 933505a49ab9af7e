"""Queries on work that failed for good. Each takes the connection of the caller's transaction."""

import secrets

from sqlalchemy import ColumnElement, case, delete, null, select, tuple_, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.cursor import read_cursor
from server.store.queue import REPORT, enqueue
from server.store.report_records import DeadLetter, Failure
from server.store.schema import dead_letters, meetings, reports
from streaming.errors import NotFound


def follow_up_not_found() -> NotFound:
    """The error for failed work that is not there (any more)."""
    return NotFound("follow_up_not_found", "There is no failed follow-up with this id.")


async def add(
    connection: AsyncConnection, workflow: str, meeting_id: str, number: int, *, step: str, failure: Failure
) -> None:
    """Keep what failed, once; of a meeting that is deleted nothing is kept."""
    there = select(meetings.c.id).where(meetings.c.id == meeting_id).with_for_update(key_share=True)
    if (await connection.execute(there)).scalar_one_or_none() is None:
        return
    values = {
        "id": f"{workflow}-{meeting_id}-{number}",
        "meeting_id": meeting_id,
        "workflow": workflow,
        "number": number,
        "step": step,
        "code": failure.code,
        "sentence": failure.sentence,
    }
    insert = postgresql.insert(dead_letters).values(**values)
    await connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_=values))


async def newest(
    connection: AsyncConnection, workspace: str, limit: int, cursor: str | None = None
) -> tuple[DeadLetter, ...]:
    """What failed last after a workspace's meetings, the newest first. Raises `ProtocolError`
    (`bad_cursor`)."""
    place = (dead_letters.c.failed_at, dead_letters.c.id)
    newest_first = (column.desc() for column in place)
    query = select(dead_letters).where(_of(workspace)).order_by(*newest_first).limit(limit)
    if cursor is not None:
        query = query.where(tuple_(*place) < tuple_(*read_cursor(cursor)))
    return tuple(DeadLetter(**row) for row in (await connection.execute(query)).mappings())


def _of(workspace: str) -> ColumnElement[bool]:
    mine = select(meetings.c.id).where(meetings.c.workspace_id == workspace)
    return dead_letters.c.meeting_id.in_(mine)


async def replay(connection: AsyncConnection, workspace: str, letter_id: str) -> None:
    """Have it done again, from its first step on. Raises `NotFound` `follow_up_not_found`."""
    wanted = (dead_letters.c.id == letter_id) & _of(workspace)
    taken = delete(dead_letters).where(wanted).returning(dead_letters)
    row = (await connection.execute(taken)).mappings().one_or_none()
    if row is None:
        raise follow_up_not_found()
    meeting_id, number = row["meeting_id"], row["number"]
    if row["workflow"] == REPORT:
        of_report = (reports.c.meeting_id == meeting_id) & (reports.c.version == number)
        # Answers that led to nothing are asked for anew; those that are missing some are gone on with.
        done = reports.c.drafts["complete"].as_boolean().is_(True)
        again = {
            "attempt": 0,
            "writing": True,
            "failure_code": None,
            "failure": None,
            "drafts": case((done, null()), else_=reports.c.drafts),
        }
        await connection.execute(update(reports).where(of_report).values(**again))
    # A mark of its own, or the queue would take it for what it has done.
    await enqueue(connection, row["workflow"], meeting_id, number, mark=secrets.token_hex(4))
