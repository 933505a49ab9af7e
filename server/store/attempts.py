"""What tables of deliveries have in common: a row is taken by a lease, tried, and settled by who holds it.

In: a table with the columns `id state attempts next_at lease_until failure_code failure updated_at`, whose
states are `pending`, `sending` and others that are final. Each takes the connection of the caller's
transaction, or gives a statement for it.
"""

from typing import Any, Final

from sqlalchemy import CTE, ColumnElement, Table, Update, func, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.delivery_records import Settled
from server.store.leases import until

OPEN: Final = ("pending", "sending")


def taking(table: Table, due: CTE, lease: float) -> Update:
    """Take the rows whose ids are `due`, which are locked, for `lease` seconds."""
    return (
        update(table)
        .where(table.c.id == due.c.id)
        .values(
            state="sending",
            attempts=table.c.attempts + 1,
            lease_until=until(lease),
            updated_at=func.clock_timestamp(),
        )
    )


async def recover(connection: AsyncConnection, table: Table, state: Any, sentence: str) -> int:
    """What processes that died were sending gets the `state`; how many there were."""
    now = func.clock_timestamp()
    left = (
        update(table)
        .where(table.c.state == "sending", table.c.lease_until <= now)
        .values(
            state=state,
            failure_code="interrupted",
            failure=sentence,
            next_at=now,
            lease_until=None,
            updated_at=now,
        )
    )
    return (await connection.execute(left)).rowcount


async def settle(
    connection: AsyncConnection, table: Table, outcome: Settled, *, of: str, attempt: int, state: str
) -> bool:
    """Write what became of the attempt of this number; False if another process has taken it over."""
    changed = await connection.execute(
        update(table)
        .where(table.c.id == of, table.c.state == "sending", table.c.attempts == attempt)
        .values(
            state=state,
            failure_code=outcome.code,
            failure=outcome.sentence,
            next_at=until(outcome.next_in),
            lease_until=None,
            updated_at=func.clock_timestamp(),
        )
    )
    return bool(changed.rowcount)


def anew(table: Table, *which: ColumnElement[bool], **values: Any) -> Update:
    """Send again now, as from the beginning, those of `which` that are at rest."""
    now = func.clock_timestamp()
    return (
        update(table)
        .where(table.c.state.not_in(OPEN), *which)
        .values(
            state="pending",
            attempts=0,
            next_at=now,
            failure_code=None,
            failure=None,
            updated_at=now,
            **values,
        )
    )
