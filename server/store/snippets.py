"""What is shown of a text that was found: a short piece of it, and which parts of that were looked for.

In: the text as it was said, and what PostgreSQL's `ts_headline` made of it, with private characters around
the words it found. Out: the piece as parts that tell themselves apart. Nothing is marked up: parts need no
escaping, and no count of characters, which JavaScript and Python count differently. Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

START, STOP = "\ue000", "\ue001"
"""What `ts_headline` puts before and after a word that was found; in its input they are spaces."""
WIDTH: Final = 240
"""Characters of a snippet, about."""
LEAD: Final = 80
"""Characters before the first word that was found, about."""
ELLIPSIS: Final = "…"

Mark = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Part:
    """A run of characters; `match`: it was looked for."""

    text: str
    match: bool


def marks(text: str, headlines: Iterable[str]) -> tuple[Mark, ...]:
    """Where words were found, as [start, end) in `text`: in order, apart from each other.

    A headline that is not as long as the text says nothing.
    """
    found: set[int] = set()
    for headline in headlines:
        if len(headline.replace(START, "").replace(STOP, "")) == len(text):
            found.update(_marked(headline))
    places = sorted(found)
    starts = [at for before, at in pairwise([-2, *places]) if at != before + 1]
    ends = [at + 1 for at, after in pairwise([*places, -2]) if after != at + 1]
    return tuple(zip(starts, ends, strict=True))


def _marked(headline: str) -> Iterable[int]:
    at, inside = 0, False
    for character in headline:
        if character in (START, STOP):
            inside = character == START
            continue
        if inside:
            yield at
        at += 1


def snippet(text: str, found: Sequence[Mark], width: int = WIDTH) -> tuple[Part, ...]:
    """About `width` characters of `text` from shortly before the first mark on, cut between words."""
    first = found[0][0] if found else 0
    start = 0 if len(text) <= width else _word_start(text, max(0, min(first - LEAD, len(text) - width)))
    end = len(text) if len(text) - start <= width else _word_end(text, start, start + width)
    parts = [Part(ELLIPSIS, match=False)] if start else []
    at = start
    within = ((max(begin, start), min(stop, end)) for begin, stop in found)
    for begin, stop in within:
        if begin >= stop:
            continue
        if begin > at:
            parts.append(Part(text[at:begin], match=False))
        parts.append(Part(text[begin:stop], match=True))
        at = stop
    if at < end:
        parts.append(Part(text[at:end], match=False))
    if end < len(text):
        parts.append(Part(ELLIPSIS, match=False))
    return tuple(parts)


def _word_start(text: str, at: int) -> int:
    """The first start of a word from `at` on, if one is near."""
    space = text.find(" ", at, at + LEAD // 2)
    return at if space < 0 or not at else space + 1


def _word_end(text: str, start: int, at: int) -> int:
    """The last end of a word before `at`, if one is near."""
    space = text.rfind(" ", max(start, at - LEAD // 2), at)
    return at if space < 0 else space
