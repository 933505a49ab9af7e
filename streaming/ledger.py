"""The coverage ledger of one track: where every received sample ended. Pure.

Audio is accounted for in order, as silence or as part of an utterance; an utterance's audio is `open`
until its final says what became of it. The invariant: the classes and `open` sum to what was accounted,
and at the end of a session that is all that was received. Audio that a network lost on its way has its
place in time, where it is silence to the ear, and its outcome from the start: it is lost. Besides the sums
the ledger gives the intervals themselves, each once, which lie end to end from the first sample on.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from asr.types import SAMPLE_RATE
from streaming.segments import Coverage

Outcome = Literal["transcribed", "silence", "quarantined", "lost"]


@dataclass(frozen=True, slots=True)
class Interval:
    """Samples `[start, end)` of one track and what became of them; `reason` is why audio was lost."""

    start: int
    end: int
    outcome: Outcome
    reason: str | None = None


def merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """In order, where neighbours of one outcome and reason are one interval."""
    found: list[Interval] = []
    for interval in sorted(intervals, key=lambda one: one.start):
        last = found[-1] if found else None
        if last and (last.end, last.outcome, last.reason) == (
            interval.start,
            interval.outcome,
            interval.reason,
        ):
            found[-1] = replace(last, end=interval.end)
        else:
            found.append(interval)
    return tuple(found)


@dataclass(slots=True)
class Ledger:
    """Counts in samples."""

    received: int = 0
    accounted: int = 0
    open: int = 0
    totals: dict[Outcome, int] = field(
        default_factory=lambda: {"transcribed": 0, "silence": 0, "quarantined": 0, "lost": 0}
    )
    # bounded: by the utterances that await their final, see `Track.closing`.
    _open: deque[tuple[int, int]] = field(default_factory=deque)
    # Known and not yet given away: neighbours in silence are one, the others are bounded as `_open` is.
    _known: list[Interval] = field(default_factory=list)
    _missing: list[Interval] = field(default_factory=list)

    @classmethod
    def begun(cls, settled: int, totals: Mapping[str, int]) -> "Ledger":
        """The ledger of a track of which `[0, settled)` is accounted for by `totals`."""
        ledger = cls(settled, settled)
        ledger.totals.update({outcome: totals.get(outcome, 0) for outcome in ledger.totals})
        return ledger

    def receive(self, samples: int) -> None:
        """So many samples more have arrived."""
        self.received += samples

    def receive_until(self, position: int) -> None:
        """All before `position` has arrived; what comes a second time counts once."""
        self.received = max(self.received, position)

    def miss(self, start: int, end: int, reason: str) -> None:
        """`[start, end)` never arrived. Told in order, before it is accounted for."""
        if end > start:
            self._missing.append(Interval(start, end, "lost", reason))

    def silence_until(self, position: int) -> None:
        """Everything not yet accounted for before `position` is silence."""
        if position > self.accounted:
            self._know(Interval(self.accounted, position, "silence"))
            self.accounted = position

    def utterance(self, start: int, end: int) -> None:
        """`[start, end)` awaits its final; what lay before it was silence."""
        self.silence_until(start)
        self.open += end - self.accounted
        self._open.append((self.accounted, end))
        self.accounted = end

    def settle(self, outcome: Outcome, reason: str | None = None) -> None:
        """The first utterance that is open has found its outcome."""
        start, end = self._open.popleft()
        self.open -= end - start
        self._know(Interval(start, end, outcome, reason))

    def _know(self, interval: Interval) -> None:
        for part in self._parts(interval):
            self.totals[part.outcome] += part.end - part.start
            self._known[-1:] = merged([*self._known[-1:], part])

    def _parts(self, interval: Interval) -> list[Interval]:
        """An interval without what is missing in it, and that. Forgets what lies before all that is open."""
        holes = [
            replace(hole, start=max(hole.start, interval.start), end=min(hole.end, interval.end))
            for hole in self._missing
            if hole.start < interval.end and hole.end > interval.start
        ]
        parts: list[Interval] = []
        for hole in holes:
            parts += [replace(interval, end=hole.start), hole]
            interval = replace(interval, start=hole.end)
        # A later silence may be known before the utterance in which a hole lies.
        settled = self._open[0][0] if self._open else interval.end
        self._missing = [hole for hole in self._missing if hole.end > settled]
        return [part for part in (*parts, interval) if part.end > part.start]

    def take(self, until: int) -> tuple[Interval, ...]:
        """What became of the audio before `until`, where everything has its outcome; each interval once."""
        before = [replace(one, end=min(one.end, until)) for one in self._known if one.start < until]
        self._known = [replace(one, start=max(one.start, until)) for one in self._known if one.end > until]
        return merged(before)

    def totals_until(self, settled: int) -> dict[str, int]:
        """The totals of `[0, settled)`, where everything has its outcome: silence may be known beyond it, and
        what is missing there."""
        beyond = Counter[str]()
        for interval in self._known:
            beyond[interval.outcome] += max(0, interval.end - max(interval.start, settled))
        return {name: total - beyond[name] for name, total in self.totals.items()}

    @property
    def complete(self) -> bool:
        """Whether every received sample has an outcome."""
        return self.open == 0 and sum(self.totals.values()) == self.received

    def coverage(self, settled: int | None = None) -> Coverage:
        """The classes in seconds; with `settled`, those of `[0, settled)` beside all that was received."""
        totals = self.totals if settled is None else self.totals_until(settled)
        seconds = {name: samples / SAMPLE_RATE for name, samples in totals.items()}
        return Coverage(received=self.received / SAMPLE_RATE, **seconds)
