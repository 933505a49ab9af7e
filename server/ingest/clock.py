"""Where the sound of a source stands on the clock of its session. Pure: the time of day is an argument.

The session's clock stands at 0 when the first sample comes, and goes as the time of day does. When a source
comes back, what was missed is the difference; where its time stamps outlast a connection (HLS), these say it
to the frame. Sound that comes faster than it was spoken is held back.
"""

from dataclasses import dataclass
from typing import Final

AHEAD: Final = 20.0
"""Seconds by which sound may run ahead of the time of day: what a playlist holds at once, and the difference
of two clocks over days."""
TRUSTED: Final = 30.0
"""Seconds by which time stamps and the time of day may differ; beyond, the stamps are another broadcast's."""
LONGEST_OVERLAP: Final = 60.0


@dataclass(slots=True)
class Clock:
    """`began`: the time of day at 0 of the session; `origin`: what to add to time stamps to be on it."""

    began: float | None = None
    origin: float | None = None

    def connected(self, position: float, now: float, at: float | None, *, continuous: bool) -> float:
        """The first sound of a connection comes at `now`, stamped `at`, when the session stands at
        `position`. Seconds that were missed; below 0: so many of what comes were heard before."""
        stamped = at if continuous else None
        if self.began is None:
            self.began = now - position
            self.origin = None if stamped is None else position - stamped
            return 0.0
        there = now - self.began
        if stamped is not None and self.origin is not None:
            exact = self.origin + stamped
            if abs(exact - there) <= TRUSTED:
                return max(-LONGEST_OVERLAP, exact - position)
        missed = max(0.0, there - position)
        self.origin = None if stamped is None else position + missed - stamped
        return missed

    def early(self, position: float, now: float) -> float:
        """Seconds to wait before what stands at `position` may be taken."""
        return 0.0 if self.began is None else max(0.0, position - (now - self.began) - AHEAD)
