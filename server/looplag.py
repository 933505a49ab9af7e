"""How late the event loop is: what every ping, caption and timer waits beyond its time.

A timer that is due ten times a second measures by how much it is called too late; that costs microseconds.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

EVERY: Final = 0.1
"""Seconds between two measurements."""


class LoopLag:
    """Measures the running loop; each lag, in seconds, goes to `told`."""

    def __init__(self, told: Callable[[float], None]) -> None:
        self._told = told
        self._timer: asyncio.TimerHandle | None = None

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Measure until the block ends."""
        self._next(asyncio.get_running_loop())
        try:
            yield
        finally:
            if self._timer is not None:
                self._timer.cancel()

    def _next(self, loop: asyncio.AbstractEventLoop) -> None:
        due = loop.time() + EVERY
        self._timer = loop.call_at(due, self._measure, loop, due)

    def _measure(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        self._told(max(0.0, loop.time() - due))
        self._next(loop)
