"""Where the time of decoding goes: seconds by kind of window and step, over all lanes."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


class StepClock:
    """Adds up seconds. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # bounded: by the kinds of windows and the steps that there are.
        self._seconds: defaultdict[tuple[str, str], float] = defaultdict(float)

    def of(self, kind: str) -> "Timing":
        """A clock for the steps of one kind of window."""
        return Timing(self, str(kind))

    def add(self, kind: str, step: str, seconds: float) -> None:
        """So much more went into a step."""
        with self._lock:
            self._seconds[kind, step] += seconds

    def seconds(self) -> dict[tuple[str, str], float]:
        """A snapshot: (kind, step) to seconds."""
        with self._lock:
            return dict(self._seconds)


@dataclass(frozen=True, slots=True)
class Timing:
    """Times the steps of one batch."""

    clock: StepClock | None
    kind: str = ""

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Count the time that the block takes under this name."""
        began = time.perf_counter()
        try:
            yield
        finally:
            if self.clock is not None:
                self.clock.add(self.kind, name, time.perf_counter() - began)


UNTIMED = Timing(None)
"""For steps that are part of a step that is timed as a whole."""
