"""Whether two statements of one meeting say the same.

In: two items. Out: yes or no, by the stems and numbers of their words and by the lines they cite. That two
statements say the same does not make either true.
"""

from summarizer.numbers import numbers
from summarizer.schema import Item
from summarizer.words import stems

_SAME, _SAME_LINES = 0.8, 0.4
"""Share of words in common: of two statements at all, and of two that rest on the same lines."""


def duplicates(one: Item, other: Item) -> bool:
    """Whether they differ in little but the order of their words."""
    return _shared(one, other) >= _SAME


def says_same(one: Item, other: Item) -> bool:
    """Whether they may be two wordings of one matter."""
    together = bool(set(one.cites) & set(other.cites))
    return _shared(one, other) >= (_SAME_LINES if together else _SAME)


def _shared(one: Item, other: Item) -> float:
    mine, others = (set(stems(item.text)) | set(numbers(item.text)) for item in (one, other))
    return len(mine & others) / len(mine | others) if mine and others else 0.0
