"""How long windows take just now from the asking to the answer. Pure; the time is an argument."""

from collections import deque

from asr.job import Job
from asr.types import Kind

REMEMBERED = 3.0
"""Seconds. Long enough to be calm, short enough to notice a change before people do."""
MOST = 256


class Turnaround:
    """The answers of the last seconds."""

    def __init__(self) -> None:
        self._answered: deque[tuple[float, float]] = deque(maxlen=MOST)

    def add(self, queued_at: float, now: float) -> None:
        """A window that was asked for at `queued_at` has been answered."""
        self._answered.append((now, now - queued_at))

    def mean(self, now: float) -> float:
        """The mean over the last seconds; 0.0 when nothing was asked."""
        while self._answered and now - self._answered[0][0] > REMEMBERED:
            self._answered.popleft()
        taken = [seconds for _, seconds in self._answered]
        return sum(taken) / len(taken) if taken else 0.0


class Waits:
    """The turnaround of live windows; what is heard in the background waits for its own sake."""

    def __init__(self) -> None:
        self.all = Turnaround()
        self.partials = Turnaround()

    def add(self, job: Job, now: float) -> None:
        """A window has been answered."""
        if job.request.background:
            return
        self.all.add(job.queued_at, now)
        if job.request.kind is Kind.PARTIAL:
            self.partials.add(job.queued_at, now)
