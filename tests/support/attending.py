"""A bot that goes to a page in this process: a real browser, a real database; only the model is scripted."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from asr.types import Hypothesis
from server.access.access import DEFAULT
from server.jobs.follow_up import Ending
from server.recorder.job import BotJob
from server.recorder.sending import Capture, Order, Sending
from server.store.bot_records import Bot
from server.store.postgres import PostgresStore
from tests.fakes.recognizer import ScriptedRecognizer
from tests.support.node import node


@asynccontextmanager
async def attending(store: PostgresStore, url: str, capture: Capture) -> AsyncIterator[Bot]:
    """A bot, until the block ends and it has left."""
    async with node(store, ScriptedRecognizer(read=lambda _: Hypothesis("hello", "en"))) as serving:
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
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(job.attend(Ending(bot.meeting_id, bot.number)))
            yield bot
            await Sending(store.bots).leave(DEFAULT, bot.id)
