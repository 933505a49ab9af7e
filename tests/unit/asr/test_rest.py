"""What a window was not heard to its end of, and how the rest is put behind the first."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from asr.rest import LEAD, UNHEARD, continued, rest_of, stopped_at_pause, with_rest
from asr.types import SAMPLE_RATE, DecodeRequest, Hypothesis, Kind, Word

SECOND = SAMPLE_RATE
START = 5 * SECOND
HEARD_UNTIL = 2 * SECOND


def window(**fields: Any) -> DecodeRequest:
    """Six seconds from 5 s on, loud but for 1.9 to 2.5 s, in which there was speech until 5.8 s of it."""
    audio = np.full(6 * SECOND, 0.5, np.float32)
    audio[int(1.9 * SECOND) : int(2.5 * SECOND)] = 0.0
    asked = DecodeRequest("u", 1, Kind.FINAL, audio, START, 0.0, prefix="one", language="en")
    return replace(asked, spoken_until=START + int(5.8 * SECOND), **fields)


def heard(text: str, until: int = HEARD_UNTIL, **fields: Any) -> Hypothesis:
    """An answer whose last word ends so far into the window."""
    words = (Word(f" {text}", START, START + until, 0.9),)
    return Hypothesis(text, "en", words=words, **fields)


def test_the_rest_begins_in_the_pause_after_the_last_word() -> None:
    rest = rest_of(window(draft="one two", drafted=9, paused="one", resumed=9), heard("one two."))
    assert rest is not None
    assert START + 1.9 * SECOND < rest.start < START + 2.5 * SECOND
    assert rest.start + len(rest.audio) == START + 6 * SECOND
    assert (rest.prefix, rest.draft, rest.drafted, rest.paused, rest.resumed) == ("", "", 0, "", 0)
    assert (rest.key, rest.kind, rest.language) == ("u", Kind.FINAL, "en")


@pytest.mark.parametrize("late", [0, 1])
def test_a_word_fits_only_where_there_is_speech_enough(late: int) -> None:
    end = START + HEARD_UNTIL + UNHEARD - late
    assert (rest_of(replace(window(), spoken_until=end), heard("one")) is None) == bool(late)


def test_what_was_said_beyond_a_cut_is_not_missed() -> None:
    beyond = 6 * SECOND - HEARD_UNTIL - UNHEARD + 1
    assert rest_of(window(beyond=beyond), heard("one")) is None
    assert rest_of(window(beyond=beyond - 1), heard("one")) is not None


def test_nothing_is_missed_where_nobody_knows_of_speech_or_nothing_was_heard() -> None:
    assert rest_of(replace(window(), spoken_until=0), heard("one")) is None
    assert rest_of(window(), Hypothesis("", "en")) is None
    assert rest_of(window(), heard("one one one one", compression_ratio=3.0)) is None


def test_a_last_word_at_the_end_of_the_audio_leaves_no_rest() -> None:
    short = replace(window(), audio=np.zeros(SECOND, np.float32))
    assert rest_of(short, heard("one", SECOND - 100)) is None


def test_both_are_one_answer() -> None:
    first = heard("one two.", average_logprob=-0.2, no_speech_probability=0.1)
    last = Word(" three", START + 3 * SECOND, START + 4 * SECOND, 0.8)
    both = with_rest(first, Hypothesis("three", "en", words=(last,), average_logprob=-0.4))
    assert both is not None
    assert both.text == "one two. three"
    assert both.words == (*first.words, last)
    assert both.average_logprob == pytest.approx(-0.3)
    assert both.redone


@pytest.mark.parametrize(
    "fields",
    [{"average_logprob": -1.1}, {"no_speech_probability": 0.7}, {"compression_ratio": 3.0}, {"words": ()}],
    ids=lambda fields: next(iter(fields)),
)
def test_a_rest_that_may_be_noise_is_left_out(fields: dict[str, Any]) -> None:
    assert with_rest(heard("one"), replace(heard("thank you"), **fields)) is None


def draft(**fields: Any) -> DecodeRequest:
    """A window in which "one two." was heard before a pause at 2.2 s of it."""
    asked = window(kind=Kind.PARTIAL, paused="one two.", resumed=int(2.2 * SECOND))
    return replace(asked, **fields)


@pytest.mark.parametrize(
    ("text", "fields", "expected"),
    [
        ("One, two.", {}, True),
        ("One", {}, True),
        ("One, two. Three", {}, False),
        ("One, two.", {"paused": "", "resumed": 0}, False),
        ("One, two.", {"spoken_until": START + int(2.2 * SECOND) + UNHEARD - 1}, False),
    ],
)
def test_a_draft_stops_at_a_pause_if_it_has_no_word_of_what_followed(
    text: str, fields: dict[str, Any], expected: bool
) -> None:
    assert stopped_at_pause(draft(**fields), Hypothesis(text, "en")) is expected


def test_a_draft_goes_on_from_what_was_heard_before_the_pause() -> None:
    assert continued(draft(), Hypothesis("three", "en")).text == "one two. three"
    assert continued(draft(), Hypothesis("", "en")).text == "one two."
    assert LEAD < 0.25 * SECOND, "no more than the silence that a pause is known by"
