"""Where the chunks of one track belong in time. Pure.

A chunk is stamped when the page gets to read it, some milliseconds late and not always the same. So a chunk
follows on the one before, unless it comes so late that something must be missing.
"""

from typing import Final

MISSING: Final = 0.25
"""Seconds that a chunk may be late and still follow on."""
BACK: Final = 1.0
"""Seconds that time may seem to go back before that is a new beginning."""


class Placing:
    """The time of one track's next sample."""

    def __init__(self) -> None:
        self._next: float | None = None

    def gap(self, at: float, length: float) -> float:
        """Seconds that are missing before a chunk of `length` seconds stamped `at`."""
        if self._next is None or at < self._next - BACK:
            self._next = at
        late = at - self._next
        gap = late if late > MISSING else 0.0
        self._next += gap + length
        return gap
