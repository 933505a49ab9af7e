"""The lines of a meeting taken together: their order, and the language they are in. Pure."""

from collections.abc import Iterable, Sequence
from itertools import islice

from summarizer.schema import Line
from summarizer.words import language_of

_TOLD_BY = 200
"""Lines that tell the language of a meeting."""


def in_order(lines: Iterable[Line]) -> list[Line]:
    """The lines in which something was said, in order of time."""
    return sorted((line for line in lines if line.text.strip()), key=lambda line: (line.start, line.end))


def language_spoken(lines: Sequence[Line]) -> str:
    """The language of the first lines, by their letters."""
    return language_of(" ".join(line.text for line in islice(lines, _TOLD_BY)))
