"""From tokens and their alignment to words with times and confidences. Pure.

The alignment is Whisper's: dynamic time warping over cross-attention gives, for each decoder position,
the encoder frame (20 ms) at which it is spoken (openai/whisper, `timing.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from asr.types import SAMPLE_RATE, Word

FRAME = SAMPLE_RATE // 50
"""Samples of one encoder frame: 20 ms."""

LEADING = "\"'“¿([{-«"
SENTENCE_END = ".。!！?？…"
MAX_MEDIAN = 0.7 * SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Alignment:
    """One item's alignment: pairs of (token position, frame) and the probability of each token."""

    pairs: Sequence[tuple[int, int]]
    probabilities: Sequence[float]


def place(
    words: Sequence[str], lengths: Sequence[int], alignment: Alignment, start: int, stop: int
) -> tuple[Word, ...]:
    """Words with absolute times.

    `words` are the pieces in which the tokens split (leading spaces kept) and `lengths` their numbers
    of tokens; `start` is the sample of the window's first frame, `stop` the end of its audio. Times
    never leave the window and never run backwards.
    """
    times = _first_frames(alignment.pairs, sum(lengths))
    placed: list[Word] = []
    position = 0
    for word, length in zip(words, lengths, strict=True):
        begin = min(stop, start + times[position] * FRAME)
        end = min(stop, start + times[position + length] * FRAME)
        scores = alignment.probabilities[position : position + length]
        placed.append(Word(word, begin, end, sum(scores) / len(scores) if scores else 0.0))
        position += length
    return tuple(_without_stretch(_merge_punctuation(placed)))


def _first_frames(pairs: Sequence[tuple[int, int]], tokens: int) -> list[int]:
    """The first frame of each token position, with one more for the end of the text; never falling.

    A window of a few frames can be aligned to frame -1, and a position may have no frame of its own.
    """
    first: dict[int, int] = {}
    for token, frame in pairs:
        first.setdefault(token, frame)
    last = max((frame for _, frame in pairs), default=0)
    beyond = max(first, default=-1)
    times: list[int] = []
    latest = 0
    for token in range(tokens + 1):
        latest = max(latest, first.get(token, latest if token <= beyond else last))
        times.append(latest)
    return times


def _merge_punctuation(words: Sequence[Word]) -> list[Word]:
    """Join marks that stand alone to the word they belong to, as a reader would.

    A mark that opens something waits for the word that touches it; any other belongs to the word before
    it. The joined texts stay what they were.
    """
    merged: list[Word] = []
    opening: Word | None = None
    for piece in words:
        word = piece
        if opening is not None and merged and piece.text.startswith(" "):
            # A dash between two words opens nothing.
            merged[-1] = replace(merged[-1], text=merged[-1].text + opening.text)
        elif opening is not None:
            word = replace(piece, text=opening.text + piece.text, start=opening.start)
        opening = None
        mark = word.text.strip()
        if word.text.startswith(" ") and mark and all(char in LEADING for char in mark):
            opening = word
        elif merged and mark and not any(char.isalnum() for char in mark):
            merged[-1] = replace(merged[-1], text=merged[-1].text + word.text)
        else:
            merged.append(word)
    if opening is not None and merged:
        merged[-1] = replace(merged[-1], text=merged[-1].text + opening.text)
    elif opening is not None:
        merged.append(opening)
    return merged


def _without_stretch(words: Sequence[Word]) -> list[Word]:
    """Shorten words that the alignment stretched over a pause.

    Attention leaves the silence between sentences to the word beside it. A word of more than twice the
    median (at most 0.7 s) at a sentence border is cut to that length on the side of the pause.
    """
    lengths = sorted(word.end - word.start for word in words if word.end > word.start)
    if not lengths:
        return list(words)
    longest = int(2 * min(MAX_MEDIAN, lengths[len(lengths) // 2]))
    result = list(words)
    for index, word in enumerate(words):
        if word.end - word.start <= longest:
            continue
        after_sentence = index == 0 or words[index - 1].text.endswith(tuple(SENTENCE_END))
        if after_sentence:
            result[index] = replace(word, start=word.end - longest)
        elif word.text.endswith(tuple(SENTENCE_END)) or index == len(words) - 1:
            result[index] = replace(word, end=word.start + longest)
    return result
