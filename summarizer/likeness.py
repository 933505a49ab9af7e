"""Whether two statements of one meeting say the same.

In: two items. Out: yes or no, by the stems and numbers of their words and by the lines they cite. That two
statements say the same does not make either true.
"""

from functools import lru_cache

from summarizer.numbers import numbers
from summarizer.schema import Item, Kind
from summarizer.words import stems

_SAME, _SAME_LINES, _MAYBE = 0.8, 0.6, 0.4
"""Share of words in common: of two statements at all, of two that rest on the same lines, and of two such of
which one was written by hand, where leaving out too much is better than saying twice."""


def duplicates(one: Item, other: Item) -> bool:
    """Whether they differ in little but the order of their words."""
    return _shared(one, other) >= _SAME


def says_same(one: Item, other: Item) -> bool:
    """Whether they may be two wordings of one matter."""
    together = bool(set(one.cites) & set(other.cites))
    return _shared(one, other) >= (_MAYBE if together else _SAME)


def supersedes(later: Item, earlier: Item, kind: Kind) -> bool:
    """Whether the later takes the place of the earlier: among decisions, with other numbers too."""
    shared = _shared(later, earlier)
    if shared >= _SAME or (shared >= _SAME_LINES and set(later.cites) & set(earlier.cites)):
        return True
    return kind == "decisions" and _jaccard(_stems(later.text), _stems(earlier.text)) >= _SAME


def _shared(one: Item, other: Item) -> float:
    return _jaccard(_stems(one.text) | _numbers(one.text), _stems(other.text) | _numbers(other.text))


def _jaccard(mine: frozenset[str], others: frozenset[str]) -> float:
    return len(mine & others) / len(mine | others) if mine and others else 0.0


@lru_cache(maxsize=10_000)
def _stems(text: str) -> frozenset[str]:
    return frozenset(stems(text))


@lru_cache(maxsize=10_000)
def _numbers(text: str) -> frozenset[str]:
    return frozenset(numbers(text))
