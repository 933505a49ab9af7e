"""Queries on recorder bots. Each takes the connection of the caller's transaction.

A bot has one owner at a time, the process in which its browser runs; whoever owns it no longer changes
nothing. As everywhere, the meeting's row is locked first. A bot's last state ends its meeting, if nobody else
sends anything to it.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, insert, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.recorder import reasons
from server.recorder.states import INSIDE, LAST, BotState
from server.store import ending, events
from server.store.bot_records import Bot, BotChange, BotPage, NewBot
from server.store.cursor import paged, read_cursor, write_cursor
from server.store.meetings import lock
from server.store.queue import BOT, enqueue
from server.store.schema import bot_changes, bots
from streaming.errors import Close, NotFound, ProtocolError

MAX_PAGE: Final = 200
MOST_CHANGES: Final = 1_000
_PLACE_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:place, 0))")


def bot_not_found() -> NotFound:
    """The error for a bot that is not there."""
    return NotFound("bot_not_found", "There is no bot with this id.")


async def add(connection: AsyncConnection, new: NewBot) -> Bot:
    """Send a bot, at its time. Raises `NotFound` `meeting_not_found`, and `ProtocolError` `bot_already_there`
    where one of the workspace is in the meeting, or about to be, and this one should come now."""
    await lock(connection, new.meeting_id)
    await connection.execute(_PLACE_LOCK, {"place": _key(new.workspace_id, new.place)})
    due = (bots.c.state == "scheduled") & (bots.c.join_at <= func.clock_timestamp())
    if new.join_at is None and await _there(connection, new, bots.c.state.in_(INSIDE) | due):
        raise ProtocolError(
            "bot_already_there",
            "A bot of this workspace is in that meeting already, or on its way.",
            Close.NOT_ALLOWED,
            409,
        )
    now = func.clock_timestamp()
    made = await connection.execute(
        insert(bots)
        .values(
            id=new.id,
            meeting_id=new.meeting_id,
            workspace_id=new.workspace_id,
            key_id=new.key_id,
            meeting_url=new.meeting_url,
            place=new.place,
            name=new.name,
            join_at=now if new.join_at is None else new.join_at,
            leave_when=dict(new.leave_when),
            capture=dict(new.capture),
        )
        .returning(bots, func.extract("epoch", bots.c.join_at - now).label("wait"))
    )
    row = made.mappings().one()
    wait = max(0.0, float(row["wait"]))
    await enqueue(connection, BOT, new.meeting_id, row["number"], delay=0.0 if wait < 1 else wait)
    bot = Bot(**{name: value for name, value in row.items() if name != "wait"})
    await _note(connection, bot, "scheduled", None, None)
    return bot


async def _there(connection: AsyncConnection, bot: NewBot, which: ColumnElement[bool]) -> bool:
    """Whether there is such a bot of the workspace in the same place."""
    same = (bots.c.workspace_id == bot.workspace_id) & (bots.c.place == bot.place)
    query = select(bots.c.id).where(same, which).limit(1)
    return (await connection.execute(query)).scalar_one_or_none() is not None


async def get(connection: AsyncConnection, workspace: str, bot_id: str) -> Bot:
    """One of a workspace. Raises `NotFound`."""
    query = _selected().where(bots.c.id == bot_id, bots.c.workspace_id == workspace)
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise bot_not_found()
    return Bot(**row)


async def changes(connection: AsyncConnection, bot_id: str) -> tuple[BotChange, ...]:
    """What became of it, in order: the last `MOST_CHANGES`."""
    columns = [column for column in bot_changes.c if column.name not in {"number", "bot_id"}]
    query = (
        select(*columns)
        .where(bot_changes.c.bot_id == bot_id)
        .order_by(bot_changes.c.number.desc())
        .limit(MOST_CHANGES)
    )
    return tuple(reversed([BotChange(**row) for row in (await connection.execute(query)).mappings()]))


async def page(
    connection: AsyncConnection, workspace: str, *, cursor: str | None, limit: int, state: BotState | None
) -> BotPage:
    """Of a workspace, newest first. Raises `ProtocolError` (`bad_cursor`)."""
    limit = max(1, min(limit, MAX_PAGE))
    place = tuple_(bots.c.created_at, bots.c.id)
    query = (
        _selected()
        .where(bots.c.workspace_id == workspace)
        .order_by(bots.c.created_at.desc(), bots.c.id.desc())
        .limit(limit + 1)
    )
    if state is not None:
        query = query.where(bots.c.state == state)
    if cursor is not None:
        query = query.where(place < tuple_(*read_cursor(cursor)))
    rows = (await connection.execute(query)).mappings().all()
    shown, following = paged(rows, limit, lambda row: write_cursor(row["created_at"], row["id"]))
    return BotPage(tuple(Bot(**row) for row in shown), following)


async def take(
    connection: AsyncConnection, meeting_id: str, number: int, owner: str
) -> tuple[Bot, bool] | None:
    """The bot of a job, which is `owner`'s from now on: `joining`, if it was to come or its process was lost,
    and whether another process had it before. One that has ended stays as it is; None if it was deleted."""
    found = await _locked(connection, bots.c.number == number, meeting_id)
    if found is None or found.state in LAST:
        return None if found is None else (found, False)
    before = found.owner is not None and found.owner != owner
    await connection.execute(_PLACE_LOCK, {"place": _key(found.workspace_id, found.place)})
    if found.state == "scheduled" and await _there(connection, found, bots.c.state.in_(INSIDE)):
        return found, False
    state: BotState = "leaving" if found.state == "leaving" else "joining"
    return await _set(connection, found, state=state, owner=owner), before


async def tell(
    connection: AsyncConnection, meeting_id: str, bot_id: str, owner: str | None, change: BotChange
) -> bool:
    """A state, or an alarm. False where the bot is no longer the owner's, or has ended. The last state ends
    the meeting, unless something else is sent to it."""
    found = await _locked(connection, bots.c.id == bot_id, meeting_id)
    if found is None or found.owner != owner or found.state in LAST:
        return False
    over = change.state in LAST
    now = await _set(
        connection,
        found,
        state=change.state,
        code=change.code,
        sentence=change.sentence,
        owner=None if over else owner,
    )
    await _note(connection, now, change.state, change.code, change.sentence)
    if over:
        await ending.end(connection, (meeting_id,), ending.last_end())
    return True


async def asked(connection: AsyncConnection, bot_id: str, owner: str) -> bool | None:
    """Whether it is to leave; None where it is no longer the owner's, or was deleted."""
    query = select(bots.c.asked).where(bots.c.id == bot_id, bots.c.owner == owner)
    found: bool | None = (await connection.execute(query)).scalar_one_or_none()
    return found


async def leave(connection: AsyncConnection, workspace: str, bot_id: str) -> Bot:
    """It is to leave; one that has not joined is called off. Again: no change."""
    bot = await get(connection, workspace, bot_id)
    found = await _locked(connection, bots.c.id == bot_id, bot.meeting_id)
    if found is None:
        raise bot_not_found()
    if found.state == "scheduled":
        why = reasons.CANCELLED
        change = BotChange(None, "done", why.code, why.sentence)
        await tell(connection, found.meeting_id, bot_id, found.owner, change)
    elif found.state in INSIDE:
        await _set(connection, found, asked=True)
    return await get(connection, workspace, bot_id)


async def _locked(connection: AsyncConnection, which: Any, meeting_id: str) -> Bot | None:
    try:
        await lock(connection, meeting_id)
    except NotFound:
        return None
    query = _selected().where(which, bots.c.meeting_id == meeting_id)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else Bot(**row)


async def _set(connection: AsyncConnection, bot: Bot, **values: Any) -> Bot:
    changed = await connection.execute(
        update(bots)
        .where(bots.c.id == bot.id)
        .values(**values, updated_at=func.clock_timestamp())
        .returning(bots)
    )
    return Bot(**changed.mappings().one())


async def _note(
    connection: AsyncConnection, bot: Bot, state: BotState, code: str | None, sentence: str | None
) -> None:
    await connection.execute(
        insert(bot_changes).values(bot_id=bot.id, state=state, code=code, sentence=sentence)
    )
    reason = None if code is None else {"code": code, "message": sentence or ""}
    data = {"bot_id": bot.id, "meeting_id": bot.meeting_id, "name": bot.name, "status": state}
    await events.bot(connection, bot.meeting_id, data | {"reason": reason})


def _key(workspace: str, place: str) -> str:
    return f"bot {workspace} {place}"


def _selected() -> Select[Any]:
    return select(*bots.c)
