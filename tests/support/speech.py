"""Audio that scripted parts can read: every word is a block of its own level, pauses are zeros.

In: texts made of the words in `VOCABULARY`. Out: 16 kHz waveforms, and back again the words that stand in a
window. A word cut by the window's edge is misheard, as a real model does, so that hypotheses differ at
their end. Deterministic; no model, no randomness.
"""

from dataclasses import dataclass

import numpy as np

from asr.types import SAMPLE_RATE, Waveform

SPELLED = (
    "zero one two three four five six seven eight nine ten alpha bravo charlie delta echo foxtrot golf "
    "hotel india juliet kilo lima mike november oscar papa quebec romeo sierra tango uniform victor"
)
VOCABULARY = tuple(SPELLED.split())
WORD = SAMPLE_RATE // 4
GAP = SAMPLE_RATE // 50
QUIETEST = 0.2
"""The level of the first word; the others follow in steps of 0.01."""
MISHEARD = "hm"


@dataclass(frozen=True, slots=True)
class Heard:
    """A word found in a window, `[start, end)` in samples of that window."""

    text: str
    start: int
    end: int


def silence(seconds: float) -> Waveform:
    """Nothing."""
    return np.zeros(round(seconds * SAMPLE_RATE), np.float32)


def say(text: str, gap: int = GAP) -> Waveform:
    """The words of `text`, each a quarter of a second, with `gap` samples of nothing after each."""
    return join(*(part for word in text.split() for part in (_block(word), np.zeros(gap, np.float32))))


def join(*parts: Waveform) -> Waveform:
    """One waveform of several."""
    return np.concatenate([np.zeros(0, np.float32), *parts])


def mono(*parts: Waveform) -> Waveform:
    """One waveform of several as one track, shape (1, samples)."""
    return join(*parts)[np.newaxis, :]


def hear(audio: Waveform) -> list[Heard]:
    """The words in a window, in order."""
    borders = np.flatnonzero(audio[1:] != audio[:-1]) + 1
    starts, ends = [0, *borders.tolist()], [*borders.tolist(), len(audio)]
    levels = [round(float(audio[start]) * 100) if len(audio) else 0 for start in starts]
    runs = zip(levels, starts, ends, strict=True)
    return [Heard(_name(level, end - start), start, end) for level, start, end in runs if level]


def _name(code: int, length: int) -> str:
    whole = length > WORD * 3 // 5
    return VOCABULARY[code - round(QUIETEST * 100)] if whole else MISHEARD


def _block(word: str) -> Waveform:
    return np.full(WORD, QUIETEST + VOCABULARY.index(word) / 100, np.float32)
