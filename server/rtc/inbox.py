"""What arrived of a track and was not taken yet, in order. Pure.

A peer sends at its own pace and cannot be asked to wait, as a WebSocket can. So when too much waits, what
comes is missing, with its reason, and keeps its place in time.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from asr.types import SAMPLE_RATE, Waveform

MOST_SAMPLES: Final = 30 * SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Missing:
    """So many samples that are not there, and why."""

    samples: int
    reason: str


class Inbox:
    """Bounded by `MOST_SAMPLES`; what does not fit becomes `Missing`."""

    def __init__(self, most: int = MOST_SAMPLES) -> None:
        self._most = most
        self._held = 0
        # bounded: by `most` samples, and neighbours that are missing are one.
        self._items: deque[Waveform | Missing] = deque()

    def put(self, samples: Waveform) -> None:
        """Take what follows."""
        if self._held + len(samples) > self._most:
            self.miss(len(samples), "overflow")
        elif len(samples):
            self._items.append(samples)
            self._held += len(samples)

    def miss(self, samples: int, reason: str) -> None:
        """What follows is not there."""
        last = self._items[-1] if self._items else None
        if isinstance(last, Missing) and last.reason == reason:
            self._items[-1] = Missing(last.samples + samples, reason)
        elif samples:
            self._items.append(Missing(samples, reason))

    def take(self, most: int) -> "Waveform | Missing | None":
        """The next piece, of at most so many samples; None when nothing waits."""
        if not self._items:
            return None
        item = self._items.popleft()
        if isinstance(item, Missing):
            if item.samples > most:
                self._items.appendleft(Missing(item.samples - most, item.reason))
            return Missing(min(item.samples, most), item.reason)
        if len(item) > most:
            self._items.appendleft(item[most:])
            item = item[:most]
        self._held -= len(item)
        return item
