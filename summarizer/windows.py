"""A meeting that is longer than a model's context, cut into stretches that overlap.

In: lines with the tokens of each. Out: pairs of indices. A cut lies at the longest pause near the end of what
fits, and no earlier cut moves while the meeting goes on, so that windows can be answered while it runs.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from summarizer.schema import Line
from summarizer.tokens import estimate

OVERLAP = 10
"""Lines that a window shares with the one before it, as long as they are at most a fifth of it."""

_BACK = 0.25
"""Share of a window, at its end, in which the pause is looked for."""

_WORDS = re.compile(r"\S+\s*")


def cut(lines: Sequence[Line], costs: Sequence[int], budget: int) -> list[tuple[int, int]]:
    """First and last index of each window. `costs` are tokens; a line alone may exceed the budget."""
    found: list[tuple[int, int]] = []
    start = fresh = 0
    while fresh < len(lines):
        end, full = _filled(costs, start, fresh, budget)
        last = len(lines) - 1 if not full else _pause(lines, costs, range(fresh, end + 1), budget)
        found.append((start, last))
        fresh = last + 1
        start = _overlapping(costs, fresh, start, budget)
    return found


def pieces(line: Line, budget: int) -> list[Line]:
    """The line in parts of at most `budget` tokens, all with its id and times; mostly itself."""
    if estimate(line.text) <= budget:
        return [line]
    parts: list[str] = []
    size = budget + 1
    for word in _WORDS.findall(line.text):
        # A "word" may be a megabyte without a space.
        for piece in (word[at : at + budget // 2] for at in range(0, len(word), max(1, budget // 2))):
            cost = estimate(piece)
            if size + cost > budget:
                parts.append("")
                size = 0
            parts[-1] += piece
            size += cost
    return [replace(line, text=part) for part in parts]


def _filled(costs: Sequence[int], start: int, fresh: int, budget: int) -> tuple[int, bool]:
    """The last index that fits, at least `fresh`; and whether one more would not."""
    size = sum(costs[start : fresh + 1])
    end = fresh
    while end + 1 < len(costs):
        size += costs[end + 1]
        if size > budget:
            return end, True
        end += 1
    return end, False


def _pause(lines: Sequence[Line], costs: Sequence[int], fit: range, budget: int) -> int:
    """The index after which the longest pause lies, near the end of those that fit."""
    size, first = 0, fit[-1]
    while first > fit[0] and size + costs[first] <= _BACK * budget:
        size += costs[first]
        first -= 1
    near = range(first, fit[-1] + 1)
    return max(near, key=lambda place: (lines[place + 1].start - lines[place].end, place))


def _overlapping(costs: Sequence[int], fresh: int, before: int, budget: int) -> int:
    """Where the window begins whose first new line is `fresh`."""
    start, size = fresh, 0
    while start > before + 1 and fresh - start < OVERLAP and size + costs[start - 1] <= budget // 5:
        start -= 1
        size += costs[start]
    return start
