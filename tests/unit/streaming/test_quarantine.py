"""What is suspected to be made up, and what is not."""

import pytest

from asr.types import SAMPLE_RATE, Hypothesis, Word
from streaming.quarantine import WEIGHTS, signs, suspicious
from streaming.segmenter import Voice

CLEAR = Voice(SAMPLE_RATE, 0.99)
FAINT = Voice(SAMPLE_RATE, 0.6)
CLICK = Voice(SAMPLE_RATE // 10, 0.99)


def unheard(text: str, logprob: float = -0.5) -> Hypothesis:
    """A text that the model itself takes for none."""
    return Hypothesis(text, "en", average_logprob=logprob, no_speech_probability=0.9)


def spaced(text: str, step: int) -> tuple[Word, ...]:
    """Its words, each so many samples long."""
    return tuple(Word(f" {word}", at * step, (at + 1) * step, 0.9) for at, word in enumerate(text.split()))


@pytest.mark.parametrize("text", ["yes", "no", "да", "угу", "mm-hmm", "Thank you.", "спасибо"])
@pytest.mark.parametrize("voice", [CLEAR, Voice(SAMPLE_RATE // 4, 0.95), Voice(SAMPLE_RATE // 3, 0.7)])
def test_a_short_answer_at_normal_evidence_is_kept(text: str, voice: Voice) -> None:
    assert not suspicious(Hypothesis(text, "en", average_logprob=-0.7, no_speech_probability=0.3), voice)


@pytest.mark.parametrize("text", ["Thank you for watching.", "Субтитры сделал DimaTorzok", "Subscribe"])
def test_a_phantom_phrase_alone_is_no_proof(text: str) -> None:
    assert list(signs(Hypothesis(text, "en"), CLEAR)) == ["phantom"]
    assert not suspicious(Hypothesis(text, "en"), CLEAR)


@pytest.mark.parametrize(
    ("hypothesis", "voice"),
    [
        (unheard("Thank you."), CLEAR),
        (unheard("so", -1.5), CLEAR),
        (unheard("so"), FAINT),
        (unheard("I do not know what it is."), CLICK),
        (Hypothesis("Thank you.", "en", average_logprob=-1.2), FAINT),
        (Hypothesis("Продолжение следует...", "ru"), Voice(SAMPLE_RATE // 5, 0.6)),
        (Hypothesis("so so so", "en", compression_ratio=2.5), CLEAR),
    ],
)
def test_signs_add_up(hypothesis: Hypothesis, voice: Voice) -> None:
    assert suspicious(hypothesis, voice)


@pytest.mark.parametrize(
    ("hypothesis", "voice"),
    [
        (unheard("so"), CLEAR),
        (Hypothesis("so", "en", average_logprob=-1.6), FAINT),
        (Hypothesis("I do not know what it is.", "en", average_logprob=-1.2), CLICK),
        (Hypothesis("no, no, no, no", "en", compression_ratio=2.4), CLEAR),
    ],
)
def test_two_weak_signs_are_too_few(hypothesis: Hypothesis, voice: Voice) -> None:
    assert not suspicious(hypothesis, voice)


def test_words_that_found_no_place_in_the_audio_are_a_sign() -> None:
    text = "one two three four five"
    squeezed = [
        *spaced("one two three", 8_000),
        Word(" four", 24_000, 24_000, 0.9),
        Word(" five", 24_000, 24_000, 0.9),
    ]
    assert "squeezed" in set(signs(Hypothesis(text, "en", words=tuple(squeezed)), CLEAR))
    assert "squeezed" not in set(signs(Hypothesis(text, "en", words=spaced(text, 3_000)), CLEAR))
    assert "squeezed" not in set(signs(Hypothesis(text, "en"), CLEAR))


@pytest.mark.parametrize(
    ("text", "said_over"),
    [
        ("Oh, oh, oh.", True),
        ("Oh, oh.", False),
        ("is it, is it, is it? Is", True),
        ("", False),
        ("oh", False),
    ],
)
def test_a_phrase_said_over_and_over_is_a_sign(text: str, said_over: bool) -> None:
    assert ("repeated" in set(signs(Hypothesis(text, "en"), CLEAR))) is said_over
    assert not suspicious(Hypothesis(text, "en"), CLEAR)


def test_every_sign_has_a_weight() -> None:
    hopeless = Hypothesis(
        "Thank you. Thank you. Thank you.",
        "en",
        words=spaced("Thank you.", 0),
        average_logprob=-2.0,
        no_speech_probability=0.9,
        compression_ratio=9.0,
    )
    assert set(signs(hopeless, Voice())) == set(WEIGHTS)
