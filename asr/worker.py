"""The only threads that touch the model.

`decode` queues a window and awaits its hypothesis; the threads take batches from one scheduler, decode them
and hand each batch back to the event loop in one call. The queue is bounded by admission: a session has at
most one partial and a bounded number of finals outstanding per track.

More than one thread (a lane each) pays where a model is too small to keep every core busy with one batch.
"""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Hashable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from asr.scheduler import Job, Scheduler
from asr.turnaround import Turnaround
from asr.types import SAMPLE_RATE, DecodeRequest, EngineError, Hypothesis, Kind, Superseded


class Engine(Protocol):
    """A loaded model: blocking, used by as many threads as the worker has lanes."""

    def warm_up(self) -> None:
        """Make the first real window as fast as the next ones."""
        ...

    def batch_key(self, request: DecodeRequest) -> Hashable:
        """Windows with equal keys may be decoded together. Called on the event loop: cheap."""
        ...

    def decode_batch(self, requests: Sequence[DecodeRequest]) -> list[Hypothesis]:
        """Hypotheses in the order of the requests."""
        ...

    def seconds(self) -> Mapping[tuple[str, str], float]:
        """Where its time went so far, by kind of window and step."""
        ...


Outcome = Hypothesis | Exception

FINAL_PATIENCE = 5.0
"""Seconds that a window may wait before it counts as congestion, whatever it is for."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts since the start, for metrics; times and audio in seconds, of all lanes together."""

    batches: int = 0
    windows: int = 0
    failed: int = 0
    superseded: int = 0
    audio_seconds: float = 0.0
    busy_seconds: float = 0.0
    waiting: int = 0
    lanes: int = 1
    seconds: Mapping[tuple[str, str], float] = field(default_factory=dict)
    windows_by_kind: Mapping[str, int] = field(default_factory=dict)
    batches_by_kind: Mapping[str, int] = field(default_factory=dict)
    audio_by_kind: Mapping[str, float] = field(default_factory=dict)


class _Counts:
    """What the statistics are made of. Its owner holds the lock."""

    def __init__(self) -> None:
        # bounded: by the kinds of windows there are.
        self.batches: Counter[str] = Counter()
        self.windows: Counter[str] = Counter()
        self.samples: Counter[str] = Counter()
        self.failed = 0
        self.superseded = 0
        self.busy = 0.0

    def add(self, jobs: Sequence[Job], outcomes: Sequence[Outcome], seconds: float) -> None:
        """A batch was decoded."""
        kind = str(jobs[0].request.kind)
        self.batches[kind] += 1
        self.windows[kind] += len(jobs)
        self.samples[kind] += sum(len(job.request.audio) for job in jobs)
        self.failed += sum(isinstance(outcome, Exception) for outcome in outcomes)
        self.busy += seconds

    def statistics(self, waiting: int, lanes: int, seconds: Mapping[tuple[str, str], float]) -> Statistics:
        """A snapshot."""
        audio = {kind: samples / SAMPLE_RATE for kind, samples in self.samples.items()}
        return Statistics(
            batches=self.batches.total(),
            windows=self.windows.total(),
            failed=self.failed,
            superseded=self.superseded,
            audio_seconds=sum(audio.values()),
            busy_seconds=self.busy,
            waiting=waiting,
            lanes=lanes,
            seconds=dict(seconds),
            windows_by_kind=dict(self.windows),
            batches_by_kind=dict(self.batches),
            audio_by_kind=audio,
        )


class Worker:
    """A `Recognizer` over a local engine."""

    def __init__(
        self, load: Callable[[], Engine], *, max_batch: int, clock: Callable[[], float], lanes: int = 1
    ) -> None:
        """`lanes`: how many batches the model decodes at once."""
        self._load = load
        self._clock = clock
        self._lanes = lanes
        self._busy_lanes = 0
        self._scheduler = Scheduler(max_batch)
        self._futures: dict[int, asyncio.Future[Hypothesis]] = {}  # bounded: one for each queued window
        self._changed = threading.Condition()
        self._stopping = False
        self._engine: Engine | None = None
        self._failure: Exception | None = None
        self._loaded = asyncio.Event()
        self._counts = _Counts()
        self._turnaround = Turnaround()
        self._live_turnaround = Turnaround()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Load the model on a thread and serve until the block ends. `ready` tells when it is warm."""
        loop = asyncio.get_running_loop()
        first = threading.Thread(target=self._run, args=(loop,), name="asr-worker", daemon=True)
        first.start()
        try:
            yield
        finally:
            with self._changed:
                self._stopping = True
                self._changed.notify_all()
            await asyncio.to_thread(first.join)
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
        seconds = self._engine.seconds() if self._engine is not None else {}
        with self._changed:
            return self._counts.statistics(len(self._scheduler), self._lanes, seconds)

    def wait(self) -> float:
        """How long windows take from the asking to the answer, in seconds: the mean of the last ones, or
        what the oldest one has waited by now, if that is more."""
        now = self._clock()
        with self._changed:
            return max(self._scheduler.oldest_wait(now), self._turnaround.mean(now))

    def congestion(self) -> float:
        """How late captions of people who speak just now come, in seconds.

        Whole utterances count only once they wait for long: a recording that is sent faster than it was
        spoken asks for many at once, and delays nobody but itself.
        """
        now = self._clock()
        with self._changed:
            return max(self._live_turnaround.mean(now), self._scheduler.oldest_wait(now) - FINAL_PATIENCE)

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
        """The first thread: loads the model, serves, and ends when the other lanes have ended."""
        try:
            engine = self._load()
            engine.warm_up()
        except Exception as error:  # whatever it is, those who wait must hear of it
            self._failure = error
            _call(loop, self._loaded.set)
            return
        self._engine = engine
        _call(loop, self._loaded.set)
        lanes = [
            threading.Thread(target=self._serve, args=(engine, loop), name=f"asr-worker-{lane}", daemon=True)
            for lane in range(1, self._lanes)
        ]
        for lane in lanes:
            lane.start()
        self._serve(engine, loop)
        for lane in lanes:
            lane.join()

    def _serve(self, engine: Engine, loop: asyncio.AbstractEventLoop) -> None:
        """Decode batch after batch until the worker stops."""
        while jobs := self._next():
            began = self._clock()
            outcomes = _decode(engine, [job.request for job in jobs])
            self._done(jobs, outcomes, began)
            if not _call(loop, self._deliver, jobs, outcomes):
                return

    def _next(self) -> list[Job]:
        """The next batch; empty when the worker stops."""
        with self._changed:
            while not self._stopping:
                batch = self._scheduler.next_batch(self._lanes - self._busy_lanes)
                if batch:
                    self._busy_lanes += 1
                    return batch
                self._changed.wait()
        return []

    def _done(self, jobs: Sequence[Job], outcomes: Sequence[Outcome], began: float) -> None:
        now = self._clock()
        with self._changed:
            self._busy_lanes -= 1
            self._counts.add(jobs, outcomes, now - began)
            for job in jobs:
                self._turnaround.add(job.queued_at, now)
                if job.request.kind is Kind.PARTIAL:
                    self._live_turnaround.add(job.queued_at, now)


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
