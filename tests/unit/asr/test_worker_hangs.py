"""A model that does not come back, or fails: who is asked again, who is told, and which thread goes on.

The engine is scripted; the time is set by the test, which also says when the worker looks at it.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from asr.types import DecodeRequest, EngineError, Kind, Superseded
from asr.watchdog import MOST_STUCK
from asr.worker import Worker
from tests.unit.asr.test_worker import PATIENCE, Gate, final, request

LONG = 1_000.0
"""Seconds, more than any limit here."""


class Hanging:
    """A running worker of which the test moves the clock."""

    def __init__(self, lanes: int) -> None:
        self.now = 0.0
        self.engine = Gate()
        self.told: list[str] = []
        self.worker = Worker(
            lambda: self.engine,
            max_batch=4,
            clock=lambda: self.now,
            lanes=lanes,
            report=self.told.append,
        )

    async def hang(self) -> None:
        """Wait until a batch is begun, and find that it takes too long."""
        await self.engine.busy()
        self.now += LONG
        self.worker.check(asyncio.get_running_loop())

    def all_back(self) -> None:
        """Return once no thread is stuck any more."""
        until = time.monotonic() + PATIENCE
        while self.worker.statistics().stuck:
            assert time.monotonic() < until

    async def outcome(self, one: DecodeRequest) -> str:
        """The text, or what happened instead."""
        try:
            return (await self.worker.decode(one)).text
        except EngineError as error:
            return error.reason
        except Superseded:
            return "superseded"


@asynccontextmanager
async def hanging(lanes: int = 1) -> AsyncIterator[tuple[Hanging, asyncio.TaskGroup]]:
    """A warm worker; whoever is stuck is let go at the end."""
    bench = Hanging(lanes)
    async with asyncio.timeout(2 * PATIENCE), bench.worker.running(), asyncio.TaskGroup() as tasks:
        await bench.worker.wait_ready()
        yield bench, tasks
        bench.engine.let(100)


async def test_a_batch_that_hangs_is_asked_once_more_one_by_one() -> None:
    async with hanging() as (bench, tasks):
        asked = [tasks.create_task(bench.outcome(final(key, deadline=at))) for at, key in enumerate("abc")]
        await bench.hang()
        first = bench.engine.batches[0]
        # The thread that is stuck takes one of the four, whenever it comes.
        bench.engine.let(4)
        assert list(await asyncio.gather(*asked)) == ["a", "b", "c"]
        assert bench.engine.batches[1:] == [[key] for key in first]
        counts = bench.worker.statistics()
        assert (counts.given_up, counts.retried, counts.failed) == (1, len(first), 0)
        assert len(bench.told) == 1


async def test_a_window_that_hangs_twice_fails_with_its_reason() -> None:
    async with hanging() as (bench, tasks):
        bad = tasks.create_task(bench.outcome(final("bad")))
        await bench.hang()
        await bench.hang()
        assert await bad == "engine_timeout"
        good = tasks.create_task(bench.outcome(final("good")))
        await bench.engine.busy()
        bench.engine.let(3)
        assert await good == "good"
        assert bench.engine.threads == {"asr-worker-1", "asr-worker-2", "asr-worker-3"}
        assert bench.worker.statistics().failed == 1


async def test_a_draft_is_not_asked_again_where_a_newer_window_waits() -> None:
    async with hanging() as (bench, tasks):
        draft = tasks.create_task(bench.outcome(request("u", Kind.PARTIAL)))
        await bench.engine.busy()
        last = tasks.create_task(bench.outcome(final("u")))
        await asyncio.sleep(0)
        bench.now += LONG
        bench.worker.check(asyncio.get_running_loop())
        assert await draft == "superseded"
        bench.engine.let(2)
        assert await last == "u"
        assert bench.worker.statistics().retried == 0


async def test_what_a_lost_thread_brings_late_is_discarded_and_counted() -> None:
    async with hanging() as (bench, tasks):
        asked = tasks.create_task(bench.outcome(final("a")))
        await bench.hang()
        await bench.engine.busy()
        assert bench.worker.statistics().stuck == 1
        bench.engine.let(2)
        assert await asked == "a"
        await asyncio.to_thread(bench.all_back)
        counts = bench.worker.statistics()
        assert (counts.came_late, counts.windows) == (1, 1)


async def test_a_model_that_hangs_for_good_fails_fast_until_a_thread_comes_back() -> None:
    async with hanging() as (bench, tasks):
        lost = [
            tasks.create_task(bench.outcome(final(str(at), samples=160 + at)))
            for at in range(MOST_STUCK // 2)
        ]
        for _ in range(MOST_STUCK):
            await bench.hang()
        assert set(await asyncio.gather(*lost)) <= {"engine_timeout", "engine_unavailable"}
        assert bench.worker.stuck == MOST_STUCK
        assert await bench.outcome(final("refused")) == "engine_unavailable"
        bench.engine.let(MOST_STUCK)
        await asyncio.to_thread(bench.all_back)
        bench.engine.let()
        assert await bench.outcome(final("welcome")) == "welcome"


async def test_who_waits_when_no_thread_is_left_hears_of_it() -> None:
    async with hanging() as (bench, tasks):
        asked = [tasks.create_task(bench.outcome(final(str(at), samples=160 + at))) for at in range(9)]
        for _ in range(MOST_STUCK):
            await bench.hang()
        outcomes = await asyncio.gather(*asked)
        assert set(outcomes) == {"engine_unavailable"}
        assert bench.worker.statistics().failed == len(asked)


async def test_one_lane_that_hangs_does_not_hold_up_the_other() -> None:
    async with hanging(lanes=2) as (bench, tasks):
        bad = tasks.create_task(bench.outcome(final("bad")))
        await bench.engine.busy()
        bench.now += LONG
        good = tasks.create_task(bench.outcome(final("good")))
        await bench.engine.busy()
        bench.worker.check(asyncio.get_running_loop())
        counts = bench.worker.statistics()
        assert (counts.given_up, counts.stuck) == (1, 1)
        bench.engine.let(3)
        assert await good == "good"
        assert await bad == "bad"


async def test_a_window_that_fails_is_asked_once_more() -> None:
    async with hanging() as (bench, tasks):
        bench.engine.poison = {"a"}
        asked = tasks.create_task(bench.outcome(final("a")))
        bench.engine.let(2)
        assert await asked == "engine_error"
        assert bench.engine.batches == [["a"], ["a"]]
        counts = bench.worker.statistics()
        assert (counts.retried, counts.failed, counts.given_up) == (1, 1, 0)
