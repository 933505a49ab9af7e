"""Queries on a workspace's own templates. Each takes the connection of the caller's transaction.

Every change is a version of its own; a name that is withdrawn goes on counting where it was.
"""

from typing import Final

from sqlalchemy import func, insert, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.report_records import StoredTemplate
from server.store.schema import templates
from streaming.errors import ProtocolError

MOST: Final = 200
"""Names a workspace may have."""
_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtext('templates'))")


async def all_of(connection: AsyncConnection) -> tuple[StoredTemplate, ...]:
    """The newest version of each name that is not withdrawn, by name."""
    newest = select(templates.c.name, func.max(templates.c.version)).group_by(templates.c.name)
    query = (
        select(templates.c.name, templates.c.version, templates.c.created_at, templates.c.source)
        .where(tuple_(templates.c.name, templates.c.version).in_(newest), templates.c.withdrawn.is_(False))
        .order_by(templates.c.name)
    )
    return tuple(StoredTemplate(**row) for row in (await connection.execute(query)).mappings())


async def get(connection: AsyncConnection, name: str) -> StoredTemplate | None:
    """The newest version under this name."""
    query = select(templates).where(templates.c.name == name).order_by(templates.c.version.desc()).limit(1)
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None or row["withdrawn"]:
        return None
    return StoredTemplate(row["name"], row["version"], row["created_at"], row["source"])


async def put(connection: AsyncConnection, name: str, least: int, source: str) -> StoredTemplate:
    """Store a version, numbered after the last one and at least `least`. Raises `ProtocolError`."""
    await connection.execute(_LOCK)
    names = await connection.execute(select(func.count(func.distinct(templates.c.name))))
    last = await _last(connection, name)
    if not last and int(names.scalar_one()) >= MOST:
        message = f"There are {MOST} templates, which is the most that is kept; change one of them."
        raise ProtocolError("too_many_templates", message, status=409)
    return await _add(connection, name, max(last + 1, least), source, withdrawn=False)


async def withdraw(connection: AsyncConnection, name: str) -> bool:
    """Whether there was one under this name; there is none now."""
    await connection.execute(_LOCK)
    if await get(connection, name) is None:
        return False
    await _add(connection, name, await _last(connection, name) + 1, "", withdrawn=True)
    return True


async def _last(connection: AsyncConnection, name: str) -> int:
    query = select(func.coalesce(func.max(templates.c.version), 0)).where(templates.c.name == name)
    return int((await connection.execute(query)).scalar_one())


async def _add(
    connection: AsyncConnection, name: str, version: int, source: str, *, withdrawn: bool
) -> StoredTemplate:
    values = {"name": name, "version": version, "source": source, "withdrawn": withdrawn}
    made = await connection.execute(insert(templates).values(**values).returning(templates.c.created_at))
    return StoredTemplate(name, version, made.scalar_one(), source)
