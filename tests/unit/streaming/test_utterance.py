"""One utterance: what it asks, what it shows, and its last word."""

from typing import Any

import numpy as np
import pytest

from asr.types import SAMPLE_RATE, Hypothesis, Kind, Waveform, Word
from streaming.agreement import Agreement
from streaming.joining import Ending
from streaming.segments import SUSPECTED_HALLUCINATION, TimedWord
from streaming.tongue import prior
from streaming.utterance import INCOMPLETE, Style, Utterance, suspicious

START = 2 * SAMPLE_RATE


def utterance(**style: Any) -> Utterance:
    """One that begins at 2 s, with speech at 2.3 s."""
    agreement = Agreement(needed=3, held_back=2)
    return Utterance("s-00001", START, START + 4_800, "left", Style(**style), agreement=agreement)


def audio(seconds: float) -> Waveform:
    """So much of it."""
    return np.zeros(round(seconds * SAMPLE_RATE), np.float32)


def settle(one: Utterance, text: str, *, language: str = "en") -> None:
    """Hear the same three times."""
    for seconds in (1.0, 2.0, 3.0):
        one.heard(one.partial(audio(seconds), 0.0), Hypothesis(text, language))


def close(one: Utterance, seconds: float) -> None:
    """End it after so much audio."""
    one.end = one.speech_end = one.start + round(seconds * SAMPLE_RATE)


def test_a_request_carries_all_that_decides_how_it_is_decoded() -> None:
    one = utterance(languages=("ru", "en"), hotwords=("Steno",))
    request = one.partial(audio(1.0), 7.0)
    assert (request.key, request.kind, request.start, request.deadline) == (
        "s-00001",
        Kind.PARTIAL,
        START,
        7.0,
    )
    assert (request.languages, request.hotwords, request.language, request.prefix) == (
        ("ru", "en"),
        ("Steno",),
        None,
        "",
    )
    assert (one.waiting, one.decoded_to) == (True, START + SAMPLE_RATE)


def test_generations_rise() -> None:
    one = utterance()
    numbers = [one.partial(audio(1), 0.0).generation, one.partial(audio(2), 0.0).generation]
    assert [*numbers, one.final(audio(3), 0.0).generation] == [1, 2, 3]


@pytest.mark.parametrize(("stability", "prefix"), [("stable", "a b c"), ("accurate", "")])
def test_only_a_stable_final_is_bound_to_what_was_settled(stability: str, prefix: str) -> None:
    one = utterance(stability=stability)
    settle(one, "a b c d e")
    assert one.partial(audio(4), 0.0).prefix == "a b c"
    assert one.final(audio(4), 0.0).prefix == prefix


def test_an_answer_from_before_the_end_is_not_shown_after_it() -> None:
    one = utterance()
    request = one.partial(audio(1.0), 0.0)
    close(one, 2.0)
    one.final(audio(2.0), 0.0)
    assert not one.heard(request, Hypothesis("hello", "en"))
    assert not one.waiting


def test_settled_words_tell_the_language_of_the_rest() -> None:
    one = utterance()
    settle(one, "ну вот и всё же", language="ru")
    assert one.final(audio(4), 0.0).language == "ru"


def test_the_language_is_open_until_words_are_settled() -> None:
    one = utterance()
    one.heard(one.partial(audio(3.0), 0.0), Hypothesis("hello", "en", 0.9))
    close(one, 3.0)
    assert one.final(audio(3.0), 0.0).language is None


def test_little_that_sounds_like_another_language_is_not_shown() -> None:
    one = utterance()
    one.tongue.language = "ru"
    request = one.partial(audio(1.0), 0.0)
    assert request.prior == prior("ru", SAMPLE_RATE - 4_800)
    assert not one.heard(request, Hypothesis("хелло", "ru", 0.3, (("en", 0.7), ("ru", 0.3))))
    assert not one.waiting
    assert one.pending == ""
    assert one.heard(one.partial(audio(2.0), 0.0), Hypothesis("hello you", "en", 0.9, (("en", 0.9),)))
    assert one.pending == "hello"


def test_the_final_has_text_words_and_their_mean_confidence() -> None:
    one = utterance(speaker="Anna")
    close(one, 1.5)
    words = (Word(" Hello", START, START + 8_000, 0.8), Word(" you.", START + 8_000, START + 16_000, 0.6))
    conclusion = one.conclude(Hypothesis("Hello you.", "en", words=words))
    segment, outcome = conclusion.segment, conclusion.outcome
    assert outcome == "transcribed"
    assert (segment.id, segment.text, segment.language) == ("s-00001", "Hello you.", "en")
    assert (segment.start, segment.end) == (2.3, 3.5)
    assert (segment.speaker, segment.track, segment.confidence) == ("Anna", "left", 0.7)
    assert segment.words == (TimedWord("Hello", 2.0, 2.5, 0.8), TimedWord("you.", 2.5, 3.0, 0.6))
    assert segment.flags == ()


@pytest.mark.parametrize("text", ["", " ", "...", ". . .", "—", "♪♪"])
def test_text_without_a_letter_is_silence(text: str) -> None:
    one = utterance()
    close(one, 1.0)
    conclusion = one.conclude(Hypothesis(text, "en"))
    segment, outcome = conclusion.segment, conclusion.outcome
    assert (segment.text, outcome) == ("", "silence")


def test_even_marks_are_not_taken_back_once_settled() -> None:
    one = utterance()
    settle(one, "… — hm hm")
    settled = one.committed
    assert settled == "… —"
    close(one, 3.0)
    segment = one.conclude(Hypothesis(f"{settled} ...", "en")).segment
    assert segment.text.startswith(settled)


def test_an_answer_that_contradicts_what_was_settled_is_not_used() -> None:
    one = utterance()
    settle(one, "a b c d e")
    close(one, 3.0)
    words = (Word(" x", START, START + 1, 0.9),)
    segment = one.conclude(Hypothesis("x y z", "en", words=words)).segment
    assert segment.text == "a b c"
    assert segment.words == ()
    assert INCOMPLETE in segment.flags


def test_an_accurate_final_may_say_something_else() -> None:
    one = utterance(stability="accurate")
    settle(one, "a b c d e")
    close(one, 3.0)
    assert one.conclude(Hypothesis("x y z", "en")).segment.text == "x y z"


@pytest.mark.parametrize(
    ("hypothesis", "expected"),
    [
        (Hypothesis("so", "en"), False),
        (Hypothesis("so", "en", compression_ratio=2.5), True),
        (Hypothesis("so", "en", no_speech_probability=0.9, average_logprob=-1.5), True),
        (Hypothesis("so", "en", no_speech_probability=0.9, average_logprob=-0.3), False),
        (Hypothesis("so", "en", no_speech_probability=0.1, average_logprob=-1.5), False),
    ],
)
def test_loops_and_words_over_no_speech_are_suspicious(hypothesis: Hypothesis, expected: bool) -> None:
    assert suspicious(hypothesis) is expected


def test_suspicious_text_is_kept_and_flagged() -> None:
    one = utterance()
    close(one, 1.0)
    conclusion = one.conclude(Hypothesis("so so so", "en", compression_ratio=9.0))
    segment, outcome = conclusion.segment, conclusion.outcome
    assert (segment.text, segment.flags, outcome) == ("so so so", (SUSPECTED_HALLUCINATION,), "quarantined")


def test_the_end_shown_never_goes_back() -> None:
    one = utterance()
    one.partial(audio(4.0), 0.0)
    assert one.caption("en", START + 4 * SAMPLE_RATE).end == 6.0
    assert one.caption("en", START + 3 * SAMPLE_RATE).end == 6.0
    close(one, 2.0)
    assert one.conclude(Hypothesis("hello", "en")).segment.end == 6.0


def test_what_was_settled_outlives_the_models_failure() -> None:
    one = utterance()
    settle(one, "a b c d e", language="ru")
    close(one, 3.0)
    segment = one.abandon("engine_error").segment
    assert (segment.text, segment.language, segment.flags) == ("a b c", "ru", (INCOMPLETE,))


def test_a_partial_that_loops_is_no_evidence() -> None:
    one = utterance()
    request = one.partial(audio(1.0), 0.0)
    one.heard(request, Hypothesis("well then", "en"))
    request = one.partial(audio(2.0), 0.0)
    assert not one.heard(request, Hypothesis("well " * 50, "en", compression_ratio=9.0))
    assert one.agreement.pending == ("well",)
    assert not one.waiting


BEFORE = Ending("we saw the,", (), "en", START)


def test_it_reads_on_from_the_first_word_shown_to_the_last() -> None:
    one = utterance()
    one.before = BEFORE
    one.heard(one.partial(audio(0.5), 0.0), Hypothesis("The cat went", "en"))
    assert one.pending.startswith("the cat")
    settle(one, "The cat went home then")
    assert one.caption("en", START).text == "the cat went"
    assert one.partial(audio(4.0), 0.0).prefix == "The cat went"
    close(one, 4.0)
    one.final(audio(4.0), 0.0)
    one.conclude(Hypothesis("The cat went home.", "en"))
    assert one.told().segment.text == "the cat went home."


def test_settled_words_stay_as_they_were_shown_when_the_end_before_comes_late() -> None:
    one = utterance()
    settle(one, "The cat went home then")
    assert one.caption("en", START).text == "The cat went"
    one.before = BEFORE
    close(one, 4.0)
    one.final(audio(4.0), 0.0)
    one.conclude(Hypothesis("The cat went home.", "en"))
    assert one.told().segment.text == "The cat went home."


def test_words_beyond_a_cut_are_not_its_own() -> None:
    one = utterance()
    close(one, 1.0)
    request = one.final(audio(2.0), 0.0, beyond=SAMPLE_RATE)
    assert request.end == one.end
    words = (
        Word(" one", START, START + 8_000, 0.9),
        Word(" two", START + 17_000, START + 20_000, 0.9),
    )
    segment = one.conclude(Hypothesis("one two", "en", words=words)).segment
    assert (segment.text, [word.word for word in segment.words]) == ("one", ["one"])
    assert one.ending(segment.text, "en").beyond == ("two",)
    assert one.ask_again() is None


@pytest.mark.parametrize("words", [(), (Word(" one", START, START + SAMPLE_RATE, 0.9),)])
def test_an_answer_that_does_not_reach_the_cut_is_asked_again_without_what_follows(
    words: tuple[Word, ...],
) -> None:
    one = utterance()
    close(one, 5.0)
    one.final(audio(6.0), 0.0, beyond=SAMPLE_RATE)
    one.conclude(Hypothesis("one", "en", words=words))
    again = one.ask_again()
    assert again is not None
    assert (again.generation, again.beyond, len(again.audio)) == (2, 0, 5 * SAMPLE_RATE)
    assert one.conclusion is None
    one.conclude(Hypothesis("one", "en"))
    assert one.ask_again() is None
    assert one.told().segment.text == "one"
