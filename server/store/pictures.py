"""Queries on pictures of meetings and on the text of a page. Each takes the caller's connection.

As everywhere, the meeting's row is locked before anything is written, so that numbers follow on each other
and bounds hold. Whoever takes a picture says how long ago that was: what time it is, the database says.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Select, func, insert, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.meetings import lock
from server.store.picture_records import (
    ALL,
    LARGEST,
    LONGEST_TEXT,
    MOST,
    NewPage,
    NewPicture,
    Picture,
    PictureKind,
    StoredPage,
)
from server.store.schema import bots, meetings, page_texts, pictures


async def add(connection: AsyncConnection, meeting_id: str, new: NewPicture, ago: float) -> int | None:
    """Keep a picture that was taken `ago` seconds before now: its number. An image of a page that is kept
    already has its sources as they are now. None, and nothing is kept, where a bound is met. Raises
    `NotFound`."""
    await lock(connection, meeting_id)
    if new.kind == "page" and (known := await _again(connection, meeting_id, new)) is not None:
        return known
    of_kind = (pictures.c.meeting_id == meeting_id) & (pictures.c.kind == new.kind)
    size = len(new.data)
    counted = select(func.count(), func.coalesce(func.sum(pictures.c.size), 0)).where(of_kind)
    count, held = (await connection.execute(counted)).one()
    if count >= MOST[new.kind] or size > LARGEST[new.kind] or held + size > ALL[new.kind]:
        return None
    last = select(func.coalesce(func.max(pictures.c.number), 0)).where(pictures.c.meeting_id == meeting_id)
    made = (
        insert(pictures)
        .values(
            meeting_id=meeting_id,
            number=last.scalar_subquery() + 1,
            kind=new.kind,
            taken_at=_ago(ago),
            media_type=new.media_type,
            size=size,
            sha256=new.sha256,
            width=new.width,
            height=new.height,
            title=new.title,
            sources=list(new.sources),
            data=new.data,
        )
        .returning(pictures.c.number)
    )
    return int((await connection.execute(made)).scalar_one())


async def _again(connection: AsyncConnection, meeting_id: str, new: NewPicture) -> int | None:
    same = (pictures.c.meeting_id == meeting_id) & (pictures.c.sha256 == new.sha256)
    changed = await connection.execute(
        update(pictures)
        .where(same, pictures.c.kind == "page")
        .values(sources=list(new.sources), title=new.title)
        .returning(pictures.c.number)
    )
    number: int | None = changed.scalar_one_or_none()
    return number


async def missed(connection: AsyncConnection, bot_id: str, count: int) -> None:
    """A bot saw so many pictures more that are not kept."""
    more = update(bots).where(bots.c.id == bot_id).values(not_kept=bots.c.not_kept + count)
    await connection.execute(more)


async def not_kept(connection: AsyncConnection, meeting_id: str) -> int:
    """How many pictures the bots of a meeting saw that are not kept."""
    query = select(func.coalesce(func.sum(bots.c.not_kept), 0)).where(bots.c.meeting_id == meeting_id)
    return int((await connection.execute(query)).scalar_one())


async def of_meeting(
    connection: AsyncConnection, meeting_id: str, kind: PictureKind | None = None
) -> tuple[Picture, ...]:
    """All of a meeting, or of one kind, by time."""
    query = _selected().where(pictures.c.meeting_id == meeting_id)
    if kind is not None:
        query = query.where(pictures.c.kind == kind)
    ordered = query.order_by(pictures.c.taken_at, pictures.c.number)
    return tuple(_picture(row) for row in (await connection.execute(ordered)).mappings())


async def get(connection: AsyncConnection, meeting_id: str, number: int) -> tuple[Picture, bytes] | None:
    """One with its bytes, or None."""
    here = (pictures.c.meeting_id == meeting_id) & (pictures.c.number == number)
    row = (await connection.execute(_selected(pictures.c.data).where(here))).mappings().one_or_none()
    return None if row is None else (_picture(row), bytes(row["data"]))


async def keep_page(connection: AsyncConnection, meeting_id: str, new: NewPage, ago: float) -> None:
    """Keep what the page showed `ago` seconds before now, in place of what it showed before. Raises
    `NotFound`."""
    await lock(connection, meeting_id)
    values = {
        "url": new.url,
        "title": new.title,
        "text": new.text[:LONGEST_TEXT],
        "whole": new.whole and len(new.text) <= LONGEST_TEXT,
        "taken_at": _ago(ago),
    }
    made = postgresql.insert(page_texts).values(meeting_id=meeting_id, **values)
    if new.last_resort:
        await connection.execute(made.on_conflict_do_nothing())
    else:
        await connection.execute(made.on_conflict_do_update(index_elements=["meeting_id"], set_=values))


async def page(connection: AsyncConnection, meeting_id: str) -> StoredPage | None:
    """What is kept of the meeting's page, or None."""
    columns = [one for one in page_texts.c if one.name != "meeting_id"]
    query = select(*columns).where(page_texts.c.meeting_id == meeting_id)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else StoredPage(**row)


def _ago(seconds: float) -> ColumnElement[Any]:
    return func.clock_timestamp(type_=DateTime(timezone=True)) - timedelta(seconds=max(0.0, seconds))


def _selected(*more: ColumnElement[Any]) -> Select[Any]:
    since = func.extract("epoch", pictures.c.taken_at - meetings.c.started_at)
    columns = [one for one in pictures.c if one.name not in {"meeting_id", "taken_at", "data"}]
    at = func.greatest(0.0, func.coalesce(since, 0.0)).label("at")
    return select(*columns, at, *more).select_from(
        pictures.join(meetings, meetings.c.id == pictures.c.meeting_id)
    )


def _picture(row: Any) -> Picture:
    names = ("number", "kind", "media_type", "size", "sha256", "width", "height", "title")
    return Picture(**{name: row[name] for name in names}, at=float(row["at"]), sources=tuple(row["sources"]))
