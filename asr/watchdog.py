"""Which batches take so long that the model must be taken for hung. Pure; the time is an argument.

A thread cannot be ended from outside. A batch over its limit is given up: its thread counts as stuck until it
comes back, if ever, and what it brings then is discarded. Only so many threads may be stuck at once.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from asr.job import Job
from asr.types import SAMPLE_RATE

FLOOR = 45.0
"""Seconds that every batch may take. With the second try a window outlasts a stall of twice that."""
MARGIN = 5.0
"""How many times slower than the usual pace a batch may be."""
LEAST_AUDIO = 10.0
"""Seconds that a window counts for at least: the model pads shorter ones."""
UNKNOWN_PACE = 1.0
"""Seconds of work for a second of audio, as long as nothing was measured."""
REMEMBERED = 64
MOST_STUCK = 4
"""With so many threads stuck, none is replaced any more: each holds memory of the model."""


@dataclass(slots=True, eq=False)
class Run:
    """A batch that a lane decodes: since when, for how long it may (seconds), and whether it was given up."""

    lane: str
    jobs: Sequence[Job]
    began: float
    limit: float
    given_up: bool = False


class Watchdog:
    """The batches that run. Not thread-safe: its owner holds the lock."""

    def __init__(self) -> None:
        self._running: set[Run] = set()  # bounded: one for each thread that serves.
        self._paces: deque[float] = deque(maxlen=REMEMBERED)
        self.stuck = 0
        """Threads whose batch was given up and that have not come back."""

    @property
    def exhausted(self) -> bool:
        """Whether no thread is replaced any more."""
        return self.stuck >= MOST_STUCK

    def begin(self, lane: str, jobs: Sequence[Job], now: float) -> Run:
        """A lane begins a batch."""
        run = Run(lane, jobs, now, self.limit(jobs))
        self._running.add(run)
        return run

    def end(self, run: Run, now: float) -> bool:
        """The thread has come back; False when it was given up, and its outcome comes too late."""
        if run.given_up:
            self.stuck -= 1
            return False
        self._running.discard(run)
        self._paces.append((now - run.began) / _audio(run.jobs))
        return True

    def overdue(self, now: float) -> list[Run]:
        """Give up the batches over their limit: those given up now."""
        late = [run for run in self._running if now - run.began > run.limit]
        for run in late:
            run.given_up = True
            self._running.discard(run)
            self.stuck += 1
        return late

    def limit(self, jobs: Sequence[Job]) -> float:
        """How long a batch may take, in seconds: by its audio and the pace of the last ones.

        The median, since one slow batch says nothing of the machine, and many slow ones do.
        """
        pace = median(self._paces) if self._paces else UNKNOWN_PACE
        return max(FLOOR, MARGIN * pace * _audio(jobs))


def _audio(jobs: Sequence[Job]) -> float:
    return sum(max(LEAST_AUDIO, len(job.request.audio) / SAMPLE_RATE) for job in jobs)
