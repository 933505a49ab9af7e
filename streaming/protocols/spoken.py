"""Captions as the wires of other services show them: word by word, and one utterance after the other. Pure.

In: `Caption`s of one track. Out: their words with times, and which captions to show. A word that may still
change has no time of its own; its place is that of its letters between start and end of what was heard.
"""

import math
from dataclasses import dataclass

from streaming.captions.text import words_of
from streaming.captions.tokens import tokens_of
from streaming.events import Caption
from streaming.segments import Segment

_NO_LIMIT = 1 << 30
"""Columns beyond which a word would be cut."""
_LONGEST = 1e9
"""Seconds that a clock may show: more than any stream lasts, and a whole number of microseconds."""


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """One word as it is written, without spaces. `start` <= `end` in seconds; `confidence` from 0 to 1, 0
    where it is not known; `settled` when it will not change any more."""

    text: str
    start: float
    end: float
    confidence: float
    settled: bool


def whole_text(caption: Caption) -> str:
    """All words of a caption, settled or not."""
    return " ".join(part for part in (caption.segment.text, caption.pending) if part)


def spoken_words(caption: Caption) -> tuple[SpokenWord, ...]:
    """The words of a caption in order; starts never go back."""
    segment = caption.segment
    heard = segment.words if caption.final else ()
    if not heard:
        return _spread(caption)
    words, earliest = [], 0.0
    for word in heard:
        start = max(earliest, clock(word.start))
        text = "".join(words_of(word.word))
        words.append(SpokenWord(text, start, max(start, clock(word.end)), share(word.confidence), True))
        earliest = start
    return tuple(word for word in words if word.text)


def _spread(caption: Caption) -> tuple[SpokenWord, ...]:
    segment = caption.segment
    start, confidence = clock(segment.start), share(segment.confidence)
    whole = Segment("", start, max(start, clock(segment.end)), whole_text(caption), "")
    settled = len(words_of(segment.text))
    return tuple(
        SpokenWord(
            token.text, token.start / 1000, token.end / 1000, confidence, caption.final or at < settled
        )
        for at, token in enumerate(tokens_of([whole], _NO_LIMIT))
    )


def clock(seconds: float) -> float:
    """A time that can be written as a number: never below zero."""
    return round(min(max(seconds, 0.0), _LONGEST), 3) if math.isfinite(seconds) else 0.0


def share(confidence: float | None) -> float:
    """A confidence from 0 to 1; 0 when it is not known."""
    if confidence is None or not math.isfinite(confidence):
        return 0.0
    return round(min(max(confidence, 0.0), 1.0), 3)


class OneAfterTheOther:
    """Which captions of one track to show, so that an utterance ends before the next one is seen.

    The server may know the first words of an utterance before the last ones of the former are final; they are
    shown with the next caption that comes after it.
    """

    def __init__(self) -> None:
        self._current: str | None = None

    def shows(self, caption: Caption) -> bool:
        """Whether to show a caption. One that ends in nothing is for clients that saw words of it."""
        name = caption.segment.id
        if not caption.final:
            self._current = self._current or name
            return self._current == name
        seen = self._current == name
        self._current = None if seen else self._current
        return seen or bool(caption.segment.text)
