"""A hint spells what was said; it puts no word in."""

import numpy as np
import pytest

from asr.hotwords import better, leaked, only, shown
from asr.types import DecodeRequest, Hypothesis, Kind

HOTWORDS = ("Inverashiel", "Loch Fyne", "Синергия")


def heard(text: str, logprob: float = -0.3, no_speech: float = 0.0) -> Hypothesis:
    """An answer."""
    return Hypothesis(text, "en", average_logprob=logprob, no_speech_probability=no_speech)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Inverashiel,", True),
        ("inverashiel, LOCH Fyne.", True),
        ("Fyne, Fyne", True),
        ("«Синергия»", True),
        ("the Inverashiel", False),
        ("", False),
        ("...", False),
    ],
)
def test_a_text_of_nothing_but_hotwords_is_known(text: str, expected: bool) -> None:
    assert only(text, HOTWORDS) is expected
    assert not only(text, ())


@pytest.mark.parametrize(
    ("hypothesis", "expected"),
    [
        (heard("Inverashiel", -0.3, 0.1), False),
        (heard("Inverashiel", -1.4, 0.1), True),
        (heard("Inverashiel", -0.3, 0.8), True),
        (heard("The Inverashiel went", -1.4, 0.8), False),
    ],
    ids=["clear", "unsure words", "perhaps no speech", "other words too"],
)
def test_hotwords_alone_are_doubted_unless_the_sound_is_clear(hypothesis: Hypothesis, expected: bool) -> None:
    assert leaked(hypothesis, HOTWORDS) is expected


@pytest.mark.parametrize(
    ("bare", "kept"), [("Inverish heal.", True), ("", False), ("...", False), ("Thank you.", False)]
)
def test_the_hint_is_kept_where_something_like_it_is_heard_without(bare: str, kept: bool) -> None:
    hinted, without = heard("Inverashiel,", -0.9), heard(bare, -0.8)
    assert better(hinted, without) is (hinted if kept else without)


@pytest.mark.parametrize(
    ("text", "prefix", "expected"),
    [
        ("Inverashiel,", "", ""),
        ("Inverashiel is", "", "Inverashiel is"),
        ("Loch Fyne", "Loch", "Loch"),
        ("so", "", "so"),
    ],
)
def test_a_partial_of_nothing_but_hotwords_waits_for_more(text: str, prefix: str, expected: str) -> None:
    audio = np.zeros(0, np.float32)
    request = DecodeRequest("u", 1, Kind.PARTIAL, audio, 0, 0.0, prefix=prefix, hotwords=HOTWORDS)
    assert shown(request, heard(text)).text == expected
