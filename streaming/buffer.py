"""The recent audio of one track, addressed by absolute sample index. Pure.

Bounded by its owner: `trim` is called whenever audio is no longer needed, and an utterance is cut at
25 s, so a buffer never holds more than that and a pre-roll.
"""

import numpy as np

from asr.types import Waveform


class AudioBuffer:
    """Samples `[start, end)` of the media clock."""

    def __init__(self, start: int = 0) -> None:
        self._data: Waveform = np.zeros(16_384, np.float32)
        self._length = 0
        self.start = start

    @property
    def end(self) -> int:
        """The index one past the newest sample."""
        return self.start + self._length

    def append(self, samples: Waveform) -> None:
        """Add the samples that follow."""
        needed = self._length + len(samples)
        if needed > len(self._data):
            grown = np.zeros(max(needed, 2 * len(self._data)), np.float32)
            grown[: self._length] = self._data[: self._length]
            self._data = grown
        self._data[self._length : needed] = samples
        self._length = needed

    def read(self, start: int, end: int) -> Waveform:
        """A copy of `[start, end)`, which must be held."""
        if not self.start <= start <= end <= self.end:
            raise IndexError(f"samples {start}..{end} are not among {self.start}..{self.end}")
        return self._data[start - self.start : end - self.start].copy()

    def trim(self, before: int) -> None:
        """Forget the samples before an index."""
        drop = min(max(0, before - self.start), self._length)
        if drop:
            kept = self._length - drop
            self._data[:kept] = self._data[drop : self._length].copy()
            self._length = kept
            self.start += drop
