"""Which windows are decoded next, and together. Pure: windows and the time go in, batches come out.

Finals go first, then windows that end in a pause (they are finals if the pause goes on), then partials;
within a kind by deadline. A newer window of an utterance takes the place of an older one still waiting, if
that is no final. Finals are never dropped: the number waiting is bounded by admission, since each session may
have only a few outstanding.

A batch holds only windows that the model can take together: same padded length, same prompt length,
same decoding options. The caller says so by an opaque `batch_key`.

Windows that are marked as background come after all these, by the rule of `asr.background`.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

from asr.background import Background
from asr.job import Job
from asr.types import DecodeRequest, Kind

_ORDER = {Kind.FINAL: 0, Kind.PAUSE: 1, Kind.PARTIAL: 2}


class Scheduler:
    """The waiting windows. Not thread-safe: its owner holds the lock."""

    def __init__(self, max_batch: int) -> None:
        self._max_batch = max_batch
        self._finals: list[Job] = []
        # bounded: one such window per utterance key, one open utterance per track.
        self._replaceable: dict[str, Job] = {}
        self._background = Background(max_batch)

    def __len__(self) -> int:
        return len(self._finals) + len(self._replaceable) + len(self._background)

    def add(self, job: Job) -> Job | None:
        """Queue a window; the one that it supersedes, if any, is returned to be told so."""
        key = job.request.key
        if job.request.background:
            self._background.add(job)
            return None
        self._background.live(job.queued_at)
        if job.request.kind is Kind.FINAL:
            self._finals.append(job)
            return self._replaceable.pop(key, None)
        replaced = self._replaceable.get(key)
        self._replaceable[key] = job
        return replaced

    def add_again(self, job: Job) -> bool:
        """Queue a window once more, to be decoded alone: it may be what the model fails on.

        False where that is in vain, since a newer window of its utterance waits, or the model failed twice.
        """
        key = job.request.key
        newer = key in self._replaceable or any(final.request.key == key for final in self._finals)
        if job.again or (newer and job.request.kind is not Kind.FINAL):
            return False
        self.add(replace(job, batch_key=object(), again=True))
        return True

    def discard(self, request: DecodeRequest) -> None:
        """Forget a window whose asker has gone."""
        self._finals = [job for job in self._finals if job.request is not request]
        waiting = self._replaceable.get(request.key)
        if waiting is not None and waiting.request is request:
            del self._replaceable[request.key]
        self._background.discard(request)

    def next_batch(self, shares: int = 1, now: float = 0.0) -> list[Job]:
        """The most urgent window and as many as fit beside it, removed from the queue.

        Where `shares` are to be served at once, a batch takes only its part of what is waiting. `now` decides
        whether a batch of the background may go; `ended` must be told when it has.
        """
        waiting = sorted((*self._finals, *self._replaceable.values()), key=_urgency)
        background = self._background.take(contended=bool(waiting), now=now)
        if background or not waiting:
            return background
        alike = [job for job in waiting if job.batch_key == waiting[0].batch_key]
        batch = alike[: min(self._max_batch, ceil(len(alike) / shares))]
        for job in batch:
            self.discard(job.request)
        return batch

    def ended(self, jobs: Sequence[Job], began: float, now: float) -> None:
        """A batch has ended, or was given up."""
        if jobs[0].request.background:
            self._background.over(len(jobs), began, now)

    def due_in(self, now: float) -> float | None:
        """Seconds until a batch of the background may go while nothing live waits; None when none waits."""
        at = self._background.next_at(contended=False)
        return None if at is None else max(0.0, at - now)

    def oldest_wait(self, now: float) -> float:
        """How long the live window that has waited longest has waited, in seconds."""
        queued = [job.queued_at for job in (*self._finals, *self._replaceable.values())]
        return now - min(queued) if queued else 0.0


def _urgency(job: Job) -> tuple[int, float]:
    return _ORDER[job.request.kind], job.request.deadline
