"""The language of a track, utterance by utterance."""

import pytest

from asr.types import SAMPLE_RATE, Detected, Hypothesis
from streaming.tongue import Tongue, disputed, prior

CLEAR: Detected = (("en", 0.95), ("ru", 0.05))
DOUBTFUL: Detected = (("en", 0.7), ("ru", 0.3))


def seconds(value: float) -> int:
    """In samples."""
    return round(value * SAMPLE_RATE)


def speaking(language: str) -> Tongue:
    """A track on which that was spoken."""
    tongue = Tongue(())
    tongue.take(Hypothesis("said", language), seconds(5))
    return tongue


@pytest.mark.parametrize(
    ("speech", "detected", "language"),
    [
        (0.5, CLEAR, "ru"),
        (1.0, CLEAR, "en"),
        (1.0, DOUBTFUL, "ru"),
        (2.0, DOUBTFUL, "ru"),
        (2.0, CLEAR, "en"),
        (3.0, DOUBTFUL, "en"),
        (3.0, (("en", 0.55), ("ru", 0.45)), "ru"),
        (6.0, (("uk", 0.3), ("be", 0.25), ("ru", 0.1)), "uk"),
        (2.0, (("nn", 0.3), ("ru", 0.01)), "ru"),
    ],
)
def test_the_less_is_said_the_clearer_it_must_be(speech: float, detected: Detected, language: str) -> None:
    assert speaking("ru").settle(detected, seconds(speech)) == language


def test_what_must_be_heard_falls_with_the_length() -> None:
    needed = [prior("ru", seconds(length)).share for length in (0, 0.79, 0.8, 1.5, 3.0, 20)]
    assert needed == sorted(needed, reverse=True)
    assert 0.5 < min(needed) < max(needed) < 1


def test_one_allowed_language_is_spoken_from_the_start() -> None:
    assert Tongue(("ru",)).language == "ru"
    assert Tongue(("ru", "en")).language is None


def test_before_anything_is_clear_an_utterance_decides_alone() -> None:
    tongue = Tongue(("ru", "en"))
    assert tongue.weigh(seconds(1)) is None
    assert tongue.settle(CLEAR, seconds(1)) is None
    tongue.take(Hypothesis("hm", "en", detected=DOUBTFUL), seconds(1))
    assert tongue.language is None
    tongue.take(Hypothesis("hello", "en", detected=CLEAR), seconds(1))
    assert tongue.language == "en"


def test_a_doubtful_utterance_does_not_change_what_is_spoken() -> None:
    tongue = speaking("ru")
    tongue.take(Hypothesis("хм", "ru", detected=DOUBTFUL), seconds(1))
    assert tongue.language == "ru"
    tongue.take(Hypothesis("hello", "en", detected=CLEAR), seconds(3))
    assert tongue.language == "en"


def test_a_text_against_its_sound_is_disputed() -> None:
    assert disputed(Hypothesis("хм", "ru", detected=DOUBTFUL))
    assert not disputed(Hypothesis("hm", "en", detected=DOUBTFUL))
    assert not disputed(Hypothesis("хм", "ru"))
