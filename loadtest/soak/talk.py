"""Hours of talk, of recorded utterances and pauses, as bytes for the wire; the same for the same seed."""

import random
from collections.abc import Iterator, Sequence
from itertools import count

import numpy as np

from loadtest.client import RATE, Audio
from loadtest.corpus import Clip

PIECE = 5 * RATE
"""Samples in one message."""
NOISE = 0.0005
"""The level of a quiet room, of full scale: -66 dB."""
LONGEST_PAUSE = 60.0
"""Seconds."""


def talk(clips: Sequence[Clip], share: float, seed: int) -> Iterator[bytes]:
    """Endless 16-bit PCM in messages of `PIECE`; about `share` of the time somebody speaks."""
    rng = random.Random(seed)  # noqa: S311 - not secret
    room = np.random.default_rng(seed).normal(0.0, NOISE, round(LONGEST_PAUSE) * RATE).astype(np.float32)
    waiting = np.zeros(0, np.float32)
    for clip in _shuffled(clips, rng):
        seconds = min(clip.seconds * (1.0 / share - 1.0) * rng.uniform(0.5, 1.5), LONGEST_PAUSE)
        waiting = np.concatenate([waiting, clip.audio, room[: int(seconds * RATE)]])
        while len(waiting) >= PIECE:
            yield s16(waiting[:PIECE])
            waiting = waiting[PIECE:]


def s16(samples: Audio) -> bytes:
    """Samples as they go over the wire."""
    return bytes((np.clip(samples, -1.0, 1.0) * 32767).round().astype("<i2"))


def _shuffled(clips: Sequence[Clip], rng: random.Random) -> Iterator[Clip]:
    """All clips again and again, each time in another order."""
    for _ in count():
        yield from rng.sample(clips, len(clips))
