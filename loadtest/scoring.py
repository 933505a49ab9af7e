"""The single measurements of a run, summed over its streams. Pure.

What streams sent and heard goes in. Delays count only from the moment on when all were speaking; words are
scored over the whole of each stream, against all that was said in it.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from loadtest.latency import Samples, measure
from loadtest.records import Arrival, Log
from loadtest.replay import heard_again, overlap
from loadtest.runner import Run, Stream
from loadtest.schedule import Script, Turn
from loadtest.wer import WordErrors, compare

TOLERANCE = 1.0
"""Seconds by which a final may end before the speech does and still be the one that ends it."""
OVERLAP = 0.3
"""Seconds by which a final may reach into the next turn and still belong to the one before."""


@dataclass(slots=True)
class Score:
    """Everything measured; delays and intervals in seconds."""

    latency: Samples = field(default_factory=Samples)
    viewer_delays: list[float] = field(default_factory=list)
    final_delays: list[float] = field(default_factory=list)
    joined: int = 0
    """Turns that the server rightly or wrongly heard as one with the next: they have no end of their own."""
    without_final: int = 0
    partials: int = 0
    intervals: list[float] = field(default_factory=list)
    steady_talk: float = 0.0
    """Seconds of clips, and of the clock, while all spoke."""
    steady_seconds: float = 0.0
    words: WordErrors = field(default_factory=WordErrors)
    by_language: dict[str, WordErrors] = field(default_factory=dict)
    load_messages: Counter[str] = field(default_factory=Counter)
    degraded_seconds: float = 0.0
    gap_seconds: float = 0.0
    coverage: dict[str, float] = field(default_factory=dict)


def score(run: Run) -> Score:
    """All streams of a run together. What a lost stream never heard counts as deleted words."""
    total = Score(steady_seconds=run.plan.seconds)
    began = [stream.log.moments[0] for stream in run.streams if stream.log.moments]
    for stream in run.streams:
        if stream.admitted:
            _add(total, stream, _position_at(stream.log, max(began, default=0.0)))
    return total


def _position_at(log: Log, moment: float) -> float:
    """How many seconds of audio had been sent by then."""
    index = bisect_left(log.moments, moment)
    return log.positions[index - 1] if index else 0.0


def _add(total: Score, stream: Stream, since: float) -> None:
    log, script = stream.log, stream.script
    total.latency += measure(log, since)
    for seen in stream.viewers:
        total.viewer_delays += measure(_as_seen(log, seen.arrivals), since).word_to_caption
    _finals(total, script.turns, log, since)
    _partials(total, log, since)
    total.steady_talk += sum(clip.seconds for start, clip in script.clips if start >= since)
    errors = compare(script.reference, transcript(log))
    total.words += errors
    total.by_language[script.language] = total.by_language.get(script.language, WordErrors()) + errors
    _service(total, log)


def transcript(log: Log) -> str:
    """All finals of a stream in the order of speech."""
    finals = sorted(finals_of(log), key=lambda arrival: float(arrival.message["start"]))
    return " ".join(str(arrival.message.get("text") or "") for arrival in finals)


def finals_of(log: Log) -> list[Arrival]:
    """The final captions of a stream as they came, without those that a resumed stream told anew."""
    finals: list[Arrival] = []
    doubtful: list[Mapping[str, Any]] = []
    for arrival in log.arrivals:
        message = arrival.message
        if message.get("type") == "resumed":
            doubtful = heard_again([final.message for final in finals], message)
        elif message.get("type") == "caption" and message.get("final"):
            replaced = [one for one in doubtful if overlap(one, message)]
            finals = [*(final for final in finals if final.message not in replaced), arrival]
    return finals


def _as_seen(log: Log, arrivals: list[Arrival]) -> Log:
    return Log(arrivals, log.moments, log.positions)


def _finals(total: Score, turns: Sequence[Turn], log: Log, since: float) -> None:
    """From the end of each turn to the final that holds it."""
    finals = finals_of(log)
    starts_after = [turn.start for turn in turns[1:]] + [float("inf")]
    for turn, following in zip(turns, starts_after, strict=True):
        ended = log.sent_at(turn.end)
        if turn.start < since or ended is None:
            continue
        inside = [
            one for one in finals if one.message["start"] < turn.end and one.message["end"] > turn.start
        ]
        last = max(inside, key=lambda one: float(one.message["end"]), default=None)
        if last is None or last.message["end"] < turn.end - TOLERANCE:
            total.without_final += 1
        elif last.message["end"] > following + OVERLAP:
            total.joined += 1
        else:
            total.final_delays.append(last.at - ended)


def _partials(total: Score, log: Log, since: float) -> None:
    segments: dict[str, list[Arrival]] = defaultdict(list)
    for caption in log.of("caption"):
        if caption.message.get("start", 0.0) >= since:
            segments[str(caption.message.get("segment"))].append(caption)
    for shown in segments.values():
        total.partials += sum(not caption.message.get("final") for caption in shown)
        total.intervals += [after.at - before.at for before, after in pairwise(shown)]


def _service(total: Score, log: Log) -> None:
    """How much of the live service was given: load, gaps, and where the audio ended."""
    levels = log.of("load")
    over = log.arrivals[-1].at if log.arrivals else 0.0
    ends = [arrival.at for arrival in levels[1:]] + [over]
    for arrival, end in zip(levels, ends, strict=False):
        level = str(arrival.message.get("level"))
        total.load_messages[level] += 1
        if level != "normal":
            total.degraded_seconds += end - arrival.at
    total.gap_seconds += sum(
        float(gap.message.get("end", 0.0)) - float(gap.message.get("start", 0.0)) for gap in log.of("gap")
    )
    for ended in log.of("ended"):
        for name, value in (ended.message.get("coverage") or {}).items():
            total.coverage[name] = total.coverage.get(name, 0.0) + float(value)


def refused_and_lost(streams: Iterable[Stream]) -> tuple[Counter[str], Counter[str]]:
    """The codes of streams that were not taken, and of those that ended early."""
    refused: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    for stream in streams:
        if stream.problem:
            (lost if stream.admitted else refused)[stream.problem] += 1
    return refused, lost


def seconds_talked(scripts: Iterable[Script]) -> float:
    """Clips of all scripts together."""
    return sum(script.talking for script in scripts)
