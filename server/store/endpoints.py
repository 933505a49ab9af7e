"""Queries on a workspace's endpoints and on what they were told. Each takes the connection of the caller's
transaction; an endpoint of another workspace is not there.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, Select, delete, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store import attempts, event_queue
from server.store.cursor import read_cursor, write_cursor
from server.store.deliveries import delivery_not_found
from server.store.event_records import PING, Disabled, Endpoint, EventDelivery, EventState
from server.store.events import MOST_OPEN, new_id
from server.store.leases import until
from server.store.schema import event_deliveries, events, webhook_endpoints
from streaming.errors import NotFound, ProtocolError

MOST: Final = 20
"""Endpoints of a workspace."""
SHORTENED_BY: Final = 5_000
ASKED: Final = "It was switched off through the API."


def webhook_not_found() -> NotFound:
    """The error for an endpoint that is not there."""
    return NotFound("webhook_not_found", "There is no webhook with this id.")


async def create(connection: AsyncConnection, workspace: str, values: Mapping[str, Any]) -> Endpoint:
    """Make one of `url`, `description`, `events` and `secret`. Raises `ProtocolError` `too_many_webhooks`."""
    # Two that are made at once must not both be the last one.
    lock = func.pg_advisory_xact_lock(func.hashtextextended(f"webhooks of {workspace}", 0))
    await connection.execute(select(lock))
    count = select(func.count()).where(webhook_endpoints.c.workspace_id == workspace)
    if (await connection.execute(count)).scalar_one() >= MOST:
        raise ProtocolError(
            "too_many_webhooks",
            f"There are {MOST} webhooks, which is the most that a workspace has; delete one of them.",
            status=409,
        )
    row = {"id": f"whe_{secrets.token_hex(12)}", "workspace_id": workspace, **values}
    made = insert(webhook_endpoints).values(**row).returning(webhook_endpoints)
    return _endpoint((await connection.execute(made)).mappings().one())


async def listed(connection: AsyncConnection, workspace: str) -> tuple[Endpoint, ...]:
    """All of a workspace, at most `MOST`, the newest first."""
    columns = webhook_endpoints.c
    query = (
        select(webhook_endpoints)
        .where(columns.workspace_id == workspace)
        .order_by(columns.created_at.desc(), columns.id.desc())
    )
    return tuple(_endpoint(row) for row in (await connection.execute(query)).mappings())


async def get(
    connection: AsyncConnection, workspace: str, endpoint_id: str, *, held: bool = False
) -> Endpoint:
    """One; with `held` nobody else changes it until the transaction ends. Raises `NotFound`."""
    query = select(webhook_endpoints).where(_is(workspace, endpoint_id))
    query = query.with_for_update(key_share=True) if held else query
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise webhook_not_found()
    return _endpoint(row)


async def change(
    connection: AsyncConnection,
    workspace: str,
    endpoint_id: str,
    values: Mapping[str, Any],
    *,
    enabled: bool | None = None,
) -> Endpoint:
    """Set `url`, `description` or `events`, and switch it on or off. Raises `NotFound`."""
    found = await get(connection, workspace, endpoint_id, held=True)
    changes: dict[str, Any] = dict(values) | {"updated_at": func.clock_timestamp()}
    if enabled and found.disabled is not None:
        changes |= dict.fromkeys(("disabled_at", "disabled_code", "disabled_reason", "failing_since"))
    if enabled is False and found.disabled is None:
        await event_queue.disable(connection, endpoint_id, "asked", ASKED)
    return await _set(connection, endpoint_id, changes)


async def rotate(
    connection: AsyncConnection, workspace: str, endpoint_id: str, secret: str, overlap: float
) -> Endpoint:
    """Sign with a new secret, and with the present one too for `overlap` seconds. Raises `NotFound`."""
    found = await get(connection, workspace, endpoint_id, held=True)
    values: dict[str, Any] = {"secret": secret, "updated_at": func.clock_timestamp()}
    values |= {"former_secret": found.secret, "former_until": until(overlap)}
    if not overlap:
        values |= {"former_secret": None, "former_until": None}
    return await _set(connection, endpoint_id, values)


async def shorten(connection: AsyncConnection, endpoint_id: str) -> bool:
    """Delete a part of its history; whether there was one."""
    mine = event_deliveries.c.endpoint_id == endpoint_id
    some = select(event_deliveries.c.id).where(mine).limit(SHORTENED_BY)
    gone = await connection.execute(delete(event_deliveries).where(event_deliveries.c.id.in_(some)))
    return bool(gone.rowcount)


async def remove(connection: AsyncConnection, workspace: str, endpoint_id: str) -> None:
    """Delete it with what is left of its history. Raises `NotFound`."""
    gone = await connection.execute(delete(webhook_endpoints).where(_is(workspace, endpoint_id)))
    if not gone.rowcount:
        raise webhook_not_found()


async def ping(connection: AsyncConnection, workspace: str, endpoint_id: str) -> EventDelivery:
    """Tell it something, whatever it asks for. Raises `NotFound`, `ProtocolError` `webhook_disabled`."""
    found = await get(connection, workspace, endpoint_id, held=True)
    if found.disabled is not None:
        message = "The webhook is disabled, so nothing is sent to it; enable it first."
        raise ProtocolError("webhook_disabled", message, status=409)
    event = {"id": new_id(), "type": PING, "data": {"webhook_id": endpoint_id}}
    made = await connection.execute(insert(events).values(**event).returning(events.c.seq))
    delivery = {
        "id": f"dlv_{secrets.token_hex(16)}",
        "endpoint_id": endpoint_id,
        "event_id": event["id"],
        # A line of its own: it waits for nothing.
        "line": event["id"],
        "seq": made.scalar_one(),
    }
    await connection.execute(insert(event_deliveries).values(**delivery))
    return await _delivery(connection, endpoint_id, str(delivery["id"]))


async def history(
    connection: AsyncConnection,
    workspace: str,
    endpoint_id: str,
    *,
    cursor: str | None,
    limit: int,
    state: EventState | None,
) -> tuple[tuple[EventDelivery, ...], str | None]:
    """A page of what it was told, the newest first, and the cursor of the next one. Raises `NotFound`,
    `ProtocolError` `bad_cursor`."""
    await get(connection, workspace, endpoint_id)
    columns = event_deliveries.c
    query = _told(endpoint_id).order_by(columns.created_at.desc(), columns.id.desc()).limit(limit + 1)
    if state is not None:
        query = query.where(columns.state == state)
    if cursor is not None:
        query = query.where(tuple_(columns.created_at, columns.id) < tuple_(*read_cursor(cursor)))
    rows = (await connection.execute(query)).mappings().all()
    found = tuple(EventDelivery(**row) for row in rows[:limit])
    more = len(rows) > limit
    return found, write_cursor(found[-1].created_at, found[-1].id) if more else None


async def replay(
    connection: AsyncConnection, workspace: str, endpoint_id: str, delivery_id: str
) -> EventDelivery:
    """Send one again; what is on its way stays as it is. Raises `NotFound`."""
    await get(connection, workspace, endpoint_id, held=True)
    await connection.execute(_anew(endpoint_id, event_deliveries.c.id == delivery_id))
    return await _delivery(connection, endpoint_id, delivery_id)


async def replay_since(
    connection: AsyncConnection, workspace: str, endpoint_id: str, since: datetime
) -> tuple[int, bool]:
    """Send again what was given up and was made at `since` or later, the oldest first and as much as has
    room; how many, and whether there are more. Raises `NotFound`."""
    await get(connection, workspace, endpoint_id, held=True)
    columns = event_deliveries.c
    mine = columns.endpoint_id == endpoint_id
    waiting = select(func.count()).where(mine, columns.state.in_(attempts.OPEN))
    room = max(0, MOST_OPEN - (await connection.execute(waiting)).scalar_one())
    given_up = mine & (columns.state == "given_up") & (columns.created_at >= since)
    oldest = select(columns.id).where(given_up).order_by(columns.created_at, columns.id).limit(room)
    replayed = await connection.execute(_anew(endpoint_id, columns.id.in_(oldest)))
    left = await connection.execute(select(select(columns.id).where(given_up).exists()))
    return replayed.rowcount, bool(left.scalar_one())


def _anew(endpoint_id: str, which: ColumnElement[bool]) -> Any:
    mine = event_deliveries.c.endpoint_id == endpoint_id
    return attempts.anew(event_deliveries, mine, which, since=func.clock_timestamp())


async def _set(connection: AsyncConnection, endpoint_id: str, values: Mapping[str, Any]) -> Endpoint:
    changed = (
        update(webhook_endpoints)
        .where(webhook_endpoints.c.id == endpoint_id)
        .values(**values)
        .returning(webhook_endpoints)
    )
    return _endpoint((await connection.execute(changed)).mappings().one())


async def _delivery(connection: AsyncConnection, endpoint_id: str, delivery_id: str) -> EventDelivery:
    query = _told(endpoint_id).where(event_deliveries.c.id == delivery_id)
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise delivery_not_found()
    return EventDelivery(**row)


def _told(endpoint_id: str) -> Select[Any]:
    own = (
        *("id", "endpoint_id", "event_id", "state", "attempts", "next_at", "failure_code", "failure"),
        *("created_at", "updated_at"),
    )
    # The line of what is of no meeting is its own event.
    meeting = func.nullif(event_deliveries.c.line, event_deliveries.c.event_id).label("meeting_id")
    return (
        select(*(event_deliveries.c[name] for name in own), events.c.type, events.c.happened_at, meeting)
        .join(events, events.c.id == event_deliveries.c.event_id)
        .where(event_deliveries.c.endpoint_id == endpoint_id)
    )


def _is(workspace: str, endpoint_id: str) -> ColumnElement[bool]:
    return (webhook_endpoints.c.id == endpoint_id) & (webhook_endpoints.c.workspace_id == workspace)


def _endpoint(row: RowMapping) -> Endpoint:
    values = dict(row)
    at, code, reason = (values.pop(name) for name in ("disabled_at", "disabled_code", "disabled_reason"))
    return Endpoint(**values, disabled=None if at is None else Disabled(at, code, reason))
