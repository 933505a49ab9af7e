"""Queries on what was used, by workspace, day and key. Each takes the connection of the caller's transaction.

Audio is counted in the transaction that stores how far a session has come, as the difference to what was
stored before: after any crash each second is counted once. Days are of UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Date, Select, cast, func, literal, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.schema import meetings, sessions, usage

_DAY: Final = ["workspace_id", "day", "key_id"]
_COLUMNS: Final = ("day", "key_id", "seconds", "sessions", "requests", "report_tokens")


@dataclass(frozen=True, slots=True)
class Usage:
    """What was used on a day; `key` is empty where no key of the table was shown."""

    day: date
    key: str
    seconds: float
    sessions: int
    requests: int
    report_tokens: int


async def between(
    connection: AsyncConnection, workspace: str, first: date, last: date, key_id: str | None
) -> tuple[Usage, ...]:
    """What a workspace has used, by day and key; of one key or of all."""
    mine = (usage.c.workspace_id == workspace) & usage.c.day.between(first, last)
    if key_id is not None:
        mine &= usage.c.key_id == key_id
    query = select(*(usage.c[name] for name in _COLUMNS)).where(mine).order_by(usage.c.day, usage.c.key_id)
    return tuple(Usage(*row) for row in await connection.execute(query))


def today() -> Any:
    """The day by the database's clock."""
    return cast(func.timezone("UTC", func.clock_timestamp()), Date)


async def add_requests(connection: AsyncConnection, counted: Mapping[tuple[str, date, str], int]) -> None:
    """Add requests."""
    for (workspace, day, key_id), number in sorted(counted.items()):
        made = postgresql.insert(usage).values(
            workspace_id=workspace, day=day, key_id=key_id, requests=number
        )
        await connection.execute(_added(made, "requests"))


async def add_session(connection: AsyncConnection, session_id: str) -> None:
    """Count a session that begins."""
    await _add(connection, "sessions", _of_session(session_id, literal(1)))


async def received(connection: AsyncConnection, session_id: str) -> float:
    """The seconds of a session that are counted already."""
    query = select(sessions.c.received).where(sessions.c.id == session_id)
    return float((await connection.execute(query)).scalar_one_or_none() or 0.0)


async def add_seconds(connection: AsyncConnection, session_id: str, before: float) -> None:
    """Count what a session has received since `received` was asked for, in the same transaction."""
    more = sessions.c.received - before
    await _add(connection, "seconds", _of_session(session_id, more).where(more > 0))


async def add_report_tokens(connection: AsyncConnection, meeting_id: str, number: int) -> None:
    """Count tokens that a language model has taken for a meeting."""
    if number > 0:
        given = select(meetings.c.workspace_id, today(), literal(""), literal(number))
        await _add(connection, "report_tokens", given.where(meetings.c.id == meeting_id))


def _of_session(session_id: str, number: Any) -> Select[Any]:
    whose = func.coalesce(sessions.c.key_id, "")
    joined = sessions.join(meetings, meetings.c.id == sessions.c.meeting_id)
    return (
        select(meetings.c.workspace_id, today(), whose, number)
        .select_from(joined)
        .where(sessions.c.id == session_id)
    )


async def _add(connection: AsyncConnection, column: str, rows: Select[Any]) -> None:
    await connection.execute(_added(postgresql.insert(usage).from_select([*_DAY, column], rows), column))


def _added(made: Any, column: str) -> Any:
    more = usage.c[column] + made.excluded[column]
    return made.on_conflict_do_update(index_elements=_DAY, set_={column: more})
