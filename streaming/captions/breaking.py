"""Where a run of words is best broken into subtitles, and a subtitle into lines.

In: the tokens of one speaker's run. Out: index ranges that cover them in order, each fitting two lines. The
breaks are the cheapest ones over the whole run (dynamic programming): ends of sentences before commas and
pauses before the middle of a phrase, nothing too fast to read or too short to see. Costs have no unit; only
their proportions matter. The limits follow common subtitling guides (42 columns, two lines, 1–7 s, 17
characters a second).
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from streaming.captions.text import ends_clause, ends_sentence, width
from streaming.captions.tokens import Token

COLUMNS = 42
LINES = 2
SHORTEST = 1_000
"""Milliseconds that a subtitle stays at the least, where there is room."""
LONGEST = 7_000
READING = 17
"""Characters a second that most people read with ease."""

_CUE, _CLAUSE, _PHRASE, _SHORT_WORD = 10.0, 6.0, 25.0, 10.0
_PER_HURRIED_SECOND, _PER_MISSING_SECOND, _PER_SILENT_SECOND = 15.0, 20.0, 15.0
_PAUSE, _LONG_PAUSE = 400, 800
_LINGER = 1_000


@dataclass(frozen=True, slots=True)
class Run:
    """Tokens with running sums, so that any range is measured at once. `indent`: columns of the label."""

    tokens: Sequence[Token]
    edges: Sequence[int]
    silences: Sequence[float]
    indent: int = 0

    @classmethod
    def of(cls, tokens: Sequence[Token], indent: int = 0) -> "Run":
        """Measure the tokens once."""
        steps = (width(token.text) + (not token.glued) for token in tokens)
        gaps = (max(0, b.start - a.end) for a, b in pairwise(tokens))
        silences = accumulate((gap / 1000 if gap > _LONG_PAUSE else 0.0 for gap in gaps), initial=0.0)
        return cls(tokens, tuple(accumulate(steps, initial=0)), tuple(silences), indent)

    def columns(self, first: int, last: int) -> int:
        """Columns of tokens `first` to `last` (not included) on one line."""
        return self.edges[last] - self.edges[first] - (not self.tokens[first].glued)

    def fits(self, first: int, last: int) -> bool:
        """Whether two lines hold these tokens: the first line as full as can be, the rest in the second."""
        lead = not self.tokens[first].glued
        at = bisect_right(self.edges, self.edges[first] + lead + COLUMNS - self.indent) - 1
        return at >= last or (at > first and self.columns(at, last) <= COLUMNS)


def breaks(run: Run) -> list[tuple[int, int]]:
    """The ranges of the subtitles: consecutive, from 0 to the number of tokens."""
    count = len(run.tokens)
    best: list[tuple[float, int]] = [(0.0, 0)]
    for last in range(1, count + 1):
        ending = _ending(run, last)
        choices = [
            (best[first][0] + ending + _inside(run, first, last), first) for first in _starts(run, last)
        ]
        best.append(min(choices))
    ranges = []
    last = count
    while last:
        first = best[last][1]
        ranges.append((first, last))
        last = first
    return ranges[::-1]


def line_break(run: Run, first: int, last: int) -> int | None:
    """Where the second line begins: `last` when one line is enough, None when two are not."""
    room = COLUMNS - run.indent
    if run.columns(first, last) <= room:
        return last
    fitting = [
        at
        for at in range(first + 1, last)
        if run.columns(first, at) <= room and run.columns(at, last) <= COLUMNS
    ]
    return min(fitting, key=lambda at: _line_cost(run, first, at, last), default=None)


def _line_cost(run: Run, first: int, at: int, last: int) -> float:
    word = run.tokens[at - 1].text
    place = 0.0 if ends_sentence(word) else 3.0 if ends_clause(word) else 8.0
    return place + abs(run.columns(first, at) + run.indent - run.columns(at, last)) / 4


def _starts(run: Run, last: int) -> list[int]:
    """Every first token with which a subtitle that ends before `last` fits, longest last."""
    starts = [last - 1]
    for first in range(last - 2, -1, -1):
        wide = run.columns(first, last) > LINES * COLUMNS
        if wide or run.tokens[last - 1].end - run.tokens[first].start > LONGEST:
            break
        if run.fits(first, last):
            starts.append(first)
    return starts


def _ending(run: Run, last: int) -> float:
    """The price of ending a subtitle here, whatever it began with."""
    if last == len(run.tokens):
        return _CUE
    word, gap = run.tokens[last - 1].text, run.tokens[last].start - run.tokens[last - 1].end
    if gap >= _LONG_PAUSE or ends_sentence(word):
        return _CUE
    if gap >= _PAUSE or ends_clause(word):
        return _CUE + _CLAUSE
    return _CUE + _PHRASE + (_SHORT_WORD if len(word) <= 3 else 0.0)


def _inside(run: Run, first: int, last: int) -> float:
    """The price of showing these tokens together: read in a hurry, gone too soon, silent in between."""
    until = run.tokens[last].start if last < len(run.tokens) else run.tokens[last - 1].end + _LINGER
    shown = min(LONGEST, until - run.tokens[first].start) / 1000
    hurried = max(0.0, run.columns(first, last) / READING - shown)
    missing = max(0.0, SHORTEST / 1000 - shown)
    silent = run.silences[last - 1] - run.silences[first]
    return _PER_HURRIED_SECOND * hurried + _PER_MISSING_SECOND * missing + _PER_SILENT_SECOND * silent
