"""When to try again after a lost connection. Pure.

Moments in seconds go in, waits come out. Waits double from `FIRST` to `LONGEST`, each of them half by
chance, so that clients of a server that went away do not all come back at once. A server that says when to
come back is not asked sooner. After `patience` seconds without a connection there is no further try.
"""

import random

FIRST = 0.25
LONGEST = 8.0
PATIENCE = 120.0
"""Seconds; a server may need a minute to start, and asks how long it keeps a session itself."""


class Backoff:
    """The waits of one client. The same seed gives the same waits."""

    def __init__(self, seed: str = "", patience: float = PATIENCE) -> None:
        self.patience = patience
        self._rng = random.Random(seed or None)  # noqa: S311 - spreads load, guards nothing
        self._lost_at: float | None = None
        self._tries = 0

    def wait(self, now: float, retry_after: float = 0.0) -> float | None:
        """Seconds until the next try; None when it would come too late. The first call is the loss."""
        if self._lost_at is None:
            self._lost_at = now
        step = min(FIRST * 2**self._tries, LONGEST)
        self._tries += 1
        chance = self._rng.random()
        wait = retry_after + step * chance if retry_after else step * (1 + chance) / 2
        return wait if now + wait <= self._lost_at + self.patience else None

    def found(self) -> None:
        """The connection is back: the next loss begins anew."""
        self._lost_at = None
        self._tries = 0
