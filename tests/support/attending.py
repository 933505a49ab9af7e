"""A bot that goes to a page in this process: a real browser, a real database; only the model is scripted."""

import time
from asyncio import TaskGroup
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from asr.types import DecodeRequest, Hypothesis
from server.access.access import DEFAULT
from server.jobs.follow_up import Ending
from server.recorder.browser import found
from server.recorder.job import BotJob
from server.recorder.sending import Capture, Order, Sending
from server.store.bot_records import Bot
from server.store.postgres import PostgresStore
from tests.bots.janus import own_address
from tests.fakes.recognizer import ScriptedRecognizer
from tests.support.node import Node, node

PAGES = Path(__file__).parents[1] / "bots" / "pages"


def need_browser(*, calls: bool = True) -> None:
    """Skip a test where there is no Chromium, or where it can make no `calls`."""
    if found() is None:
        pytest.skip("no Chromium is installed (apt-get install chromium)")
    if calls and own_address() is None:
        pytest.skip("this machine has no address but the loopback one, which Chromium does not offer")


def hello(_: DecodeRequest) -> Hypothesis:
    """What is always heard."""
    return Hypothesis("hello", "en")


@asynccontextmanager
async def attending(
    store: PostgresStore,
    url: str,
    capture: Capture = Capture(),  # noqa: B008 - it never changes
    read: Callable[[DecodeRequest], Hypothesis] = hello,
) -> AsyncIterator[tuple[Bot, Node]]:
    """A bot and the node that it is heard by, until the block ends and it has left."""
    async with node(store, ScriptedRecognizer(read=read)) as serving:
        order = Order(url, capture=capture)
        bot = await Sending(store.bots, allow_private=True).send(DEFAULT, order)
        job = BotJob(
            store.bots,
            serving.sessions,
            node="node_a",
            at_once=1,
            allow_private=True,
            clock=time.monotonic,
            wall=lambda: datetime.now(UTC),
            pictures=store.pictures,
        )
        async with TaskGroup() as tasks:
            tasks.create_task(job.attend(Ending(bot.meeting_id, bot.number)))
            yield bot, serving
            await store.bots.leave(DEFAULT, bot.id)
