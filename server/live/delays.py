"""How late captions of the last minutes came. Pure: the time is given.

In: each caption's delay, which is the sound that came after the words' end until they were told, in seconds.
Out: how many there were, the median and the 95th percentile, of drafts and of finals apart.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

WINDOW_SECONDS: Final = 300.0
MOST: Final = 2_000
"""Captions of each kind; of more in the window the oldest go first."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Of `count` captions; the rest is None where there were none. In seconds."""

    count: int = 0
    median: float | None = None
    p95: float | None = None


@dataclass(slots=True)
class Delays:
    """Of one process."""

    _drafts: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=MOST))
    _finals: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=MOST))

    def add(self, seconds: float, now: float, *, final: bool) -> None:
        """A caption was told `now`, on a clock that never goes back."""
        (self._finals if final else self._drafts).append((now, seconds))

    def drafts(self, now: float) -> Spread:
        """Of captions that may still change."""
        return _spread(self._drafts, now)

    def finals(self, now: float) -> Spread:
        """Of captions that are settled; the pause by which the end of speech is known is in it."""
        return _spread(self._finals, now)


def _spread(told: deque[tuple[float, float]], now: float) -> Spread:
    while told and now - told[0][0] > WINDOW_SECONDS:
        told.popleft()
    values = sorted(seconds for _, seconds in told)
    if not values:
        return Spread()
    return Spread(
        len(values), values[len(values) // 2], values[min(len(values) - 1, len(values) * 95 // 100)]
    )
