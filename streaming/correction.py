"""Times for the words of a text that a person corrected.

In: the words as they were heard, and the text as it is now. Out: the words of the text. A word that stayed
keeps its time and its confidence; words that took the place of others share the time of those, by their
letters; words that were added stand between their neighbours. Pure.
"""

import re
from collections.abc import Sequence
from typing import Final

from rapidfuzz.distance import LCSseq

from streaming.segments import TimedWord

BY_HAND: Final = 1.0
"""The confidence of a word that somebody typed."""
_EDGES: Final = re.compile(r"^\W+|\W+$")


def corrected(words: Sequence[TimedWord], text: str) -> tuple[TimedWord, ...]:
    """The words of `text`, in its order; none where it is not known when any was said."""
    typed = text.split()
    if not words or not typed:
        return ()
    same = matched([word.word for word in words], typed)
    found: list[TimedWord] = []
    at, into = 0, 0
    for old, new in [*same, (len(words), len(typed))]:
        found += _placed(words, at, old, typed[into:new])
        if new < len(typed):
            kept = words[old]
            found.append(TimedWord(typed[new], kept.start, kept.end, kept.confidence))
        at, into = old + 1, new + 1
    return tuple(found)


def matched(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of places at which both have the same word, whatever its case and its punctuation, in order: as
    many as there can be (the longest common subsequence)."""
    blocks = LCSseq.opcodes([_plain(word) for word in old], [_plain(word) for word in new])
    return [
        (block.src_start + at, block.dest_start + at)
        for block in blocks
        if block.tag == "equal"
        for at in range(block.src_end - block.src_start)
    ]


def _plain(word: str) -> str:
    return _EDGES.sub("", word).casefold() or word


def _placed(words: Sequence[TimedWord], at: int, end: int, typed: Sequence[str]) -> list[TimedWord]:
    """Typed words in the time of `words[at:end]`; where that is nothing, between the words around it."""
    if not typed:
        return []
    if at < end:
        start, stop = words[at].start, words[end - 1].end
    else:
        start = words[at - 1].end if at else words[0].start
        stop = max(start, words[at].start) if at < len(words) else start
    letters = sum(map(len, typed))
    placed = []
    for word in typed:
        length = (stop - start) * len(word) / letters
        letters -= len(word)
        placed.append(TimedWord(word, start, start + length, BY_HAND))
        start += length
    return placed
