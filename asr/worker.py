"""The one thread that touches the model.

`decode` queues a window and awaits its hypothesis; the thread takes batches from the scheduler, decodes
them and hands each batch back to the event loop in one call. The queue is bounded by admission: a session
has at most one partial and a bounded number of finals outstanding per track.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Hashable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol

from asr.scheduler import Job, Scheduler
from asr.types import DecodeRequest, EngineError, Hypothesis, Superseded


class Engine(Protocol):
    """A loaded model: blocking, used by one thread."""

    def warm_up(self) -> None:
        """Make the first real window as fast as the next ones."""
        ...

    def batch_key(self, request: DecodeRequest) -> Hashable:
        """Windows with equal keys may be decoded together. Called on the event loop: cheap."""
        ...

    def decode_batch(self, requests: Sequence[DecodeRequest]) -> list[Hypothesis]:
        """Hypotheses in the order of the requests."""
        ...


Outcome = Hypothesis | Exception


@dataclass(slots=True)
class Statistics:
    """Counts since the start, for metrics."""

    batches: int = 0
    windows: int = 0
    failed: int = 0
    superseded: int = 0
    audio_seconds: float = 0.0
    busy_seconds: float = 0.0
    waiting: int = field(default=0)
    lanes: int = 1
    """How many batches are decoded at once; times are of all lanes together."""
    seconds: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """The busy time by (kind of window, step of the work)."""
    windows_by_kind: Mapping[str, int] = field(default_factory=dict)
    batches_by_kind: Mapping[str, int] = field(default_factory=dict)
    audio_by_kind: Mapping[str, float] = field(default_factory=dict)


class Worker:
    """A `Recognizer` over a local engine."""

    def __init__(self, load: Callable[[], Engine], *, max_batch: int, clock: Callable[[], float]) -> None:
        self._load = load
        self._clock = clock
        self._scheduler = Scheduler(max_batch)
        self._futures: dict[int, asyncio.Future[Hypothesis]] = {}  # bounded: one for each queued window
        self._changed = threading.Condition()
        self._stopping = False
        self._engine: Engine | None = None
        self._failure: Exception | None = None
        self._loaded = asyncio.Event()
        self._statistics = Statistics()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Load the model on the thread and serve until the block ends. `ready` tells when it is warm."""
        loop = asyncio.get_running_loop()
        thread = threading.Thread(target=self._run, args=(loop,), name="asr-worker", daemon=True)
        thread.start()
        try:
            yield
        finally:
            with self._changed:
                self._stopping = True
                self._changed.notify()
            await asyncio.to_thread(thread.join)
            self._fail_waiting(EngineError("the speech model was stopped"))

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
        return replace(self._statistics, waiting=len(self._scheduler))

    def wait(self) -> float:
        """How long the oldest queued window has waited, in seconds."""
        with self._changed:
            return self._scheduler.oldest_wait(self._clock())

    async def decode(self, request: DecodeRequest) -> Hypothesis:
        """The hypothesis for one window. Raises `Superseded` (partials only) and `EngineError`."""
        await self._loaded.wait()
        job = self._job(request)
        future: asyncio.Future[Hypothesis] = asyncio.get_running_loop().create_future()
        with self._changed:
            self._futures[id(request)] = future
            replaced = self._scheduler.add(job)
            self._changed.notify()
        if replaced is not None:
            self._statistics.superseded += 1
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
        self._futures.clear()

    def _deliver(self, jobs: Sequence[Job], outcomes: Sequence[Outcome]) -> None:
        for job, outcome in zip(jobs, outcomes, strict=True):
            self._settle(job.request, outcome)

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        """The thread."""
        try:
            engine = self._load()
            engine.warm_up()
        except Exception as error:  # whatever it is, those who wait must hear of it
            self._failure = error
            _call(loop, self._loaded.set)
            return
        self._engine = engine
        _call(loop, self._loaded.set)
        while jobs := self._next():
            began = self._clock()
            outcomes = _decode(engine, [job.request for job in jobs])
            self._count(jobs, outcomes, self._clock() - began)
            if not _call(loop, self._deliver, jobs, outcomes):
                return

    def _next(self) -> list[Job]:
        """The next batch; empty when the worker stops."""
        with self._changed:
            while not self._stopping:
                batch = self._scheduler.next_batch()
                if batch:
                    return batch
                self._changed.wait()
        return []

    def _count(self, jobs: Sequence[Job], outcomes: Sequence[Outcome], seconds: float) -> None:
        statistics = self._statistics
        statistics.batches += 1
        statistics.windows += len(jobs)
        statistics.failed += sum(isinstance(outcome, Exception) for outcome in outcomes)
        statistics.audio_seconds += sum(len(job.request.audio) for job in jobs) / 16_000
        statistics.busy_seconds += seconds


def _decode(engine: Engine, requests: Sequence[DecodeRequest]) -> list[Outcome]:
    """Hypotheses or errors. One window that the model cannot take must not fail its neighbours."""
    try:
        return list(engine.decode_batch(requests))
    except Exception as error:  # the model's errors are of many kinds
        if len(requests) == 1:
            return [EngineError(f"the speech model failed: {type(error).__name__}: {error}")]
        return [outcome for request in requests for outcome in _decode(engine, [request])]


def _call(loop: asyncio.AbstractEventLoop, function: Callable[..., None], *arguments: object) -> bool:
    """Call a function on the loop; False when the loop has gone."""
    try:
        loop.call_soon_threadsafe(function, *arguments)
    except RuntimeError:
        return False
    return True
