"""Clips, scripts and streams whose every moment is known."""

from typing import Any

import numpy as np

from loadtest.client import RATE
from loadtest.corpus import Clip
from loadtest.plan import Plan
from loadtest.records import Arrival, Log
from loadtest.runner import Run, Stream
from loadtest.schedule import Script, Turn
from loadtest.usage import Usage

LAG = 100.0
"""The client's clock at the first sample of a stream that starts with the run."""
USAGE = Usage(10.0, 5.0, 0.1, 300_000_000, 0.2, 0.0)


def clip(seconds: float = 2.0, reference: str = "one two", language: str = "en") -> Clip:
    """A clip of full-scale sound."""
    return Clip("made", language, reference, np.ones(round(seconds * RATE), np.float32))


def script(*turns: tuple[float, Clip], seconds: float = 10.0, offset: float = 0.0) -> Script:
    """One clip a turn, each at its start."""
    made = tuple(Turn(at, at + one.seconds, ((at, one),)) for at, one in turns)
    return Script(0, offset, seconds, "en", made)


def caption(
    at: float, segment: str, text: str, start: float, end: float, *, final: bool = False, **more: Any
) -> Arrival:
    """A caption that came `at` seconds after the first sample; the words of a final share its time."""
    message: dict[str, Any] = {"type": "caption", "segment": segment, "start": start, "end": end}
    message |= {"text": text, "pending": "", "final": final, **more}
    if final:
        words, step = text.split(), (end - start) / max(len(text.split()), 1)
        message["words"] = [
            {"word": word, "start": start + step * index, "end": start + step * (index + 1)}
            for index, word in enumerate(words)
        ]
    return Arrival(LAG + at, at, message)


def told(at: float, **message: Any) -> Arrival:
    """Any other message."""
    return Arrival(LAG + at, at, message)


def stream(plan: Script, *arrivals: Arrival, problem: str | None = None) -> Stream:
    """A stream that was taken and sent in pieces of 0.1 s."""
    log = Log()
    for piece in range(1, round(plan.seconds * 10) + 1):
        log.send(LAG + plan.offset + piece / 10, piece / 10)
    log.arrivals += [told(0.0, type="ready", meeting="m"), *arrivals]
    return Stream(plan, log, problem=problem)


def run(*streams: Stream, plan: Plan | None = None) -> Run:
    """A run of ten seconds."""
    return Run(plan or Plan(speakers=len(streams), seconds=10), streams, USAGE)
