"""The thread that decodes: what it batches, whom it tells, and how it ends. The engine is scripted."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from contextlib import asynccontextmanager

import numpy as np
import pytest

from asr.types import DecodeRequest, EngineError, Hypothesis, Kind, Superseded
from asr.worker import Worker

PATIENCE = 5.0
"""Seconds after which a test that waits for the thread gives up."""


class Gate:
    """An engine that says the utterance's key, one batch at a time as the test lets it."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.poison: set[str] = set()
        self.entered = threading.Semaphore(0)
        self.open = threading.Semaphore(0)
        self.threads: set[str] = set()

    def warm_up(self) -> None:
        """Nothing to warm."""

    def batch_key(self, request: DecodeRequest) -> Hashable:
        """By length; a request of no audio has none."""
        if not len(request.audio):
            raise TypeError("no audio")
        return len(request.audio)

    def seconds(self) -> dict[tuple[str, str], float]:
        """Not counted."""
        return {}

    def decode_batch(self, requests: Sequence[DecodeRequest]) -> list[Hypothesis]:
        """One hypothesis each, or none if one of them is poison."""
        self.threads.add(threading.current_thread().name)
        self.batches.append([request.key for request in requests])
        self.entered.release()
        assert self.open.acquire(timeout=PATIENCE)
        if any(request.key in self.poison for request in requests):
            raise RuntimeError("bad window")
        return [Hypothesis(request.key, "en") for request in requests]

    async def busy(self) -> None:
        """Return once the engine has begun another batch."""
        assert await asyncio.to_thread(self.entered.acquire, timeout=PATIENCE)

    def let(self, batches: int = 1) -> None:
        """Let it finish so many batches."""
        self.open.release(batches)


def request(
    key: str, kind: Kind = Kind.PARTIAL, *, samples: int = 160, deadline: float = 0.0
) -> DecodeRequest:
    """A window."""
    return DecodeRequest(key, 1, kind, np.zeros(samples, np.float32), 0, deadline)


def final(key: str, *, samples: int = 160, deadline: float = 0.0) -> DecodeRequest:
    """A final window."""
    return request(key, Kind.FINAL, samples=samples, deadline=deadline)


class Bench:
    """A running worker and its engine; what is asked of it is a task."""

    def __init__(self, worker: Worker, engine: Gate, tasks: asyncio.TaskGroup) -> None:
        self.worker = worker
        self.engine = engine
        self._tasks = tasks

    async def ask(self, *requests: DecodeRequest) -> list[asyncio.Task[str]]:
        """Ask for windows; returns once they wait."""
        asked = [self._tasks.create_task(self._outcome(one)) for one in requests]
        await asyncio.sleep(0)
        return asked

    async def occupy(self) -> asyncio.Task[str]:
        """Keep the engine busy with a window of its own kind, so that what follows has to wait."""
        (task,) = await self.ask(final("first", samples=999))
        await self.engine.busy()
        return task

    async def _outcome(self, one: DecodeRequest) -> str:
        try:
            return (await self.worker.decode(one)).text
        except (EngineError, Superseded) as error:
            return f"{type(error).__name__}: {error}"


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with running(Gate()) as made:
        yield made


@asynccontextmanager
async def running(engine: Gate, max_batch: int = 4) -> AsyncIterator[Bench]:
    """A warm worker; the engine is let go at the end."""
    worker = Worker(lambda: engine, max_batch=max_batch, clock=time.monotonic)
    async with asyncio.timeout(2 * PATIENCE), worker.running(), asyncio.TaskGroup() as tasks:
        await worker.wait_ready()
        yield Bench(worker, engine, tasks)
        engine.let(100)


async def outcomes(tasks: list[asyncio.Task[str]]) -> list[str]:
    """What came of them, in their order."""
    return list(await asyncio.gather(*tasks))


async def test_what_waits_together_is_decoded_together(bench: Bench) -> None:
    await bench.occupy()
    asked = await bench.ask(final("a"), final("b"), request("c"))
    bench.engine.let(2)
    assert await outcomes(asked) == ["a", "b", "c"]
    assert bench.engine.batches == [["first"], ["a", "b", "c"]]


async def test_a_batch_has_its_limit(bench: Bench) -> None:
    await bench.occupy()
    asked = await bench.ask(*(final(str(index), deadline=index) for index in range(6)))
    bench.engine.let(3)
    assert await outcomes(asked) == [str(index) for index in range(6)]
    assert bench.engine.batches[1:] == [["0", "1", "2", "3"], ["4", "5"]]


async def test_windows_of_different_keys_go_apart_finals_first(bench: Bench) -> None:
    await bench.occupy()
    asked = await bench.ask(request("partial", samples=320), final("final", samples=160))
    bench.engine.let(3)
    await outcomes(asked)
    assert bench.engine.batches[1:] == [["final"], ["partial"]]


async def test_a_partial_that_a_newer_one_replaces_hears_of_it_at_once(bench: Bench) -> None:
    await bench.occupy()
    older, newer = await bench.ask(request("u"), request("u"))
    assert await older == "Superseded: "
    bench.engine.let(2)
    assert await newer == "u"
    assert bench.engine.batches[1:] == [["u"]]
    assert bench.worker.statistics().superseded == 1


async def test_a_final_replaces_the_waiting_partial_of_its_utterance(bench: Bench) -> None:
    await bench.occupy()
    partial, last = await bench.ask(request("u"), final("u"))
    assert await partial == "Superseded: "
    bench.engine.let(2)
    assert await last == "u"


async def test_a_partial_that_is_being_decoded_is_not_superseded(bench: Bench) -> None:
    (older,) = await bench.ask(request("u"))
    await bench.engine.busy()
    (newer,) = await bench.ask(request("u"))
    bench.engine.let(2)
    assert await outcomes([older, newer]) == ["u", "u"]


async def test_a_poison_window_does_not_fail_its_neighbours(bench: Bench) -> None:
    bench.engine.poison = {"bad"}
    await bench.occupy()
    good, bad, other = await bench.ask(final("good"), final("bad"), final("other"))
    bench.engine.let(5)
    assert await outcomes([good, other]) == ["good", "other"]
    assert await bad == "EngineError: the speech model failed: RuntimeError: bad window"
    assert bench.worker.statistics().failed == 1


async def test_the_thread_outlives_a_failure(bench: Bench) -> None:
    bench.engine.poison = {"bad"}
    bench.engine.let(3)
    (bad,) = await bench.ask(final("bad"))
    assert (await bad).startswith("EngineError")
    (good,) = await bench.ask(final("good"))
    assert await good == "good"
    assert bench.engine.threads == {"asr-worker-1"}


async def test_a_request_that_cannot_be_read_is_an_engine_error(bench: Bench) -> None:
    (unreadable,) = await bench.ask(final("empty", samples=0))
    assert await unreadable == "EngineError: the speech model failed: TypeError: no audio"


async def test_a_window_whose_asker_has_gone_is_not_decoded(bench: Bench) -> None:
    await bench.occupy()
    gone, stays = await bench.ask(final("gone"), final("stays"))
    gone.cancel()
    await asyncio.wait([gone])
    bench.engine.let(2)
    assert await stays == "stays"
    assert bench.engine.batches[1:] == [["stays"]]
    assert bench.worker.statistics().waiting == 0


async def test_an_asker_may_go_while_its_window_is_decoded(bench: Bench) -> None:
    first = await bench.occupy()
    first.cancel()
    await asyncio.wait([first])
    bench.engine.let(2)
    (after,) = await bench.ask(final("after"))
    assert await after == "after"


async def test_the_wait_is_that_of_the_oldest_queued_window() -> None:
    now = [10.0]
    engine = Gate()
    worker = Worker(lambda: engine, max_batch=4, clock=lambda: now[0])
    async with worker.running(), asyncio.TaskGroup() as tasks:
        await worker.wait_ready()
        bench = Bench(worker, engine, tasks)
        await bench.occupy()
        assert worker.wait() == 0.0
        await bench.ask(final("a"))
        now[0] = 12.5
        assert worker.wait() == 2.5
        engine.let(2)


async def test_statistics_are_a_snapshot(bench: Bench) -> None:
    bench.engine.let(2)
    await outcomes(await bench.ask(final("a", samples=16_000)))
    before = bench.worker.statistics()
    await outcomes(await bench.ask(final("b", samples=16_000)))
    after = bench.worker.statistics()
    assert (before.batches, before.windows, before.audio_seconds) == (1, 1, 1.0)
    assert (after.batches, after.windows, after.audio_seconds) == (2, 2, 2.0)


def broken() -> Gate:
    """A model that cannot be loaded."""
    raise OSError("no such file")


class Cold(Gate):
    """A model that loads but does not run."""

    def warm_up(self) -> None:
        """Fail."""
        raise RuntimeError("out of memory")


@pytest.mark.parametrize(("load", "error"), [(broken, OSError), (Cold, RuntimeError)])
async def test_a_model_that_cannot_be_loaded_is_told_to_those_who_wait(
    load: Callable[[], Gate], error: type[Exception]
) -> None:
    worker = Worker(load, max_batch=4, clock=time.monotonic)
    async with worker.running():
        with pytest.raises(error):
            await worker.wait_ready()
        assert not worker.ready
        assert isinstance(worker.failure, error)


async def test_decoding_without_a_model_is_an_engine_error() -> None:
    worker = Worker(broken, max_batch=4, clock=time.monotonic)
    async with worker.running():
        with pytest.raises(EngineError):
            await worker.decode(final("a"))


async def test_who_asks_before_the_model_is_loaded_waits_for_it() -> None:
    may_load = threading.Event()
    engine = Gate()

    def load() -> Gate:
        assert may_load.wait(PATIENCE)
        return engine

    worker = Worker(load, max_batch=4, clock=time.monotonic)
    async with worker.running(), asyncio.TaskGroup() as tasks:
        (early,) = await Bench(worker, engine, tasks).ask(final("early"))
        assert not worker.ready
        may_load.set()
        engine.let()
        assert await early == "early"


async def test_stopping_fails_those_who_wait_after_the_batch_that_runs() -> None:
    engine = Gate()
    worker = Worker(lambda: engine, max_batch=4, clock=time.monotonic)
    async with asyncio.TaskGroup() as tasks:
        async with worker.running():
            await worker.wait_ready()
            bench = Bench(worker, engine, tasks)
            running_one = await bench.occupy()
            (waiting,) = await bench.ask(final("waiting"))
            # Runs when the loop turns next, which is after the worker was told to stop.
            asyncio.get_running_loop().call_soon(engine.let)
        expected = ["first", "EngineError: the speech model was stopped"]
        assert await outcomes([running_one, waiting]) == expected
        assert (await outcomes(await bench.ask(final("late"))))[0].startswith("EngineError")
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("asr-worker")]
