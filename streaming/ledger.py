"""The coverage ledger of one track: where every received sample ended. Pure.

Audio is accounted for in order, as silence or as part of an utterance; an utterance's audio is `open`
until its final says what became of it. The invariant: the classes and `open` sum to what was accounted,
and at the end of a session that is all that was received.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from asr.types import SAMPLE_RATE
from streaming.segments import Coverage

Outcome = Literal["transcribed", "silence", "quarantined", "lost"]


@dataclass(slots=True)
class Ledger:
    """Counts in samples."""

    received: int = 0
    accounted: int = 0
    open: int = 0
    totals: dict[Outcome, int] = field(
        default_factory=lambda: {"transcribed": 0, "silence": 0, "quarantined": 0, "lost": 0}
    )

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

    def silence_until(self, position: int) -> None:
        """Everything not yet accounted for before `position` is silence."""
        if position > self.accounted:
            self.totals["silence"] += position - self.accounted
            self.accounted = position

    def utterance(self, start: int, end: int) -> None:
        """`[start, end)` awaits its final; what lay before it was silence."""
        self.silence_until(start)
        self.open += end - self.accounted
        self.accounted = end

    def settle(self, samples: int, outcome: Outcome) -> None:
        """So many samples of an utterance have found their outcome."""
        self.open -= samples
        self.totals[outcome] += samples

    def totals_until(self, settled: int) -> dict[str, int]:
        """The totals of `[0, settled)`, where everything has its outcome: silence may be known beyond it."""
        beyond = self.accounted - settled - self.open
        return {name: total - beyond * (name == "silence") for name, total in self.totals.items()}

    @property
    def complete(self) -> bool:
        """Whether every received sample has an outcome."""
        return self.open == 0 and sum(self.totals.values()) == self.received

    def coverage(self) -> Coverage:
        """The classes in seconds."""
        seconds = {name: samples / SAMPLE_RATE for name, samples in self.totals.items()}
        return Coverage(received=self.received / SAMPLE_RATE, **seconds)
