"""Which of two models hears a window, and what crosses from one to the other."""

from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from asr.rest import LEAD
from asr.tiers import TieredEngine
from asr.types import SAMPLE_RATE, DecodeRequest, Hypothesis, Kind


class Named:
    """A model that says its name, and keeps what it was asked."""

    def __init__(self, name: str, *languages: str) -> None:
        self.name = name
        self.languages = languages
        self.asked: list[DecodeRequest] = []
        self.warm = False

    def warm_up(self) -> None:
        """Is warm."""
        self.warm = True

    def batch_key(self, request: DecodeRequest) -> Hashable:
        """By length."""
        return len(request.audio)

    def seconds(self) -> dict[tuple[str, str], float]:
        """A second for each window."""
        return {("partial", "encode"): float(len(self.asked)), (self.name, "encode"): 1.0}

    def decode_batch(self, requests: Sequence[DecodeRequest]) -> list[Hypothesis]:
        """Its name for each."""
        self.asked += requests
        return [Hypothesis(self.name, request.language or "en") for request in requests]


MAIN, SMALL = ("main", "en", "ru"), ("small", "en")


def engine(main: Sequence[str] = MAIN, small: Sequence[str] = SMALL) -> tuple[TieredEngine, Named, Named]:
    """The two as one, and each of them."""
    models = Named(*main), Named(*small)
    return TieredEngine(*models), *models


def window(kind: Kind = Kind.PARTIAL, language: str | None = "en", seconds: float = 4.0) -> DecodeRequest:
    """A window of one length."""
    audio = np.zeros(int(seconds * SAMPLE_RATE), np.float32)
    return DecodeRequest("u", 1, kind, audio, SAMPLE_RATE, 0.0, language=language)


@pytest.mark.parametrize(
    ("kind", "language", "who"),
    [
        (Kind.PARTIAL, "en", "small"),
        (Kind.PARTIAL, "ru", "main"),
        (Kind.PARTIAL, None, "main"),
        (Kind.PAUSE, "en", "main"),
        (Kind.FINAL, "en", "main"),
    ],
)
def test_the_small_model_hears_drafts_in_a_language_that_it_knows(
    kind: Kind, language: str | None, who: str
) -> None:
    both, _, _ = engine()
    (heard,) = both.decode_batch([window(kind, language)])
    assert (heard.text, heard.provisional) == (who, who == "small")


def test_where_the_session_model_knows_one_language_that_is_the_language() -> None:
    both, _, _ = engine(("main", "en"))
    assert both.decode_batch([window(language=None)])[0].text == "small"


def test_no_batch_mixes_the_two() -> None:
    both, _, _ = engine()
    assert both.batch_key(window()) == both.batch_key(window())
    assert len({both.batch_key(window()), both.batch_key(window(language="ru"))}) == 2


def test_after_a_pause_a_draft_hears_what_follows() -> None:
    both, main, small = engine()
    whole = replace(
        window(seconds=20.0),
        prefix="we",
        draft="we met. on",
        drafted=18 * SAMPLE_RATE,
        paused="we met.",
        resumed=16 * SAMPLE_RATE,
    )
    (heard,) = both.decode_batch([whole])
    assert heard.text == "we met. small"
    (asked,) = small.asked
    skipped = 16 * SAMPLE_RATE - LEAD
    assert (len(asked.audio), asked.start) == (20 * SAMPLE_RATE - skipped, SAMPLE_RATE + skipped)
    assert (asked.prefix, asked.draft, asked.drafted) == ("", "on", 18 * SAMPLE_RATE - skipped)
    assert (asked.paused, asked.resumed) == ("", 0), "the small model would skip the pause once more"
    assert both.batch_key(whole) == (True, len(asked.audio))
    both.decode_batch([replace(whole, language="ru"), replace(whole, kind=Kind.FINAL)])
    assert [len(one.audio) for one in main.asked] == [20 * SAMPLE_RATE] * 2
    assert [one.prefix for one in main.asked] == ["we"] * 2


def test_a_draft_of_before_the_pause_says_nothing_of_what_follows() -> None:
    both, _, small = engine()
    before = replace(
        window(), draft="we meet", drafted=SAMPLE_RATE, paused="we met.", resumed=2 * SAMPLE_RATE
    )
    both.decode_batch([before])
    assert (small.asked[0].draft, small.asked[0].drafted) == ("", 0)


def test_both_are_warmed_up_and_their_times_added() -> None:
    both, main, small = engine()
    both.warm_up()
    assert main.warm
    assert small.warm
    both.decode_batch([window(), window()])
    both.decode_batch([window(Kind.FINAL)])
    assert both.seconds() == {
        ("partial", "encode"): 3.0,
        ("main", "encode"): 1.0,
        ("small", "encode"): 1.0,
    }


def test_the_languages_are_those_of_the_session_model() -> None:
    assert engine()[0].languages == ("en", "ru")
