"""Who speaks on a track that all share, by the marks of the page. Pure.

This is the seam of acoustic diarization too: whatever tells who spoke from one second to another can stand in
its place, see `server.live.sink.Who`.
"""

from collections import deque
from itertools import zip_longest
from typing import Final

LASTS: Final = 2.0
"""Seconds that a mark is believed to hold on while no other look is taken."""
MOST: Final = 4_000
"""Marks that are kept: an hour of looks, one a second."""


class Marks:
    """The active speakers of one meeting, over time. Times are seconds of any one clock."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, tuple[str, ...]]] = deque(maxlen=MOST)

    def see(self, at: float, speaking: tuple[str, ...]) -> None:
        """These are marked as speaking from now on."""
        self._marks.append((at, speaking))

    def who(self, start: float, end: float) -> str | None:
        """Who was marked for the greatest part of a time; None where nobody was, or not for a third of it."""
        shares: dict[str, float] = {}
        marks = list(self._marks)
        for (at, speaking), following in zip_longest(marks, marks[1:]):
            until = min(at + LASTS, following[0] if following else at + LASTS)
            share = min(until, end) - max(at, start)
            for name in speaking if share > 0 else ():
                shares[name] = shares.get(name, 0.0) + share / len(speaking)
        best = max(shares, key=lambda name: shares[name], default=None)
        return best if best is not None and shares[best] * 3 >= end - start else None
