"""How loud a track was, a byte each tenth of a second: what a waveform is drawn from. Pure.

A byte is the square root of the largest sample of its tenth, so that quiet speech is still seen: 255 is full
scale, 128 a quarter of it.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from asr.types import SAMPLE_RATE

STEP: Final = SAMPLE_RATE // 10
"""Samples that a byte is of."""
PER_SECOND: Final = SAMPLE_RATE // STEP
_FULL: Final = 32_768
Samples = npt.NDArray[np.int16]


class Peaks:
    """Takes the samples of one track in order."""

    def __init__(self) -> None:
        self._rest: Samples = np.zeros(0, np.int16)

    def feed(self, samples: Samples) -> bytes:
        """The bytes that are complete now."""
        held = np.concatenate((self._rest, samples))
        whole = len(held) // STEP * STEP
        self._rest = held[whole:]
        return _bytes(held[:whole].reshape(-1, STEP))

    def finish(self) -> bytes:
        """The byte of what is left of a tenth, if anything is."""
        rest, self._rest = self._rest, self._rest[:0]
        return _bytes(rest[np.newaxis]) if len(rest) else b""


def _bytes(tenths: Samples) -> bytes:
    if not tenths.size:
        return b""
    loudest = np.abs(tenths.astype(np.int32)).max(axis=1)
    drawn: npt.NDArray[np.uint8] = np.minimum(np.sqrt(loudest / _FULL) * 255, 255).astype(np.uint8)
    return drawn.tobytes()


def waveform(pieces: Sequence[tuple[float, bytes]], duration: float, bars: int) -> list[int]:
    """The loudest of all pieces in each of equal parts of a time, 0 to 255. A piece is its beginning in
    seconds, and its peaks."""
    drawn = np.zeros(bars, np.uint8)
    if duration <= 0:
        return []
    for begin, peaks in pieces:
        values = np.frombuffer(peaks, np.uint8)
        first = begin + np.arange(len(values)) / PER_SECOND
        # A tenth may be longer than a bar: it is drawn in all that it touches.
        low = np.floor(first / duration * bars).astype(np.int64)
        high = np.floor((first + 0.999 / PER_SECOND) / duration * bars).astype(np.int64)
        for step in range(int((high - low).max(initial=0)) + 1):
            at = np.minimum(low + step, high)
            inside = (at >= 0) & (at < bars)
            np.maximum.at(drawn, at[inside], values[inside])
    return drawn.tolist()
