"""What a page's capture script sends of its tracks, taken apart. Pure, and nothing of it on trust: the
binding is there for any script of the page.

In: what the binding was called with. Out: a `Chunk` of samples, the `Over` of a track, or None for anything
else.
"""

import base64
import binascii
import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from asr.types import Waveform

RATES: Final = range(8_000, 192_001)
LONGEST_SECONDS: Final = 1.0
LONGEST_KEY: Final = 40
LOUD: Final = 0.003
"""Of full scale (-50 dB): sound, and not the noise of a quiet room's microphone."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Samples of one track in [-1, 1], shape (samples,), at `rate` Hz; `at` is when the first one was heard,
    in seconds of the browser's wall clock."""

    key: str
    at: float
    rate: int
    samples: Waveform

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.samples) / self.rate

    @property
    def loud(self) -> bool:
        """Whether anything is to be heard in it."""
        return bool(len(self.samples)) and float(np.abs(self.samples).max()) > LOUD


@dataclass(frozen=True, slots=True)
class Over:
    """The track has ended."""

    key: str


def read(message: Any) -> Chunk | Over | None:
    """What a call of the binding says."""
    if not isinstance(message, dict):
        return None
    key = message.get("key")
    if not isinstance(key, str) or not 0 < len(key) <= LONGEST_KEY:
        return None
    if message.get("over") is True:
        return Over(key)
    rate, count, at = message.get("rate"), message.get("count"), message.get("at")
    if not (isinstance(rate, int) and rate in RATES and isinstance(count, int)):
        return None
    if not 0 < count <= rate * LONGEST_SECONDS or not isinstance(at, int | float) or not math.isfinite(at):
        return None
    samples = _samples(message.get("data"), count)
    return None if samples is None else Chunk(key, at / 1000, rate, samples)


def _samples(data: Any, count: int) -> Waveform | None:
    """16-bit samples in base64; silence where there are none."""
    if data == "":
        return np.zeros(count, np.float32)
    # Looked at before it is decoded, which bounds what is made of it.
    if not isinstance(data, str) or len(data) > 4 * count:
        return None
    try:
        raw = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) != 2 * count:
        return None
    samples: Waveform = np.frombuffer(raw, "<i2").astype(np.float32)
    samples /= 32768
    return samples
