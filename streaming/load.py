"""How much of the live service the machine can give: partials thin out before anything else suffers.

Pure. The measure is the time that windows wait for the model. Levels fall at once and rise only after
the wait has been short for a while, so that they do not flutter.
"""

from typing import Literal

Level = Literal["normal", "rare_partials", "finals_only"]

RARE_ABOVE = 1.5
FINALS_ONLY_ABOVE = 4.0
CALM_SECONDS = 5.0
PARTIAL_INTERVAL: dict[Level, float | None] = {"normal": 0.6, "rare_partials": 2.0, "finals_only": None}
"""Seconds of new audio between partials of one utterance; None: no partials."""

_ORDER: tuple[Level, ...] = ("normal", "rare_partials", "finals_only")


class LoadPolicy:
    """Turns measured waits into a level."""

    def __init__(self) -> None:
        self.level: Level = "normal"
        self._calm_since: float | None = None

    @property
    def partial_interval(self) -> float | None:
        """Seconds of new audio between partials, or None when there are none."""
        return PARTIAL_INTERVAL[self.level]

    def update(self, wait: float, now: float) -> bool:
        """Take the current wait in seconds; True if the level changed."""
        target = _level(wait)
        if _ORDER.index(target) > _ORDER.index(self.level):
            self.level, self._calm_since = target, None
            return True
        if target == self.level:
            self._calm_since = None
            return False
        if self._calm_since is None:
            self._calm_since = now
        if now - self._calm_since < CALM_SECONDS:
            return False
        self.level, self._calm_since = _ORDER[_ORDER.index(self.level) - 1], now
        return True


def _level(wait: float) -> Level:
    if wait > FINALS_ONLY_ABOVE:
        return "finals_only"
    return "rare_partials" if wait > RARE_ABOVE else "normal"
