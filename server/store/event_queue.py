"""The queue of events on their way. Each takes the connection of the caller's transaction.

The events of a meeting reach an endpoint in their order: only the first open delivery of a line may be
taken, so a later one waits until the earlier one has arrived or is given up. An endpoint takes a few at a
time, so that a slow one holds up no other. Locks are taken in one order: the endpoint, then its deliveries.
"""

from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Interval,
    RowMapping,
    Select,
    case,
    delete,
    extract,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store import attempts
from server.store.delivery_records import Settled
from server.store.event_records import ClaimedEvent
from server.store.schema import event_deliveries, events, webhook_endpoints

OF_ENDPOINT: Final = 2
"""Messages that one endpoint is sent at once."""
FAILING_FOR: Final = timedelta(days=3)
"""An endpoint at which nothing has arrived for so long is disabled."""
KEPT_FOR: Final = timedelta(days=30)
"""What is told no more is kept for so long: the history, and what can be sent again."""
FORGOTTEN_AT_ONCE: Final = 1_000
OFF: Final = "The endpoint was disabled."
_FAILING: Final = "No message has arrived for three days."
_CANDIDATES: Final = 32
"""Lines looked at in one claim, of which another process may hold some."""
_STATES: Final = {"pending": "pending", "sent": "sent"}
"""Every other state of an outcome is final: given up."""


def _first_of_lines() -> CTE:
    """From line to line through the index, so that it takes as long as there are lines, however many
    deliveries wait in them."""
    columns, later = event_deliveries.c, event_deliveries.alias("later")
    wanted = ("id", "endpoint_id", "line", "state", "next_at", "lease_until")
    very_first = (
        select(*(columns[name] for name in wanted))
        .where(columns.state.in_(attempts.OPEN))
        .order_by(columns.endpoint_id, columns.line, columns.seq)
        .limit(1)
        .subquery()
    )
    first = select(very_first).cte("first", recursive=True)
    following = (
        select(*(later.c[name] for name in wanted))
        .where(
            later.c.state.in_(attempts.OPEN),
            tuple_(later.c.endpoint_id, later.c.line) > tuple_(first.c.endpoint_id, first.c.line),
        )
        .order_by(later.c.endpoint_id, later.c.line, later.c.seq)
        .limit(1)
        .lateral("following")
    )
    return first.union_all(select(*following.c).select_from(first.join(following, true())))


def _heads() -> CTE:
    """The first open delivery of each line, and whether its endpoint has room for it (`room`)."""
    first = _first_of_lines()
    sending = func.count().filter(first.c.state == "sending").over(partition_by=first.c.endpoint_id)
    of_its_state = (first.c.endpoint_id, first.c.state)
    place = func.row_number().over(partition_by=of_its_state, order_by=(first.c.next_at, first.c.id))
    return select(*first.c, (sending + place <= OF_ENDPOINT).label("room")).cte("heads")


def _may_go(heads: CTE) -> ColumnElement[bool]:
    """That nothing but its time keeps the first of a line."""
    return (heads.c.state == "pending") & heads.c.room


@cache
def _claiming(limit: int, lease: float) -> Select[Any]:
    """Built once: a server asks every second, and to build it takes many times as long as to run it."""
    heads = _heads()
    found = (
        select(heads.c.id)
        .where(_may_go(heads), heads.c.next_at <= func.clock_timestamp())
        .order_by(heads.c.next_at)
        .limit(_CANDIDATES)
    )
    due = (
        select(event_deliveries.c.id)
        .where(event_deliveries.c.id.in_(found), event_deliveries.c.state == "pending")
        .order_by(event_deliveries.c.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    taken = attempts.taking(event_deliveries, due, lease).returning(*event_deliveries.c).cte("taken")
    # Of what is kept for an endpoint and an event, both are there.
    return (
        select(
            taken.c.id,
            taken.c.endpoint_id,
            taken.c.event_id,
            taken.c.attempts,
            extract("epoch", func.clock_timestamp() - taken.c.since).label("age"),
            *(events.c[name] for name in ("type", "happened_at", "data")),
            webhook_endpoints.c.url,
            webhook_endpoints.c.secret,
            case(
                (webhook_endpoints.c.former_until > func.clock_timestamp(), webhook_endpoints.c.former_secret)
            ).label("former"),
        )
        .join(events, events.c.id == taken.c.event_id)
        .join(webhook_endpoints, webhook_endpoints.c.id == taken.c.endpoint_id)
    )


async def claim(connection: AsyncConnection, limit: int, lease: float) -> tuple[ClaimedEvent, ...]:
    """Take what is due, for `lease` seconds; nobody else takes it."""
    rows = await connection.execute(_claiming(limit, lease))
    return tuple(_claimed(row) for row in rows.mappings())


async def recover(connection: AsyncConnection) -> int:
    """What a process that died was sending is sent again: receivers know it by its id."""
    lost = "The server stopped while it was sent; it may have arrived."
    return await attempts.recover(connection, event_deliveries, "pending", lost)


async def settle(connection: AsyncConnection, one: ClaimedEvent, outcome: Settled) -> tuple[bool, str | None]:
    """Write what became of an attempt, and what that says of the endpoint. Gives whether it was written,
    which it is not if another process has taken it over or its meeting is deleted, and the code with which
    the endpoint is disabled by it, if it is."""
    endpoint = webhook_endpoints.c
    query = (
        select(endpoint.disabled_at, endpoint.failing_since, func.clock_timestamp().label("now"))
        .where(endpoint.id == one.endpoint_id)
        .with_for_update(key_share=True)
    )
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        return False, None
    state = _STATES.get(outcome.state, "given_up")
    if row["disabled_at"] is not None and state == "pending":
        outcome, state = Settled("failed", "endpoint_disabled", OFF), "given_up"
    written = await attempts.settle(
        connection, event_deliveries, outcome, of=one.id, attempt=one.attempts, state=state
    )
    if not written or row["disabled_at"] is not None:
        return written, None
    return True, await _learn(connection, one.endpoint_id, outcome, row["failing_since"], row["now"])


async def _learn(
    connection: AsyncConnection, endpoint_id: str, outcome: Settled, since: datetime | None, now: datetime
) -> str | None:
    mine = webhook_endpoints.c.id == endpoint_id
    if outcome.state == "sent":
        if since is not None:
            await connection.execute(update(webhook_endpoints).where(mine).values(failing_since=None))
        return None
    if outcome.silence:
        await disable(connection, endpoint_id, "gone", outcome.sentence or OFF)
        return "gone"
    if outcome.code in {"internal", "store_unavailable"}:  # Our fault, which says nothing of it.
        return None
    if since is None:
        await connection.execute(update(webhook_endpoints).where(mine).values(failing_since=now))
    elif now - since >= FAILING_FOR:
        await disable(connection, endpoint_id, "failing", _FAILING)
        return "failing"
    return None


async def disable(connection: AsyncConnection, endpoint_id: str, code: str, reason: str) -> None:
    """Send it nothing more; what waits is given up."""
    now = func.clock_timestamp()
    await connection.execute(
        update(webhook_endpoints)
        .where(webhook_endpoints.c.id == endpoint_id)
        .values(disabled_at=now, disabled_code=code, disabled_reason=reason, updated_at=now)
    )
    waiting = (event_deliveries.c.endpoint_id == endpoint_id) & (event_deliveries.c.state == "pending")
    values = {"state": "given_up", "failure_code": "endpoint_disabled", "failure": OFF, "updated_at": now}
    await connection.execute(update(event_deliveries).where(waiting).values(**values))


@cache
def _next() -> Select[Any]:
    """Built once, as what claims."""
    heads = _heads()
    first = func.min(func.coalesce(heads.c.lease_until, heads.c.next_at))
    return select(extract("epoch", first - func.clock_timestamp())).where(
        or_(heads.c.state == "sending", _may_go(heads))
    )


async def seconds_to_next(connection: AsyncConnection) -> float | None:
    """Until something may be taken, or somebody's lease is over; None when nothing is open."""
    found = (await connection.execute(_next())).scalar_one_or_none()
    return None if found is None else float(found)


async def count_waiting(connection: AsyncConnection) -> None:
    """Write at each endpoint how many of its deliveries are open: what bounds them."""
    endpoint, one = webhook_endpoints.c, event_deliveries.c
    counts = (
        select(one.endpoint_id, func.count().label("waiting"))
        .where(one.state.in_(attempts.OPEN))
        .group_by(one.endpoint_id)
        .cte("counts")
    )
    waiting = func.coalesce(counts.c.waiting, 0)
    changed = (
        select(endpoint.id, waiting.label("waiting"))
        .outerjoin(counts, counts.c.endpoint_id == endpoint.id)
        .where(endpoint.waiting != waiting)
        .cte("changed")
    )
    # Whoever holds an endpoint just now is not waited for: it is counted again soon.
    free = (
        select(endpoint.id)
        .where(endpoint.id.in_(select(changed.c.id)))
        .with_for_update(key_share=True, skip_locked=True)
        .cte("free")
    )
    counted = update(webhook_endpoints).where(endpoint.id == changed.c.id, endpoint.id == free.c.id)
    await connection.execute(counted.values(waiting=changed.c.waiting))


async def forget(connection: AsyncConnection) -> int:
    """Remove some of what happened long ago and is on its way no more; how much."""
    is_open = (
        select(event_deliveries.c.id)
        .where(event_deliveries.c.event_id == events.c.id, event_deliveries.c.state.in_(attempts.OPEN))
        .exists()
    )
    old = (
        select(events.c.id)
        .where(events.c.happened_at < func.clock_timestamp() - literal(KEPT_FOR, Interval), ~is_open)
        .limit(FORGOTTEN_AT_ONCE)
    )
    return (await connection.execute(delete(events).where(events.c.id.in_(old)))).rowcount


def _claimed(row: RowMapping) -> ClaimedEvent:
    values = dict(row)
    secrets = (values.pop("secret"), values.pop("former"))
    values["age"] = float(values["age"])
    return ClaimedEvent(**values, secrets=tuple(secret for secret in secrets if secret))
