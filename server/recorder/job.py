"""The durable job of a bot: it goes to its meeting, and again from another process when its own is lost.

In: the number of a bot. Out: its last state, with which its meeting ends. Who takes a bot up becomes its
owner; a process that has lost it tells nothing more of it and leaves.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import structlog

from server.access.access import Access
from server.jobs.follow_up import Ending, Step, Work
from server.live.sessions import Sessions
from server.recorder import reasons
from server.recorder.album import Album
from server.recorder.course import Change, Course
from server.recorder.ear import FORMAT, Heard
from server.recorder.reasons import Reason
from server.recorder.sending import Capture, captured, rules
from server.recorder.states import LAST
from server.recorder.visit import Errand, Lost, Visit
from server.recorder.witness import Witness
from server.store.bot_records import Bot, BotChange
from server.store.postgres_bots import PostgresBots
from server.store.postgres_pictures import PostgresPictures
from server.store.queue import BOT
from streaming.commands import Start
from streaming.errors import StenoError, StoreError

LATE: Final = timedelta(hours=1)
"""After its time a bot does not join any more."""
MOST_LOST: Final = 3
"""Browsers that one bot may lose."""
AGAIN_SECONDS: Final = 1.0
MEMORY_OF_ONE: Final = 1 << 30
"""Bytes that a bot is given room for: its browser takes a third of it, a picture here and there the rest."""

log = structlog.get_logger(__name__)


def capacity(cores: int, memory: int) -> int:
    """How many bots a machine of so many cores and bytes sends at once: each takes about a seventh of a core,
    and the speech model needs most of them."""
    return max(1, min(2 * cores, memory // MEMORY_OF_ONE))


class BotJob:
    """Sends the bots that this process takes up. `clock` gives seconds that never go back, `wall` the
    time; `pictures` takes what bots see, None where nothing of it is kept."""

    def __init__(
        self,
        records: PostgresBots,
        sessions: Sessions,
        *,
        node: str,
        at_once: int,
        allow_private: bool,
        clock: Callable[[], float],
        wall: Callable[[], datetime],
        pictures: PostgresPictures | None = None,
    ) -> None:
        self._records = records
        self._sessions = sessions
        self._node = node
        self._at_once = at_once
        self._allow_private = allow_private
        self._clock = clock
        self._wall = wall
        self._pictures = pictures

    @property
    def work(self) -> Work:
        """For the queue of jobs."""
        return Work(BOT, (Step("attend", self.attend),), self._at_once, self._failed)

    async def attend(self, ending: Ending) -> None:
        """Send a bot that nobody called off. Raises `StoreError` to be called again."""
        taken = await self._records.take(ending.meeting, ending.number, self._node)
        if taken is None:
            return
        bot, before = taken
        if bot.state in LAST:
            return
        with suppress(Lost):
            if bot.state == "scheduled":
                await self._store(bot, Change("failed", reasons.ALREADY_THERE), None)
            elif bot.state == "leaving":
                await self._end(bot, _left(bot))
            elif not before and self._wall() - (bot.join_at or self._wall()) > LATE:
                await self._end(bot, Change("failed", reasons.TOO_LATE))
            else:
                await self._tell(bot, Change("joining", reasons.TAKEN_UP if before else None))
                await self._end(bot, await self._go(bot))

    async def _go(self, bot: Bot) -> Change:
        course = Course(rules(bot.leave_when), self._clock())
        why: Reason | None = None
        for left in reversed(range(MOST_LOST)):
            why = await Visit(self._errand(bot), self._heard(bot)).run(course)
            if why is not reasons.PAGE_LOST or course.state == "leaving" or not left:
                break
            await self._tell(bot, course.again(self._clock()))
        return course.end(why)

    def _errand(self, bot: Bot) -> Errand:
        async def asked() -> bool:
            try:
                answer = await self._records.asked(bot.id, self._node)
            except StoreError:
                return False
            if answer is None:
                raise Lost
            return answer

        return Errand(
            bot.meeting_url,
            bot.name,
            Start(FORMAT, meeting=bot.meeting_id),
            self._allow_private,
            lambda change: self._tell(bot, change),
            asked,
            self._witness(bot),
        )

    def _witness(self, bot: Bot) -> Witness | None:
        """None where the bot is to keep nothing of what it sees."""
        capture = captured(bot.capture)
        if self._pictures is None or capture == Capture():
            return None
        album = Album(
            self._pictures, meeting=bot.meeting_id, bot=bot.id, wall=lambda: self._wall().timestamp()
        )
        return Witness(capture, album, self._clock)

    def _heard(self, bot: Bot) -> Callable[[Callable[[StenoError], None]], Heard]:
        access = Access(bot.workspace_id, frozenset({"ingest"}), bot.meeting_id, bot.key_id)
        wall = self._wall
        return lambda refused: Heard(self._sessions, access, self._clock, lambda: wall().timestamp(), refused)

    async def _tell(self, bot: Bot, change: Change) -> None:
        await self._store(bot, change, self._node)

    async def _store(self, bot: Bot, change: Change, owner: str | None) -> None:
        """Store a change of a bot that has this owner, however long the database is away. Raises `Lost`."""
        reason = change.reason
        told = BotChange(
            None, change.state, reason.code if reason else None, reason.sentence if reason else None
        )
        log.info("bot", bot=bot.id, state=change.state, code=told.code)
        while True:
            try:
                if not await self._records.tell(bot.meeting_id, bot.id, owner, told):
                    raise Lost
            except StoreError:
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                return

    async def _end(self, bot: Bot, change: Change) -> None:
        await self._tell(bot, change)
        await self._sessions.tell_end(bot.meeting_id)

    async def _failed(self, ending: Ending, _: str) -> None:
        taken = await self._records.take(ending.meeting, ending.number, self._node)
        if taken is not None and taken[0].state not in LAST:
            with suppress(Lost):
                await self._end(taken[0], Change("failed", reasons.INTERNAL))


def _left(bot: Bot) -> Change:
    """How a bot ends that was about to leave when its process was lost."""
    why = reasons.ENDS.get(bot.code or "", reasons.INTERNAL)
    return Change("failed" if why.failure else "done", why)
