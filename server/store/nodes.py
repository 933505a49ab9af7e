"""Queries on the processes that share the database. Each takes the connection of the caller's transaction."""

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.leases import until
from server.store.records import Lease
from server.store.schema import nodes


async def renew(connection: AsyncConnection, lease: Lease) -> None:
    """`lease.owner` lives on; those who are dead are forgotten."""
    statement = postgresql.insert(nodes).values(id=lease.owner, alive_until=until(lease.seconds))
    renewed = statement.on_conflict_do_update(
        index_elements=[nodes.c.id], set_={"alive_until": statement.excluded.alive_until}
    )
    await connection.execute(renewed)
    dead = select(nodes.c.id).where(nodes.c.alive_until < func.clock_timestamp())
    # Whoever is being renewed at this moment is not dead, and not waited for.
    await connection.execute(delete(nodes).where(nodes.c.id.in_(dead.with_for_update(skip_locked=True))))


async def living(connection: AsyncConnection) -> set[str]:
    """The names of the processes whose lease has not run out."""
    query = select(nodes.c.id).where(nodes.c.alive_until >= func.clock_timestamp())
    return set((await connection.execute(query)).scalars())


async def forget(connection: AsyncConnection, node: str) -> None:
    """The process lives no more."""
    await connection.execute(delete(nodes).where(nodes.c.id == node))
