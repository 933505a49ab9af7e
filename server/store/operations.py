"""What the operator reads of the database: who shares it, its size, and what keys are called."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from server.store.engine import transaction
from server.store.schema import api_keys, nodes


@dataclass(frozen=True, slots=True)
class Database:
    """`nodes` are the processes, each with the seconds for which it is believed to live unless it says so
    anew; `size` is in bytes."""

    version: str
    size: int
    nodes: dict[str, float]
    keys: dict[str, str]


class Operations(Protocol):
    """What the operator's calls ask for."""

    async def database(self, keys: Collection[str]) -> Database:
        """What is there now, with the names of these keys. Raises `StoreUnavailable`."""
        ...


class PostgresOperations:
    """See `Operations`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def database(self, keys: Collection[str]) -> Database:
        """What is there now, with the names of these keys. Raises `StoreUnavailable`."""
        left = func.extract("epoch", nodes.c.alive_until - func.clock_timestamp())
        living = select(nodes.c.id, left).where(nodes.c.alive_until > func.clock_timestamp())
        about = select(func.current_setting("server_version"), func.pg_database_size(func.current_database()))
        names = select(api_keys.c.id, api_keys.c.name).where(api_keys.c.id.in_(keys))
        async with transaction(self._engine) as connection:
            version, size = (await connection.execute(about)).one()
            found = (await connection.execute(living.order_by(nodes.c.id))).all()
            called = (await connection.execute(names)).all() if keys else []
        return Database(
            version=version.split()[0],
            size=size,
            nodes={name: float(seconds) for name, seconds in found},
            keys={row.id: row.name for row in called},
        )
