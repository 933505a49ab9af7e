"""Queries on a workspace's own templates. Each takes the connection of the caller's transaction.

Every change is a version of its own; a name that is withdrawn goes on counting where it was.
"""

from typing import Final

from sqlalchemy import ColumnElement, func, insert, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.report_records import StoredTemplate
from server.store.schema import templates
from streaming.errors import ProtocolError

MOST: Final = 200
"""Names a workspace may have."""
_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtext('templates'))")


async def all_of(connection: AsyncConnection, workspace: str) -> tuple[StoredTemplate, ...]:
    """The newest version of each name that is not withdrawn, by name."""
    mine = templates.c.workspace_id == workspace
    newest = select(templates.c.name, func.max(templates.c.version)).where(mine).group_by(templates.c.name)
    query = (
        select(templates.c.name, templates.c.version, templates.c.created_at, templates.c.source)
        .where(mine, tuple_(templates.c.name, templates.c.version).in_(newest))
        .where(templates.c.withdrawn.is_(False))
        .order_by(templates.c.name)
    )
    return tuple(StoredTemplate(**row) for row in (await connection.execute(query)).mappings())


async def get(connection: AsyncConnection, workspace: str, name: str) -> StoredTemplate | None:
    """The newest version under this name."""
    query = select(templates).where(_named(workspace, name)).order_by(templates.c.version.desc()).limit(1)
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None or row["withdrawn"]:
        return None
    return StoredTemplate(row["name"], row["version"], row["created_at"], row["source"])


async def put(
    connection: AsyncConnection, workspace: str, name: str, least: int, source: str
) -> StoredTemplate:
    """Store a version, numbered after the last one and at least `least`. Raises `ProtocolError`."""
    await connection.execute(_LOCK)
    mine = templates.c.workspace_id == workspace
    names = await connection.execute(select(func.count(func.distinct(templates.c.name))).where(mine))
    last = await _last(connection, workspace, name)
    if not last and int(names.scalar_one()) >= MOST:
        message = f"There are {MOST} templates, which is the most that is kept; change one of them."
        raise ProtocolError("too_many_templates", message, status=409)
    return await _add(connection, workspace, name, max(last + 1, least), source)


async def withdraw(connection: AsyncConnection, workspace: str, name: str) -> bool:
    """Whether there was one under this name; there is none now."""
    await connection.execute(_LOCK)
    if await get(connection, workspace, name) is None:
        return False
    last = await _last(connection, workspace, name)
    await _add(connection, workspace, name, last + 1, "", withdrawn=True)
    return True


def _named(workspace: str, name: str) -> ColumnElement[bool]:
    return (templates.c.workspace_id == workspace) & (templates.c.name == name)


async def _last(connection: AsyncConnection, workspace: str, name: str) -> int:
    query = select(func.coalesce(func.max(templates.c.version), 0)).where(_named(workspace, name))
    return int((await connection.execute(query)).scalar_one())


async def _add(
    connection: AsyncConnection,
    workspace: str,
    name: str,
    version: int,
    source: str,
    *,
    withdrawn: bool = False,
) -> StoredTemplate:
    values = {
        "workspace_id": workspace,
        "name": name,
        "version": version,
        "source": source,
        "withdrawn": withdrawn,
    }
    made = await connection.execute(insert(templates).values(**values).returning(templates.c.created_at))
    return StoredTemplate(name, version, made.scalar_one(), source)
