"""Queries on how long meetings are kept. Each takes the connection of the caller's transaction.

A meeting's days are its own, or those of its workspace. They count from its end; of one that was never
streamed to, from when it was made. One that is live is kept. What time it is, is the caller's to say.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import DateTime

from server.access.access import DEFAULT
from server.store.deletion_records import Retention
from server.store.schema import meetings, retention

_SINCE: Final = func.coalesce(meetings.c.ended_at, meetings.c.created_at)
_RESTS: Final = meetings.c.status != "live"
# As in the index, which takes no time that depends on a zone.
_OVER_AT: Final = func.timezone("UTC", _SINCE, type_=DateTime()).op("+")(
    func.make_interval(0, 0, 0, meetings.c.retention_days)
)


async def get(connection: AsyncConnection, workspace: str) -> Retention:
    """A workspace's."""
    columns = (retention.c.days, retention.c.ran_at, retention.c.deleted)
    query = select(*columns).where(retention.c.workspace_id == workspace)
    row = (await connection.execute(query)).mappings().one_or_none()
    return Retention() if row is None else Retention(**row)


async def put(connection: AsyncConnection, workspace: str, **values: Any) -> None:
    """Set columns of a workspace's row."""
    made = postgresql.insert(retention).values(workspace_id=workspace, **values)
    await connection.execute(made.on_conflict_do_update(index_elements=["workspace_id"], set_=values))


async def over(
    connection: AsyncConnection, now: datetime, limit: int, without: Collection[str] = frozenset()
) -> tuple[str, ...]:
    """Meetings whose time is over at `now` (aware), so many at the most, without those."""
    found: list[str] = []
    for query in (_own(now), *await _defaults(connection, now)):
        others = query.where(meetings.c.id.not_in(without)).limit(limit - len(found))
        rows = await connection.execute(others)
        found.extend(rows.scalars())
    return tuple(found)


async def is_over(connection: AsyncConnection, meeting_id: str, now: datetime) -> bool:
    """Whether the time of one meeting is over at `now`."""
    queries = (_own(now), *await _defaults(connection, now))
    over_now = or_(*(one.where(meetings.c.id == meeting_id).exists() for one in queries))
    return bool((await connection.execute(select(over_now))).scalar_one())


async def swept(connection: AsyncConnection, now: datetime, deleted: Mapping[str, int]) -> None:
    """Keep that the meetings of all workspaces were judged at `now`, and how many of each were removed."""
    await connection.execute(update(retention).values(ran_at=now, deleted=0))
    for workspace in {DEFAULT, *deleted}:
        await put(connection, workspace, ran_at=now, deleted=deleted.get(workspace, 0))


def _own(now: datetime) -> Select[Any]:
    """Meetings that say themselves how long they are kept."""
    given = literal(now.astimezone(UTC).replace(tzinfo=None), DateTime())
    own = meetings.c.retention_days.is_not(None)
    return select(meetings.c.id).where(own, _RESTS, given >= _OVER_AT).order_by(_OVER_AT)


async def _defaults(connection: AsyncConnection, now: datetime) -> list[Select[Any]]:
    """Meetings that are kept as long as their workspace says, of each that says it."""
    query = select(retention.c.workspace_id, retention.c.days).where(retention.c.days.is_not(None))
    rules = (await connection.execute(query.order_by(retention.c.workspace_id))).all()
    return [_default(workspace, now - timedelta(days=days)) for workspace, days in rules]


def _default(workspace: str, end: datetime) -> Select[Any]:
    unsaid = (meetings.c.workspace_id == workspace) & meetings.c.retention_days.is_(None)
    return select(meetings.c.id).where(unsaid, _RESTS, end >= _SINCE).order_by(_SINCE)
