"""The only threads that touch the model.

`decode` queues a window and awaits its hypothesis; the threads take batches from one scheduler, decode them
and hand each batch back to the event loop in one call. The queue is bounded by admission: a session has at
most one partial and a bounded number of finals outstanding per track.

More than one thread (a lane each) pays where a model is too small to keep every core busy with one batch.

A batch that raises, or that is given up because it takes too long, is asked once more, each of its windows
alone. The thread of one given up is left behind and another takes its place.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

from asr.counts import Counts, Statistics
from asr.engine import Engine
from asr.job import Job
from asr.lanes import Lanes
from asr.scheduler import Scheduler
from asr.turnaround import Waits
from asr.types import (
    DecodeRequest,
    EngineError,
    EngineTimeout,
    EngineUnavailable,
    Hypothesis,
    Superseded,
)
from asr.watchdog import Run, Watchdog

Outcome = Hypothesis | Exception

FINAL_PATIENCE = 5.0
"""Seconds that a window may wait before it counts as congestion, whatever it is for."""
CHECK_SECONDS = 1.0


class Worker:
    """A `Recognizer` over a local engine."""

    def __init__(
        self,
        load: Callable[[], Engine],
        *,
        max_batch: int,
        clock: Callable[[], float],
        lanes: int = 1,
        report: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`lanes`: how many batches the model decodes at once. `report` is told when a batch is given up."""
        self._load = load
        self._clock = clock
        self._lanes = Lanes(lanes)
        self._report = report
        self._busy_lanes = 0
        self._watchdog = Watchdog()
        self._scheduler = Scheduler(max_batch)
        self._futures: dict[int, asyncio.Future[Hypothesis]] = {}  # bounded: one for each queued window
        self._changed = threading.Condition()
        self._stopping = False
        self._engine: Engine | None = None
        self._failure: Exception | None = None
        self._loaded = asyncio.Event()
        self._counts = Counts()
        self._waits = Waits()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Load the model on a thread and serve until the block ends. `ready` tells when it is warm."""
        loop = asyncio.get_running_loop()
        self._lanes.start(partial(self._run, loop))
        self._look_later(loop)
        try:
            yield
        finally:
            with self._changed:
                self._stopping = True
                self._changed.notify_all()
            await self._loaded.wait()
            await asyncio.to_thread(self._lanes.join)
            self._timer.cancel()
            self._fail_waiting(EngineError("the speech model was stopped"))

    def _look_later(self, loop: asyncio.AbstractEventLoop) -> None:
        def look() -> None:
            self.check(loop)
            self._look_later(loop)

        self._timer = loop.call_later(CHECK_SECONDS, look)

    def check(self, loop: asyncio.AbstractEventLoop) -> None:
        """Give up the batches that take too long. Called on the loop."""
        now = self._clock()
        with self._changed:
            late = self._watchdog.overdue(now)
            for run in late:
                self._lanes.lose(run.lane)
                self._scheduler.ended(run.jobs, run.began, now)
            self._busy_lanes -= len(late)
            self._counts.given_up += len(late)
        for run in late:
            self._report(
                f"The speech model did not come back from {len(run.jobs)} windows in {run.limit:.0f} s; "
                f"they are given up, and {self._watchdog.stuck} threads are stuck."
            )
            error = EngineTimeout(f"the speech model did not come back in {run.limit:.0f} seconds")
            self._deliver(run.jobs, [error] * len(run.jobs))
            with self._changed:
                # Whoever came back in this very moment has taken the place.
                if not self._watchdog.exhausted and len(self._lanes) < self._lanes.most:
                    self._lanes.start(partial(self._serve, loop))
        if late and self._hung:
            self._report("The speech model hangs: what is asked of it fails until a thread comes back.")
            self._fail_waiting(_unavailable())

    @property
    def _hung(self) -> bool:
        """Whether no lane is left to decode anything."""
        return self._engine is not None and not self._lanes and not self._stopping

    @property
    def stuck(self) -> int:
        """How many threads are left behind, where so many are that none is replaced; else 0."""
        return self._watchdog.stuck if self._watchdog.exhausted else 0

    @property
    def ready(self) -> bool:
        """Whether the model is loaded and warm."""
        return self._engine is not None

    @property
    def failure(self) -> Exception | None:
        """Why the model could not be loaded, if so."""
        return self._failure

    async def wait_ready(self) -> None:
        """Return once the model is warm; raises what loading raised."""
        await self._loaded.wait()
        if self._failure is not None:
            raise self._failure

    def statistics(self) -> Statistics:
        """A snapshot of the counts."""
        seconds = self._engine.seconds() if self._engine is not None else {}
        with self._changed:
            stuck = self._watchdog.stuck
            return self._counts.statistics(len(self._scheduler), self._lanes.most, stuck, seconds)

    def wait(self) -> float:
        """How long live windows take from the asking to the answer, in seconds: the mean of the last ones, or
        what the oldest one has waited by now, if that is more."""
        now = self._clock()
        with self._changed:
            return max(self._scheduler.oldest_wait(now), self._waits.all.mean(now))

    def congestion(self) -> float:
        """How late captions of people who speak just now come, in seconds.

        Whole utterances count only once they wait for long: a recording that is sent faster than it was
        spoken asks for many at once, and delays nobody but itself.
        """
        now = self._clock()
        with self._changed:
            return max(self._waits.partials.mean(now), self._scheduler.oldest_wait(now) - FINAL_PATIENCE)

    async def decode(self, request: DecodeRequest) -> Hypothesis:
        """The hypothesis for one window. Raises `Superseded` (never for finals) and `EngineError`."""
        await self._loaded.wait()
        job = self._job(request)
        future: asyncio.Future[Hypothesis] = asyncio.get_running_loop().create_future()
        with self._changed:
            self._futures[id(request)] = future
            replaced = self._scheduler.add(job)
            self._counts.superseded += replaced is not None
            self._changed.notify()
        if replaced is not None:
            self._settle(replaced.request, Superseded())
        try:
            return await future
        finally:
            with self._changed:
                self._scheduler.discard(request)
            self._futures.pop(id(request), None)

    def _job(self, request: DecodeRequest) -> Job:
        if self._engine is None or self._stopping:
            raise EngineError("the speech model is not running") from self._failure
        if self._hung:
            raise _unavailable()
        try:
            return Job(request, self._engine.batch_key(request), self._clock())
        except Exception as error:  # a request that the model cannot even read is that request's failure
            raise EngineError(f"the speech model failed: {type(error).__name__}: {error}") from error

    def _settle(self, request: DecodeRequest, outcome: Outcome) -> None:
        future = self._futures.pop(id(request), None)
        if future is None or future.done():
            return
        if isinstance(outcome, Hypothesis):
            future.set_result(outcome)
        else:
            future.set_exception(outcome)

    def _fail_waiting(self, error: EngineError) -> None:
        for future in self._futures.values():
            if not future.done():
                future.set_exception(error)
                self._counts.failed += 1
        self._futures.clear()

    def _deliver(self, jobs: Sequence[Job], outcomes: Sequence[Outcome]) -> None:
        for job, outcome in zip(jobs, outcomes, strict=True):
            if isinstance(outcome, Hypothesis) or not self._ask_again(job):
                self._settle(job.request, outcome)

    def _ask_again(self, job: Job) -> bool:
        """Queue a window that the model failed on once more, if somebody still waits for it."""
        if id(job.request) not in self._futures:
            return True
        with self._changed:
            again = self._scheduler.add_again(job)
            self._counts.retried += again
            self._counts.failed += job.again
            self._changed.notify()
        if not again and not job.again:
            self._settle(job.request, Superseded())
        return again

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        """The first thread: loads the model, starts the other lanes and serves."""
        try:
            engine = self._load()
            engine.warm_up()
        except Exception as error:  # whatever it is, those who wait must hear of it
            self._failure = error
            _call(loop, self._loaded.set)
            return
        self._engine = engine
        _call(loop, self._loaded.set)
        with self._changed:
            for _ in range(1, self._lanes.most):
                self._lanes.start(partial(self._serve, loop))
        self._serve(loop)

    def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        """Decode batch after batch until the worker stops, or another thread has taken this one's place."""
        assert self._engine is not None, "the model is loaded before lanes are started"  # noqa: S101
        while run := self._next():
            outcomes = _decode(self._engine, [job.request for job in run.jobs])
            if self._done(run):
                if not _call(loop, self._deliver, run.jobs, outcomes):
                    return
            else:
                with self._changed:
                    if self._stopping or not self._lanes.rejoin():
                        return

    def _next(self) -> Run | None:
        """The next batch, begun; None when the worker stops."""
        with self._changed:
            while not self._stopping:
                now = self._clock()
                batch = self._scheduler.next_batch(self._lanes.most - self._busy_lanes, now)
                if batch:
                    self._busy_lanes += 1
                    return self._watchdog.begin(threading.current_thread().name, batch, now)
                self._changed.wait(self._scheduler.due_in(now))
        return None

    def _done(self, run: Run) -> bool:
        """The thread is back; False when the batch was given up, and its outcome is discarded."""
        now = self._clock()
        with self._changed:
            if not self._watchdog.end(run, now):
                self._counts.came_late += 1
                return False
            self._busy_lanes -= 1
            self._counts.add(run.jobs, now - run.began)
            self._scheduler.ended(run.jobs, run.began, now)
            self._changed.notify()
            for job in run.jobs:
                self._waits.add(job, now)
        return True


def _decode(engine: Engine, requests: Sequence[DecodeRequest]) -> list[Outcome]:
    """Hypotheses, or the error that the model met, for each."""
    try:
        return list(engine.decode_batch(requests))
    except Exception as error:  # the model's errors are of many kinds
        failed = EngineError(f"the speech model failed: {type(error).__name__}: {error}")
        return [failed] * len(requests)


def _unavailable() -> EngineUnavailable:
    return EngineUnavailable("the speech model hangs")


def _call(loop: asyncio.AbstractEventLoop, function: Callable[..., None], *arguments: object) -> bool:
    """Call a function on the loop; False when the loop has gone."""
    try:
        loop.call_soon_threadsafe(function, *arguments)
    except RuntimeError:
        return False
    return True
