"""Windows that nobody waits for just now, those of files, and when the model may hear them. Pure.

They go when no live window waits, one batch at a time however many lanes the model has, and a batch is as
large as the model was measured to decode in `LONGEST` seconds, or else one window: a live window that comes
meanwhile waits for that much. While somebody speaks live, the model then rests from files for `REST` times as
long as the batch took, so that few live windows meet one at all.

They never starve. Where live windows wait without end, one batch goes before them every `PATIENCE` seconds,
which is about the pace at which a file's speech would be spoken.
"""

from asr.job import Job
from asr.types import DecodeRequest

LONGEST = 0.4
REST = 9.0
CALM = 1.5
"""Seconds after the last live window for which people count as speaking; drafts are asked for more often."""
PATIENCE = 10.0


class Background:
    """The queue. Not thread-safe: its owner holds the lock. Times are seconds of one clock."""

    def __init__(self, most: int) -> None:
        """`most`: windows in a batch."""
        self._most = most
        # bounded: by the files heard at once, each of which has a bounded number of windows outstanding.
        self._waiting: list[Job] = []
        self._running = False
        self._each = LONGEST
        self._ended = 0.0
        self._rested = 0.0
        self._live_at = float("-inf")

    def __len__(self) -> int:
        return len(self._waiting)

    def live(self, now: float) -> None:
        """A live window has come."""
        self._live_at = max(self._live_at, now)

    def add(self, job: Job) -> None:
        """Queue a window."""
        self._waiting.append(job)

    def discard(self, request: DecodeRequest) -> None:
        """Forget a window, if it waits."""
        self._waiting = [job for job in self._waiting if job.request is not request]

    def next_at(self, *, contended: bool) -> float | None:
        """When the next batch may begin; None when there is none. `contended`: whether live windows wait."""
        if self._running or not self._waiting:
            return None
        if contended:
            return max(self._ended, min(job.queued_at for job in self._waiting)) + PATIENCE
        return min(self._rested, self._live_at + CALM)

    def take(self, *, contended: bool, now: float) -> list[Job]:
        """The batch that begins now, which `over` must end; empty when none may."""
        at = self.next_at(contended=contended)
        if at is None or now < at:
            return []
        first = min(self._waiting, key=lambda job: job.request.deadline)
        alike = [job for job in self._waiting if job is not first and job.batch_key == first.batch_key]
        batch = [first, *alike][: max(1, min(self._most, int(LONGEST / self._each)))]
        for job in batch:
            self.discard(job.request)
        self._running = True
        return batch

    def over(self, windows: int, began: float, now: float) -> None:
        """The batch has ended, or was given up."""
        self._running = False
        self._each = max(1e-3, (now - began) / windows)
        self._ended = now
        self._rested = now + REST * (now - began)
