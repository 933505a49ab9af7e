"""Queries on what a key may still use. Each takes the connection of the caller's transaction.

A stream is counted under the lock of its key's row, so that of two that want the last place one gets it,
whichever nodes they came to. Hours are counted as audio is stored: a stream that runs when they are used up
is ended some seconds later.
"""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Date, RowMapping, Select, cast, extract, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.schema import api_keys, sessions, usage
from streaming.errors import QuotaReached

RETRY_SECONDS: Final = 10.0
"""When another try makes sense for who has all the streams that the key may have."""
_UTC: Final = func.timezone("UTC", func.clock_timestamp())
_MONTH: Final = func.date_trunc("month", _UTC)


async def take_stream(connection: AsyncConnection, key_id: str) -> None:
    """Make sure that one more stream may begin, until the transaction ends. Raises `QuotaReached`."""
    row = (await connection.execute(_limits(key_id))).mappings().one_or_none()
    if row is None or (row["streams"] is None and row["hours_per_month"] is None):
        return
    await connection.execute(_limits(key_id).with_for_update(key_share=True))
    await _check_streams(connection, key_id, row["streams"])
    if (await connection.execute(_used_up([key_id]))).first() is not None:
        rest = extract("epoch", _MONTH + text("interval '1 month'") - _UTC)
        seconds = float((await connection.execute(select(rest))).scalar_one())
        raise hours_used_up(row["hours_per_month"], seconds)


def _limits(key_id: str) -> Select[Any]:
    return select(api_keys.c.streams, api_keys.c.hours_per_month).where(api_keys.c.id == key_id)


async def _check_streams(connection: AsyncConnection, key_id: str, most: int | None) -> None:
    query = select(func.count()).where(sessions.c.key_id == key_id, sessions.c.status == "live")
    if most is not None and (await connection.execute(query)).scalar_one() >= most:
        message = f"The key may have {most} live streams at once, and has them."
        raise QuotaReached("too_many_streams", message, RETRY_SECONDS)


async def used_up(connection: AsyncConnection, ids: Collection[str]) -> dict[str, float]:
    """Those keys whose hours of this month are used up, with the hours that they may use."""
    rows: list[RowMapping] = list((await connection.execute(_used_up(ids))).mappings())
    return {row["id"]: row["hours_per_month"] for row in rows}


def _used_up(ids: Collection[str]) -> Select[Any]:
    used = (
        select(func.coalesce(func.sum(usage.c.seconds), 0.0))
        .where(usage.c.key_id == api_keys.c.id, usage.c.day >= cast(_MONTH, Date))
        .scalar_subquery()
    )
    return select(api_keys.c.id, api_keys.c.hours_per_month).where(
        api_keys.c.id.in_(ids), used >= api_keys.c.hours_per_month * 3600
    )


def hours_used_up(hours: float, seconds: float) -> QuotaReached:
    """The error for a key whose month is used up; it begins anew in so many seconds."""
    message = f"The key may send {hours:g} hours of audio a month, and has sent them."
    return QuotaReached("hours_used_up", message, seconds)
