"""A bot whose browser is killed, or stands still: what it heard is finished and stored within seconds."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import psutil
import pytest

from asr.types import DecodeRequest, Hypothesis, Word
from server.live.session import LiveSession
from server.store.bot_records import Bot
from server.store.postgres import PostgresStore
from tests.support.attending import PAGES, attending, need_browser
from tests.support.busy import times_slower
from tests.support.chromium import send_signal
from tests.support.node import Node
from tests.support.sites import pages

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

STORED_SECONDS = 6.0
PATIENCE = 60.0
MARK = "--steno-bot="


@dataclass
class Attended:
    """A bot in a meeting in which Anna goes on speaking."""

    store: PostgresStore
    node: Node
    bot: Bot
    heard: asyncio.Event
    """Set when a window is decoded."""

    async def live(self, but: LiveSession | None = None) -> LiveSession:
        """A session in which something was heard."""
        async with asyncio.timeout(PATIENCE):
            while True:
                self.heard.clear()
                await self.heard.wait()
                for one in self.node.sessions.kept():
                    if one is not but:
                        return one

    async def stored(self, live: LiveSession, since: float) -> None:
        """A session is over, soon, and what was heard in it stands in the transcript."""
        async with asyncio.timeout(STORED_SECONDS * times_slower() + since - time.monotonic()):
            await live.over.wait()
        session = (await self.store.sessions(self.bot.meeting_id))[0]
        assert (session.status, session.speaker) == ("ended", "Anna")
        assert session.coverage.transcribed > 0
        segments = await self.store.segments(self.bot.meeting_id)
        assert {(one.segment.speaker, one.segment.text) for one in segments} == {("Anna", "hello")}

    async def states(self) -> list[tuple[str, str | None]]:
        """What became of the bot."""
        return [(one.state, one.code) for one in await self.store.bots.changes(self.bot.id)]


def send(number: int) -> None:
    """Send a signal to the bot's browser: to all of its processes."""
    send_signal([one for one in psutil.Process().children(recursive=True) if _is_of_a_bot(one)], number)


def _is_of_a_bot(process: psutil.Process) -> bool:
    try:
        return any(word.startswith(MARK) for word in process.cmdline())
    except psutil.NoSuchProcess:
        return False


@asynccontextmanager
async def attended(store: PostgresStore, url: str) -> AsyncIterator[Attended]:
    heard = asyncio.Event()

    def spoken(request: DecodeRequest) -> Hypothesis:
        heard.set()
        return Hypothesis("hello", "en", words=(Word(" hello", request.start, request.end, 0.9),))

    async with attending(store, url, read=spoken) as (bot, serving):
        yield Attended(store, serving, bot, heard)


@pytest.fixture
async def at(store: PostgresStore) -> AsyncIterator[Attended]:
    need_browser()
    with pages(PAGES) as url:
        async with attended(store, f"{url}/alone.html") as made:
            yield made


async def test_a_bot_whose_browser_is_killed_has_stored_what_it_heard_and_joins_again(at: Attended) -> None:
    first = await at.live()
    killed = time.monotonic()
    send(signal.SIGKILL)
    await at.stored(first, killed)
    await at.live(first)
    assert await at.states() == [
        *(("scheduled", None), ("joining", None), ("recording", None)),
        *(("joining", "page_lost"), ("recording", None)),
    ]


async def test_a_bot_whose_browser_is_frozen_has_stored_what_it_heard(at: Attended) -> None:
    live = await at.live()
    frozen = time.monotonic()
    send(signal.SIGSTOP)
    try:
        await at.stored(live, frozen)
    finally:
        send(signal.SIGKILL)
