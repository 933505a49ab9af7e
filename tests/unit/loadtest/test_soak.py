"""What leaks is told from what only comes and goes, and a broken promise from a kept one."""

from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np
import pytest

from loadtest.errors import LoadTestError
from loadtest.soak.lasting import Heard
from loadtest.soak.talk import PIECE, talk
from loadtest.soak.verdict import Finding, Limits, Sample, as_json, judge
from tests.unit.loadtest.made import clip

MEGABYTE = 1e6
LIMITS = Limits(memory=16 * MEGABYTE)


def samples(number: int = 24, /, **figures: Callable[[int], float]) -> list[Sample]:
    """Samples over 8 hours, flat but for these figures; each is given the index of its sample."""
    flat: dict[str, Callable[[int], float]] = {
        "memory": lambda index: (300 + 9 * (index % 3)) * MEGABYTE,
        "threads": lambda _: 8,
        "descriptors": lambda _: 15,
        "tasks": lambda _: 12,
        "delay": lambda index: 0.1 + 0.05 * (index % 2),
    }
    made = {**flat, **figures}
    return [
        Sample(8 * (index + 1) / number, **{name: made[name](index) for name in made})
        for index in range(number)
    ]


def growing(**figures: Callable[[int], float]) -> list[str]:
    """The figures that are found to grow."""
    return [finding.name for finding in judge(samples(**figures), LIMITS) if not finding.flat]


def test_what_comes_and_goes_is_flat() -> None:
    assert growing() == []


def test_a_small_leak_shows_through_the_noise() -> None:
    assert growing(memory=lambda index: (300 + 9 * (index % 3) + 1.5 * index) * MEGABYTE) == ["memory"]


def test_warm_up_is_no_leak() -> None:
    assert growing(memory=lambda index: (300 + min(index, 8) * 20) * MEGABYTE) == []


def test_one_odd_sample_is_no_leak() -> None:
    assert growing(memory=lambda index: (900 if index == 23 else 300) * MEGABYTE) == []


@pytest.mark.parametrize("figure", ["threads", "descriptors", "tasks"])
def test_one_more_in_the_end_than_in_the_beginning_is_a_leak(figure: str) -> None:
    assert growing(**{figure: lambda index: 20 + (index > 14)}) == [figure]
    assert growing(**{figure: lambda index: 20 - (index > 14)}) == []


def test_a_delay_that_rises_is_told() -> None:
    assert growing(delay=lambda index: 0.1 + 0.05 * index) == ["delay"]


def test_few_samples_say_nothing() -> None:
    with pytest.raises(ValueError, match="at least 6"):
        judge(samples(5), LIMITS)


def test_the_file_holds_every_sample_and_the_verdict() -> None:
    told = as_json(samples(6), [Finding("threads", 8, 9, 1, 0)])
    assert told["flat"] is False
    assert told["findings"][0]["name"] == "threads"
    assert len(told["samples"]) == 6


def caption(seq: int, segment: str, *, final: bool = True) -> dict[str, Any]:
    return {"type": "caption", "seq": seq, "segment": segment, "text": "word", "final": final}


def test_what_was_promised_is_heard() -> None:
    heard = Heard()
    for message in (
        caption(1, "s-1", final=False),
        caption(2, "s-1"),
        caption(3, "s-2"),
        {"type": "ack", "position": 50},
        {"type": "ack", "position": 100},
        {"type": "ended", "coverage": {}},
    ):
        heard.take(message, sent=100)
    assert (heard.seq, heard.finals, heard.position) == (3, 2, 100)
    assert heard.ended


@pytest.mark.parametrize(
    "message",
    [
        caption(4, "s-3"),
        caption(2, "s-3"),
        caption(3, "s-2"),
        {"type": "ack", "position": 50},
        {"type": "ack", "position": 101},
        {"type": "gap", "start": 0.0, "end": 1.0, "reason": "engine_error"},
    ],
)
def test_a_broken_promise_is_told(message: dict[str, Any]) -> None:
    heard = Heard(seq=2, position=50, last_segment="s-2")
    with pytest.raises(LoadTestError, match="promise_broken"):
        heard.take(message, sent=100)


def test_hours_of_talk_have_their_share_of_speech_and_are_the_same_again() -> None:
    clips = [clip(seconds) for seconds in (2.0, 3.0, 4.0)]
    pieces = list(islice(talk(clips, 0.5, seed=3), 200))
    assert {len(piece) for piece in pieces} == {2 * PIECE}
    assert pieces == list(islice(talk(clips, 0.5, seed=3), 200))
    assert pieces != list(islice(talk(clips, 0.5, seed=4), 200))
    said = np.mean(np.frombuffer(b"".join(pieces), "<i2") > 10_000)
    assert said == pytest.approx(0.5, abs=0.05)
