"""The words of a segment, each with its place in time and no wider than a subtitle line.

In: a `Segment`. Out: `Token`s in the order of the text, in milliseconds, starts never going back. Times come
from the segment's words when these spell the text; otherwise they are spread over the segment by length.
A word wider than a line, as whole sentences are in scripts without spaces, is cut into glued pieces: after
sentence marks, else where a heard word begins, else where the line is full.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from streaming.captions.text import width, words_of
from streaming.segments import Segment

_INNER_SENTENCES = re.compile(r"(?<=[。！？])(?=[^。！？」』）])")


@dataclass(frozen=True, slots=True)
class Token:
    """One word or piece of one. `glued`: no space stands before it. `start` <= `end`, milliseconds."""

    text: str
    start: int
    end: int
    glued: bool = False


def tokens_of(segments: Iterable[Segment], limit: int) -> list[Token]:
    """The tokens of a run of segments, none wider than `limit` columns (a single character excepted)."""
    tokens: list[Token] = []
    earliest = 0
    for segment in segments:
        for text, start, end, glued in _timed(segment, limit):
            begin = max(earliest, _milliseconds(start))
            tokens.append(Token(text, begin, max(begin, _milliseconds(end)), glued))
            earliest = begin
    return tokens


def _milliseconds(seconds: float) -> int:
    return max(0, round(seconds * 1000))


def _timed(segment: Segment, limit: int) -> Iterable[tuple[str, float, float, bool]]:
    texts = words_of(segment.text)
    letters = _letters(segment, "".join(texts))
    boundaries = {at for at, (_, _, first) in enumerate(letters) if first}
    at = 0
    for text in texts:
        for piece, glued in _pieces(text, at, boundaries, limit):
            last = at + len(piece) - 1
            yield piece, letters[at][0], letters[last][1], glued
            at = last + 1


def _letters(segment: Segment, spelled: str) -> list[tuple[float, float, bool]]:
    """Start, end and "begins a heard word" of every character of the text, white space left out."""
    heard = [("".join(words_of(word.word)), word.start, word.end) for word in segment.words]
    if "".join(text for text, _, _ in heard) != spelled:
        heard = [(spelled, segment.start, max(segment.start, segment.end))]
    letters = []
    for text, start, end in heard:
        step = (end - start) / len(text) if text else 0.0
        letters += [(start + step * at, start + step * (at + 1), at == 0) for at in range(len(text))]
    return letters


def _pieces(text: str, at: int, boundaries: set[int], limit: int) -> Iterable[tuple[str, bool]]:
    glued = False
    for sentence in _INNER_SENTENCES.split(text):
        rest = sentence
        while width(rest) > limit:
            cut = _cut(rest, at, boundaries, limit)
            yield rest[:cut], glued
            rest, at, glued = rest[cut:], at + cut, True
        yield rest, glued
        at, glued = at + len(rest), True


def _cut(text: str, at: int, boundaries: set[int], limit: int) -> int:
    """How many characters of an over-wide text to keep: at least one, at most `limit` columns."""
    full = 1
    while full < len(text) and width(text[: full + 1]) <= limit:
        full += 1
    for cut in range(full, full // 2, -1):
        if at + cut in boundaries:
            return cut
    while full > 1 and unicodedata.combining(text[full]):
        full -= 1
    return full


def joined(tokens: Sequence[Token]) -> str:
    """The text of tokens on one line."""
    return "".join(("" if at == 0 or token.glued else " ") + token.text for at, token in enumerate(tokens))
