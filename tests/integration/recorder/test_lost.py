"""A bot whose browser is killed, or stands still: what it heard is finished and stored within seconds."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import psutil
import pytest

from asr.types import DecodeRequest, Hypothesis, Word
from server.jobs.follow_up import Ending
from server.live.session import LiveSession
from server.recorder.browser import found
from server.recorder.job import BotJob
from server.recorder.sending import Order, Sending
from server.store.bot_records import Bot
from server.store.postgres import PostgresStore
from tests.bots.janus import own_address, pages
from tests.bots.test_services import PAGES
from tests.fakes.recognizer import ScriptedRecognizer
from tests.support.node import Node, node

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

HERE = "default"
STORED_SECONDS = 6.0
PATIENCE = 40.0
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
        async with asyncio.timeout(STORED_SECONDS + since - time.monotonic()):
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
    for one in psutil.Process().children(recursive=True):
        with suppress(psutil.ZombieProcess):
            if any(word.startswith(MARK) for word in one.cmdline()):
                for process in (*one.children(recursive=True), one):
                    process.send_signal(number)


@asynccontextmanager
async def attended(store: PostgresStore, url: str) -> AsyncIterator[Attended]:
    heard = asyncio.Event()

    def spoken(request: DecodeRequest) -> Hypothesis:
        heard.set()
        return Hypothesis("hello", "en", words=(Word(" hello", request.start, request.end, 0.9),))

    async with node(store, ScriptedRecognizer(read=spoken)) as serving:
        bot = await Sending(store.bots, allow_private=True).send(HERE, Order(url))
        job = BotJob(
            store.bots,
            serving.sessions,
            node="node_a",
            at_once=1,
            allow_private=True,
            clock=time.monotonic,
            wall=lambda: datetime.now(UTC),
        )
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(job.attend(Ending(bot.meeting_id, bot.number)))
            yield Attended(store, serving, bot, heard)
            await store.bots.leave(HERE, bot.id)


@pytest.fixture
async def at(store: PostgresStore) -> AsyncIterator[Attended]:
    if found() is None:
        pytest.skip("no Chromium is installed (apt-get install chromium)")
    if own_address() is None:
        pytest.skip("this machine has no address but the loopback one, which Chromium does not offer")
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
