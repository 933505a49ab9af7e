"""What the worker counts, and the snapshot of it that metrics show. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from asr.job import Job
from asr.types import SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts since the start, for metrics; times and audio in seconds, of all lanes together.

    `failed` windows got no answer, `retried` ones were asked once more; batches that were `given_up` may have
    come back, and too late; `stuck` threads have not."""

    batches: int = 0
    windows: int = 0
    failed: int = 0
    retried: int = 0
    given_up: int = 0
    came_late: int = 0
    stuck: int = 0
    superseded: int = 0
    audio_seconds: float = 0.0
    busy_seconds: float = 0.0
    waiting: int = 0
    lanes: int = 1
    seconds: Mapping[tuple[str, str], float] = field(default_factory=dict)
    windows_by_kind: Mapping[str, int] = field(default_factory=dict)
    batches_by_kind: Mapping[str, int] = field(default_factory=dict)
    audio_by_kind: Mapping[str, float] = field(default_factory=dict)


class Counts:
    """What the statistics are made of. Its owner holds the lock."""

    def __init__(self) -> None:
        # bounded: by the kinds of windows there are.
        self.batches: Counter[str] = Counter()
        self.windows: Counter[str] = Counter()
        self.samples: Counter[str] = Counter()
        self.failed = 0
        self.retried = 0
        self.given_up = 0
        self.came_late = 0
        self.superseded = 0
        self.busy = 0.0

    def add(self, jobs: Sequence[Job], seconds: float) -> None:
        """A batch was decoded."""
        kind = str(jobs[0].request.kind)
        self.batches[kind] += 1
        self.windows[kind] += len(jobs)
        self.samples[kind] += sum(len(job.request.audio) for job in jobs)
        self.busy += seconds

    def statistics(
        self, waiting: int, lanes: int, stuck: int, seconds: Mapping[tuple[str, str], float]
    ) -> Statistics:
        """A snapshot."""
        audio = {kind: samples / SAMPLE_RATE for kind, samples in self.samples.items()}
        return Statistics(
            batches=self.batches.total(),
            windows=self.windows.total(),
            failed=self.failed,
            retried=self.retried,
            given_up=self.given_up,
            came_late=self.came_late,
            stuck=stuck,
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
