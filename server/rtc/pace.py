"""Holds a peer's clock to the real one. Pure: the time is an argument.

A jump of the time stamps stands for audio that was lost. It is the peer's word alone, and a peer could claim
an hour with each packet; so media time runs ahead of real time by `AHEAD` at the most.
"""

from typing import Final

AHEAD: Final = 5.0
"""Seconds; what a network may have held back and then delivered at once is less."""


class Pace:
    """The media time of one track against the time since its first frame."""

    def __init__(self) -> None:
        self._began: float | None = None
        self._placed = 0.0

    def allow(self, gap: float, length: float, now: float) -> float:
        """How many seconds of `gap` are believed before a frame of `length` seconds that comes at `now`."""
        if self._began is None:
            self._began = now
        room = now - self._began + AHEAD - self._placed
        believed = max(0.0, min(gap, room))
        self._placed += believed + length
        return believed
