"""`PostgresBots`: recorder bots on PostgreSQL, one transaction a call.

Every method raises `StoreUnavailable` when the database cannot answer.
"""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncEngine

from server.recorder.states import BotState
from server.store import bots, meetings
from server.store.bot_records import Bot, BotChange, BotPage, NewBot
from server.store.engine import transaction
from server.store.records import NewMeeting


class PostgresBots:
    """For what each method promises see `server.store.bots`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, new: NewBot, meeting: NewMeeting | None = None) -> Bot:
        """Send a bot, into a new meeting where one is given. Raises `NotFound`, `ProtocolError`
        `bot_already_there`."""
        async with transaction(self._engine) as connection:
            if meeting is not None:
                made = await meetings.create(connection, meeting, new.workspace_id)
                new = replace(new, meeting_id=made.id)
            return await bots.add(connection, new)

    async def get(self, workspace: str, bot_id: str) -> Bot:
        """One of a workspace. Raises `NotFound` `bot_not_found`."""
        async with transaction(self._engine) as connection:
            return await bots.get(connection, workspace, bot_id)

    async def changes(self, bot_id: str) -> tuple[BotChange, ...]:
        """What became of it."""
        async with transaction(self._engine) as connection:
            return await bots.changes(connection, bot_id)

    async def page(
        self, workspace: str, *, cursor: str | None = None, limit: int = 50, state: BotState | None = None
    ) -> BotPage:
        """Of a workspace, newest first. Raises `ProtocolError` `bad_cursor`."""
        async with transaction(self._engine) as connection:
            return await bots.page(connection, workspace, cursor=cursor, limit=limit, state=state)

    async def take(self, meeting_id: str, number: int, owner: str) -> tuple[Bot, bool] | None:
        """The bot of a job, which is `owner`'s from now on."""
        async with transaction(self._engine) as connection:
            return await bots.take(connection, meeting_id, number, owner)

    async def tell(self, meeting_id: str, bot_id: str, owner: str | None, change: BotChange) -> bool:
        """A state, or an alarm."""
        async with transaction(self._engine) as connection:
            return await bots.tell(connection, meeting_id, bot_id, owner, change)

    async def asked(self, bot_id: str, owner: str) -> bool | None:
        """Whether it is to leave."""
        async with transaction(self._engine) as connection:
            return await bots.asked(connection, bot_id, owner)

    async def leave(self, workspace: str, bot_id: str) -> Bot:
        """It is to leave; one that has not joined is called off. Raises `NotFound` `bot_not_found`."""
        async with transaction(self._engine) as connection:
            return await bots.leave(connection, workspace, bot_id)
