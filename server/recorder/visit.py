"""One visit of a bot to a meeting, from the opening of the page to the good-bye.

In: where to go and how to hear. Out: what its course comes to, change by change, and the reason for which it
ended. A visit whose browser is lost may be followed by another one; what was heard until then is finished and
stored by itself.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from playwright.async_api import Error, Page

from server.groups import alone
from server.recorder import reasons
from server.recorder.adapter import Adapter, NotJoined, Sight
from server.recorder.browser import Tab, browsing
from server.recorder.choosing import ANY, by_address, by_page
from server.recorder.course import Change, Course
from server.recorder.ear import Heard
from server.recorder.proxy import Proxy
from server.recorder.reasons import Reason
from server.recorder.room import Room
from server.recorder.witness import Witness
from streaming.commands import Start
from streaming.errors import StenoError

LOOK_SECONDS: Final = 1.0
ANSWER_SECONDS: Final = 5.0
"""How long a page may take to say what it shows."""
MOST_UNSEEN: Final = 3
"""Looks in a row that came to nothing, after which the page is taken for lost."""
OPEN_MS: Final = 30_000
TRIES: Final = 2
AGAIN_SECONDS: Final = 3.0
LEAVE_SECONDS: Final = 5.0
GUESSES: Final = """(known) => Object.fromEntries((window.stenoRecorder ? window.stenoRecorder.tracks : [])
  .filter((one) => !known.includes(one.key)).map((one) => [one.key, one.guess]))"""

log = structlog.get_logger(__name__)


class Lost(Exception):
    """The bot is no longer this process's."""


@dataclass(frozen=True, slots=True)
class Errand:
    """A bot's way: `tell` of each change (raises `Lost`), and `asked` whether it is to leave (raises
    `Lost`); `witness` sees what it is to keep beside what it hears."""

    url: str
    name: str
    start: Start
    allow_private: bool
    tell: Callable[[Change], Awaitable[None]]
    asked: Callable[[], Awaitable[bool]]
    witness: Witness | None = None


class Visit:
    """`run` once."""

    def __init__(self, errand: Errand, heard: Callable[[Callable[[StenoError], None]], Heard]) -> None:
        self._errand = errand
        self._heard = heard(self._refuse)
        self._refused: StenoError | None = None
        self._not_joined: Reason | None = None

    async def run(self, course: Course) -> Reason | None:
        """Go, stay and leave; why it broke off, None where it left in good order. Raises `Lost`."""
        proxy = Proxy(allow_private=self._errand.allow_private)
        with alone():
            async with asyncio.TaskGroup() as tasks:
                room = Room(self._heard, self._errand.start, tasks)
                witness = self._errand.witness
                if witness is not None:
                    tasks.create_task(witness.album.run())
                try:
                    async with proxy.running(), browsing(proxy.url, room.take) as tab:
                        if witness is not None:
                            await witness.prepare(tab.page)
                        adapter = await self._open(tab.page, proxy)
                        room.mixed = adapter.mixed
                        return await self._attend(tab, adapter, room, course)
                except NotJoined as error:
                    return error.reason
                except Error as error:
                    log.warning("bot_page_lost", error=_first_line(error))
                    return reasons.PAGE_LOST
                finally:
                    room.close()
                    if witness is not None:
                        witness.close()

    async def _open(self, page: Page, proxy: Proxy) -> Adapter:
        """Open the page with its adapter. Raises `NotJoined`, Playwright's `Error`."""
        await self._go(page, proxy)
        return by_address(self._errand.url) or await by_page(page) or ANY

    async def _go(self, page: Page, proxy: Proxy) -> None:
        for left in reversed(range(TRIES)):
            try:
                answer = await page.goto(self._errand.url, wait_until="load", timeout=OPEN_MS)
            except Error:
                status = 0
            else:
                status = 200 if answer is None else answer.status
            if urlsplit(self._errand.url).hostname in proxy.refused:
                raise NotJoined(reasons.ADDRESS_REFUSED)
            if status in {404, 410}:
                raise NotJoined(reasons.MEETING_NOT_FOUND)
            if 0 < status < 400:
                return
            if left:
                await asyncio.sleep(AGAIN_SECONDS)
        raise NotJoined(reasons.PAGE_UNREACHABLE)

    async def _attend(self, tab: Tab, adapter: Adapter, room: Room, course: Course) -> Reason | None:
        with alone():
            async with asyncio.TaskGroup() as tasks:
                witness = self._errand.witness
                during = [tasks.create_task(self._join(tab.page, adapter))]
                if witness is not None:
                    during.append(tasks.create_task(witness.stay(tab.page)))
                try:
                    why = await self._stay(tab, adapter, room, course)
                finally:
                    for task in during:
                        task.cancel()
                    # Now, and not when the browser is closed, which may take seconds.
                    room.close()
                if why is None and witness is not None:
                    await witness.leave(tab.page)
                if why is None:
                    with suppress(Error, TimeoutError):
                        async with asyncio.timeout(LEAVE_SECONDS):
                            await adapter.leave(tab.page)
                return why

    async def _join(self, page: Page, adapter: Adapter) -> None:
        """Join, and try again on a fresh page where that comes to nothing; its course says for how long."""
        while True:
            try:
                return await adapter.join(page, self._errand.name)
            except NotJoined as error:
                self._not_joined = error.reason
                return None
            except Error as error:
                log.info("bot_joins_again", adapter=adapter.name, error=_first_line(error))
            await asyncio.sleep(AGAIN_SECONDS)
            with suppress(Error):
                await page.goto(self._errand.url, wait_until="load", timeout=OPEN_MS)

    async def _stay(self, tab: Tab, adapter: Adapter, room: Room, course: Course) -> Reason | None:
        """Look once a second, until there is a reason to leave."""
        unseen = 0
        while not tab.gone.is_set():
            if (reason := await self._called_off()) is not None:
                await self._errand.tell(course.leave(reason))
                return None
            sight = await self._look(tab.page, adapter, room)
            unseen = 0 if sight is not None else unseen + 1
            if unseen >= MOST_UNSEEN:
                return reasons.PAGE_LOST
            if sight is not None:
                if self._errand.witness is not None:
                    self._errand.witness.see(sight.phase)
                for change in course.see(sight, room.sound(), self._heard.clock()):
                    await self._errand.tell(change)
                if course.state == "leaving":
                    return None
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await tab.gone.wait()
        return reasons.PAGE_LOST

    async def _called_off(self) -> Reason | None:
        if self._refused is not None:
            return reasons.NOT_HEARD
        if self._not_joined is not None:
            return self._not_joined
        return reasons.ASKED if await self._errand.asked() else None

    async def _look(self, page: Page, adapter: Adapter, room: Room) -> Sight | None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                sight = await adapter.look(page)
                guesses = await page.evaluate(GUESSES, room.named)
        except Error as error:
            log.info("bot_page_unseen", adapter=adapter.name, error=_first_line(error))
            return None
        except TimeoutError:
            log.info("bot_page_slow", adapter=adapter.name)
            return None
        room.see(sight, _texts(guesses))
        return sight

    def _refuse(self, error: StenoError) -> None:
        self._refused = self._refused or error


def _texts(given: Any) -> dict[str, str]:
    if not isinstance(given, dict):
        return {}
    return {str(key): text for key, text in given.items() if isinstance(text, str)}


def _first_line(error: Error) -> str:
    return error.message.partition("\n")[0][:200]
