"""Which windows are decoded next, and together. Pure: windows and the time go in, batches come out.

Finals go before partials, then by deadline. A newer partial of an utterance takes the place of an older
one still waiting. A final removes the waiting partial of its utterance. Finals are never dropped: the
number waiting is bounded by admission, since each session may have only a few outstanding.

A batch holds only windows that the model can take together: same padded length, same prompt length,
same decoding options. The caller says so by an opaque `batch_key`.
"""

from collections.abc import Hashable
from dataclasses import dataclass

from asr.types import DecodeRequest, Kind


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A queued window: its request, what it may share a batch with, and when it came (seconds)."""

    request: DecodeRequest
    batch_key: Hashable
    queued_at: float


class Scheduler:
    """The waiting windows. Not thread-safe: its owner holds the lock."""

    def __init__(self, max_batch: int) -> None:
        self._max_batch = max_batch
        self._finals: list[Job] = []
        # bounded: one partial per utterance key, one open utterance per track.
        self._partials: dict[str, Job] = {}

    def __len__(self) -> int:
        return len(self._finals) + len(self._partials)

    def add(self, job: Job) -> Job | None:
        """Queue a window; the partial that it supersedes, if any, is returned to be told so."""
        key = job.request.key
        if job.request.kind is Kind.FINAL:
            self._finals.append(job)
            return self._partials.pop(key, None)
        replaced = self._partials.get(key)
        self._partials[key] = job
        return replaced

    def discard(self, request: DecodeRequest) -> None:
        """Forget a window whose asker has gone."""
        self._finals = [job for job in self._finals if job.request is not request]
        waiting = self._partials.get(request.key)
        if waiting is not None and waiting.request is request:
            del self._partials[request.key]

    def next_batch(self) -> list[Job]:
        """The most urgent window and as many as fit beside it, removed from the queue."""
        waiting = sorted(self._finals, key=_deadline)
        waiting += sorted(self._partials.values(), key=_deadline)
        if not waiting:
            return []
        batch = [job for job in waiting if job.batch_key == waiting[0].batch_key][: self._max_batch]
        for job in batch:
            self.discard(job.request)
        return batch

    def oldest_wait(self, now: float) -> float:
        """How long the window that has waited longest has waited, in seconds."""
        queued = [job.queued_at for job in (*self._finals, *self._partials.values())]
        return now - min(queued) if queued else 0.0


def _deadline(job: Job) -> float:
    return job.request.deadline
