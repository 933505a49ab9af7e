"""Any sample rate -> 16 kHz, piece by piece, as if the whole had been converted at once.

Takes and gives float32 of shape (frames, channels). The result does not depend on how the input was cut,
the first output sample stands at the first input sample, and after `flush` the length is exactly
round(frames * 16000 / rate). What is held back is the filter's look-ahead (at most 0.12 s at 8 kHz, 0.04 s at
48 kHz); nothing else is kept.
"""

import numpy as np
import soxr

from asr.types import SAMPLE_RATE
from streaming.pcm import Frames

_TAIL_SECONDS = 0.01
"""Silence appended before the end, so that the last output sample never depends on how the filter rounds."""


class Resampler:
    """One stream at one rate with one number of channels; `flush` ends it."""

    def __init__(self, rate: int, channels: int) -> None:
        self.rate = rate
        self.channels = channels
        self._taken = 0
        self._given = 0
        self._stream = (
            None if rate == SAMPLE_RATE else soxr.ResampleStream(rate, SAMPLE_RATE, channels, dtype="float32")
        )

    def feed(self, frames: Frames) -> Frames:
        """What can be given by now. At 16 kHz this is `frames` itself, not a copy."""
        if self._stream is None or not len(frames):
            return frames
        self._taken += len(frames)
        return self._give(self._stream.resample_chunk(np.ascontiguousarray(frames)))

    def flush(self) -> Frames:
        """The rest; nothing may be fed afterwards."""
        rest = np.zeros((0, self.channels), np.float32)
        if self._stream is None or not self._taken:
            return rest
        tail = np.zeros((int(self.rate * _TAIL_SECONDS), self.channels), np.float32)
        last: Frames = self._stream.resample_chunk(tail, last=True)
        total = round(self._taken * SAMPLE_RATE / self.rate)
        return self._give(last[: total - self._given])

    def _give(self, frames: Frames) -> Frames:
        self._given += len(frames)
        return np.clip(frames, -1.0, 1.0, out=frames)
