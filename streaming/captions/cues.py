"""Segments to subtitle cues, whatever the file format.

In: segments of one meeting on its clock, in any order, speakers perhaps talking over each other. Out: cues in
order of time which never overlap and always last a while, of at most two lines of 42 columns, each with one
speaker; every word stands in exactly one of them. Times are whole milliseconds, so that no rounding later can
make two cues touch the wrong way. Knows no file format.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from streaming.captions.breaking import COLUMNS, LONGEST, READING, SHORTEST, Run, breaks, line_break
from streaming.captions.text import label, one_line, width
from streaming.captions.tokens import joined, tokens_of
from streaming.segments import Segment

JOIN = 1.0
"""Seconds between two segments of a speaker up to which their words may share a cue."""

MOST_DELAY = 1_000
"""Milliseconds that a cue may wait for the one before it to be read."""

LEAST = 100
"""Milliseconds of a cue that has no room at all, because too many people spoke at once."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One subtitle. Milliseconds on the meeting's clock, `start` < `end`; one or two lines, none empty."""

    start: int
    end: int
    lines: tuple[str, ...]
    speaker: str | None = None


def cues(segments: Iterable[Segment], *, labels: bool = False) -> tuple[Cue, ...]:
    """The cues of a meeting. `labels` keeps room in the first line for `Name: ` (see `text.label`)."""
    found: list[Cue] = []
    for run in _runs(sorted(segments, key=lambda segment: (segment.start, segment.end))):
        found += _broken(run, width(label(run[0].speaker)) if labels else 0)
    found.sort(key=lambda cue: cue.start)
    return _placed(found)


def _runs(segments: Sequence[Segment]) -> Iterator[list[Segment]]:
    """Neighbours in time that one person said without a long pause."""
    run: list[Segment] = []
    for segment in segments:
        if run and not (
            (segment.speaker, segment.track) == (run[-1].speaker, run[-1].track)
            and segment.start - run[-1].end <= JOIN
        ):
            yield run
            run = []
        run.append(segment)
    if run:
        yield run


def _broken(segments: Sequence[Segment], indent: int) -> Iterator[Cue]:
    run = Run.of(tokens_of(segments, COLUMNS - indent), indent)
    speaker = one_line(segments[0].speaker) or None
    for first, last in breaks(run):
        middle = line_break(run, first, last) or last
        lines = [run.tokens[first:middle], run.tokens[middle:last]]
        yield Cue(
            run.tokens[first].start,
            run.tokens[last - 1].end,
            tuple(joined(line) for line in lines if line),
            speaker,
        )


def _placed(found: Sequence[Cue]) -> tuple[Cue, ...]:
    """Give every cue a place of its own: starts pushed apart, ends held until read or until the next one."""
    starts: list[int] = []
    for cue in found:
        if starts:
            room = min(SHORTEST, max(LEAST, cue.start + MOST_DELAY - starts[-1]))
            starts.append(max(cue.start, starts[-1] + room))
        else:
            starts.append(cue.start)
    if not starts:
        return ()
    following = [*(after for _, after in pairwise(starts)), starts[-1] + LONGEST]
    return tuple(
        replace(cue, start=start, end=min(_wanted(cue, start), start + LONGEST, after))
        for cue, start, after in zip(found, starts, following, strict=True)
    )


def _wanted(cue: Cue, start: int) -> int:
    reading = sum(width(line) for line in cue.lines) * 1000 // READING
    return max(cue.end, start + SHORTEST, start + reading)
