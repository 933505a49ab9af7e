"""How much of the live service the machine can give: partials thin out before anything else suffers.

Pure. The measure is the time from the asking to the answer of a window. The time between partials follows it
smoothly. Levels, which are told to the client, fall at once and rise only after the wait has been short for a
while, so that they do not flutter.
"""

from typing import Literal, get_args

Level = Literal["normal", "rare_partials", "finals_only"]

RARE_ABOVE = 1.0
FINALS_ONLY_ABOVE = 3.0
CALM_SECONDS = 5.0
SHORTEST_INTERVAL = 0.5
LONGEST_INTERVAL = 3.0
PER_WAIT = 1.5
"""Seconds between partials for each second that an answer takes: an answer comes before the next question,
and the model keeps time for finals."""

LEVELS: tuple[Level, ...] = get_args(Level)
"""From the best to the worst."""


class LoadPolicy:
    """Turns measured waits into a level."""

    def __init__(self) -> None:
        self.level: Level = "normal"
        self._wait = 0.0
        self._calm_since: float | None = None

    @property
    def partial_interval(self) -> float | None:
        """Seconds of new audio between partials of one utterance, or None when there are none."""
        if self.level == "finals_only":
            return None
        return min(LONGEST_INTERVAL, max(SHORTEST_INTERVAL, PER_WAIT * self._wait))

    def update(self, wait: float, now: float) -> bool:
        """Take the current wait for an answer in seconds; True if the level changed."""
        self._wait = wait
        target = _level(wait)
        if LEVELS.index(target) > LEVELS.index(self.level):
            self.level, self._calm_since = target, None
            return True
        if target == self.level:
            self._calm_since = None
            return False
        if self._calm_since is None:
            self._calm_since = now
        if now - self._calm_since < CALM_SECONDS:
            return False
        self.level, self._calm_since = LEVELS[LEVELS.index(self.level) - 1], now
        return True


def _level(wait: float) -> Level:
    if wait > FINALS_ONLY_ABOVE:
        return "finals_only"
    return "rare_partials" if wait > RARE_ABOVE else "normal"
