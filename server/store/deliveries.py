"""Queries on deliveries. Each takes the connection of the caller's transaction.

A delivery is made once for an end of a meeting and a receiver. A process takes it by a lease, and commits
that it is sending before it sends; what became of it is written only by who holds it still.
"""

import secrets
from collections.abc import Collection
from dataclasses import asdict
from typing import Final

from sqlalchemy import RowMapping, and_, case, extract, func, or_, select, tuple_
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store import attempts
from server.store.cursor import microseconds, moment_of, read_place, write_place
from server.store.delivery_records import Delivery, NewDelivery, Settled
from server.store.meetings import lock, workspace_of
from server.store.schema import deliveries, meetings, reports, silenced
from streaming.errors import NotFound

SAFE_AGAIN: Final = ("webhook",)
"""Kinds whose receivers know a message that comes twice by its id."""
_COLUMNS: Final = tuple(column for column in deliveries.c if column.name != "lease_until")


def delivery_not_found() -> NotFound:
    """The error for a delivery that is not there."""
    return NotFound("delivery_not_found", "There is no delivery with this id.")


async def announced(connection: AsyncConnection, meeting_id: str, ending: int) -> int | None:
    """The version of the report that is to be told of at this end of the meeting: None while it is being
    written."""
    query = select(reports.c.version).where(
        reports.c.meeting_id == meeting_id, reports.c.ending == ending, reports.c.writing.is_(False)
    )
    return (await connection.execute(query)).scalar_one_or_none()


async def ending_of(connection: AsyncConnection, meeting_id: str, version: int) -> int | None:
    """The end of the meeting that led to a version; None of one that somebody asked for."""
    query = select(reports.c.ending).where(reports.c.meeting_id == meeting_id, reports.c.version == version)
    return (await connection.execute(query)).scalar_one_or_none()


async def add(
    connection: AsyncConnection, meeting_id: str, number: int, version: int, new: Collection[NewDelivery]
) -> int:
    """Make those that are not there; how many were made. Raises `NotFound` of a meeting that is deleted."""
    await lock(connection, meeting_id)
    rows = [
        {
            "id": f"dlv_{secrets.token_hex(12)}",
            "meeting_id": meeting_id,
            "number": number,
            "report_version": version,
            **asdict(one),
        }
        for one in new
    ]
    if not rows:
        return 0
    insert = postgresql.insert(deliveries).values(rows).on_conflict_do_nothing().returning(deliveries.c.id)
    return len((await connection.execute(insert)).all())


async def claim(connection: AsyncConnection, limit: int, lease: float) -> tuple[Delivery, ...]:
    """Take what is due, for `lease` seconds; nobody else takes it. Receivers that want no more are passed
    over."""
    now = func.clock_timestamp()
    due = (
        select(deliveries.c.id)
        .where(deliveries.c.state == "pending", deliveries.c.next_at <= now)
        .order_by(deliveries.c.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    taken = attempts.taking(deliveries, due, lease).returning(*_COLUMNS)
    return tuple(_read(row) for row in (await connection.execute(taken)).mappings())


async def recover(connection: AsyncConnection) -> int:
    """What a process that died was sending: again where that is safe, else it is not known whether it was
    sent."""
    again = deliveries.c.kind.in_(SAFE_AGAIN)
    lost = "The server stopped while it was sent; it may have arrived."
    return await attempts.recover(connection, deliveries, case((again, "pending"), else_="unknown"), lost)


async def settle(connection: AsyncConnection, delivery: Delivery, outcome: Settled) -> bool:
    """Write what became of the attempt that the caller holds; False if it is not the caller's any more."""
    written = await attempts.settle(
        connection,
        deliveries,
        outcome,
        of=delivery.id,
        attempt=delivery.attempts,
        state=outcome.state,
    )
    if written and outcome.silence:
        workspace = await workspace_of(connection, delivery.meeting_id)
        await silence(connection, workspace or "", delivery.digest, outcome.code or "gone")
    return written


async def of_meeting(
    connection: AsyncConnection, meeting_id: str, limit: int, cursor: str | None = None
) -> tuple[Delivery, ...]:
    """Those of the newest end first. Raises `ProtocolError` (`bad_cursor`)."""
    newest = (deliveries.c.number.desc(), deliveries.c.created_at, deliveries.c.id)
    query = select(*_COLUMNS).where(deliveries.c.meeting_id == meeting_id).order_by(*newest).limit(limit)
    if cursor is not None:
        number, created_at, name = read_place(cursor, int, int, str)
        later = tuple_(deliveries.c.created_at, deliveries.c.id) > tuple_(moment_of(created_at), name)
        query = query.where(or_(deliveries.c.number < number, and_(deliveries.c.number == number, later)))
    return tuple(_read(row) for row in (await connection.execute(query)).mappings())


def place_of(delivery: Delivery) -> str:
    """The cursor of the page after a delivery."""
    return write_place(delivery.number, microseconds(delivery.created_at), delivery.id)


async def replay(connection: AsyncConnection, workspace: str, delivery_id: str) -> Delivery:
    """Send it again now, as from the beginning; what is on its way stays as it is. Raises `NotFound`."""
    mine = select(meetings.c.id).where(meetings.c.workspace_id == workspace)
    wanted = (deliveries.c.id == delivery_id) & deliveries.c.meeting_id.in_(mine)
    await connection.execute(attempts.anew(deliveries, wanted))
    query = select(*_COLUMNS).where(wanted)
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise delivery_not_found()
    return _read(row)


async def seconds_to_next(connection: AsyncConnection) -> float | None:
    """Until something is due, or somebody's lease is over; None when nothing is open."""
    first = func.min(func.coalesce(deliveries.c.lease_until, deliveries.c.next_at))
    wait = extract("epoch", first - func.clock_timestamp())
    query = select(wait).where(deliveries.c.state.in_(attempts.OPEN))
    found = (await connection.execute(query)).scalar_one_or_none()
    return None if found is None else float(found)


async def silence(connection: AsyncConnection, workspace: str, digest: str, code: str) -> None:
    """Tell this receiver nothing of the workspace any more."""
    insert = postgresql.insert(silenced).values(workspace_id=workspace, digest=digest, code=code)
    await connection.execute(insert.on_conflict_do_nothing())


async def silence_of(connection: AsyncConnection, workspace: str, digest: str) -> str | None:
    """Why a receiver is told nothing of a workspace: a code; None if it is told."""
    query = select(silenced.c.code).where(silenced.c.workspace_id == workspace, silenced.c.digest == digest)
    return (await connection.execute(query)).scalar_one_or_none()


def _read(row: RowMapping) -> Delivery:
    return Delivery(**row)
