"""One utterance: what it asks, what it shows, and its last word."""

from typing import Any

import numpy as np
import pytest

from asr.types import SAMPLE_RATE, DecodeRequest, EngineError, Hypothesis, Kind, Waveform, Word
from streaming.agreement import Agreement
from streaming.joining import Ending
from streaming.segmenter import EARLIEST_CUT, Voice
from streaming.segments import SUSPECTED_HALLUCINATION, TimedWord
from streaming.tongue import prior
from streaming.utterance import INCOMPLETE, Style, Utterance

START = 2 * SAMPLE_RATE


def utterance(**style: Any) -> Utterance:
    """One that begins at 2 s, with speech at 2.3 s."""
    agreement = Agreement(span=32_000, held_back=2)
    return Utterance("s-00001", START, START + 4_800, "left", Style(**style), agreement=agreement)


def audio(seconds: float) -> Waveform:
    """So much of it."""
    return np.zeros(round(seconds * SAMPLE_RATE), np.float32)


def final(one: Utterance, seconds: float) -> DecodeRequest:
    """Ask for the final, which must need asking."""
    request = one.final(audio(seconds), 0.0)
    assert request is not None
    assert one.asked is request
    return request


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
    assert [*numbers, final(one, 3).generation] == [1, 2, 3]


@pytest.mark.parametrize(("stability", "prefix"), [("stable", "a b c"), ("accurate", "")])
def test_only_a_stable_final_is_bound_to_what_was_settled(stability: str, prefix: str) -> None:
    one = utterance(stability=stability)
    settle(one, "a b c d e")
    assert one.partial(audio(4), 0.0).prefix == "a b c"
    assert final(one, 4).prefix == prefix


def test_an_answer_from_before_the_end_is_not_shown_after_it() -> None:
    one = utterance()
    request = one.partial(audio(1.0), 0.0)
    close(one, 2.0)
    one.final(audio(2.0), 0.0)
    assert not one.heard(request, Hypothesis("hello", "en"))
    assert one.agreement.pending == ()


def test_settled_words_tell_the_language_of_the_rest() -> None:
    one = utterance()
    settle(one, "ну вот и всё же", language="ru")
    assert final(one, 4).language == "ru"


def test_the_language_is_open_until_words_are_settled() -> None:
    one = utterance()
    one.heard(one.partial(audio(3.0), 0.0), Hypothesis("hello", "en", 0.9))
    close(one, 3.0)
    assert final(one, 3.0).language is None


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
    assert segment.words == (TimedWord("Hello", 2.3, 2.5, 0.8), TimedWord("you.", 2.5, 3.0, 0.6))
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
    conclusion = one.conclude(Hypothesis("x y z", "en", words=words))
    assert conclusion.segment.text == "a b c"
    assert conclusion.segment.words == ()
    assert INCOMPLETE in conclusion.segment.flags
    assert (conclusion.outcome, conclusion.reason) == ("lost", EngineError.reason)


def test_an_accurate_final_may_say_something_else() -> None:
    one = utterance(stability="accurate")
    settle(one, "a b c d e")
    close(one, 3.0)
    assert one.conclude(Hypothesis("x y z", "en")).segment.text == "x y z"


def test_suspicious_text_is_kept_and_flagged() -> None:
    one = utterance()
    close(one, 1.0)
    conclusion = one.conclude(Hypothesis("so so so", "en", compression_ratio=9.0))
    segment, outcome = conclusion.segment, conclusion.outcome
    assert (segment.text, segment.flags, outcome) == ("so so so", (SUSPECTED_HALLUCINATION,), "quarantined")


def test_what_the_detector_heard_counts_as_evidence() -> None:
    phrase = Hypothesis("Thank you for watching.", "en", average_logprob=-1.1)
    said, noise = utterance(), utterance()
    said.voice, noise.voice = Voice(SAMPLE_RATE, 0.99), Voice(SAMPLE_RATE, 0.6)
    close(said, 1.0)
    close(noise, 1.0)
    assert said.conclude(phrase).outcome == "transcribed"
    assert noise.conclude(phrase).outcome == "quarantined"


def test_words_lie_within_the_speech() -> None:
    """The alignment gives them the silence around it too."""
    one = utterance()
    close(one, 1.5)
    one.speech_end = START + SAMPLE_RATE
    words = (
        Word(" Well", START, START + 8_000, 0.9),
        Word(" then", START + 8_000, START + 24_000, 0.9),
    )
    segment = one.conclude(Hypothesis("Well then", "en", words=words)).segment
    assert segment.words == (TimedWord("Well", 2.3, 2.5, 0.9), TimedWord("then", 2.5, 3.0, 0.9))


def test_words_where_the_detector_heard_nothing_keep_their_times() -> None:
    one = utterance()
    close(one, 1.5)
    one.speech_end = START + SAMPLE_RATE
    words = (Word(" a", START, START + 3_200, 0.9), Word(" z", START + 19_200, START + 22_400, 0.9))
    segment = one.conclude(Hypothesis("a z", "en", words=words)).segment
    assert [(word.start, word.end) for word in segment.words] == [(2.0, 2.2), (3.2, 3.4)]


def test_the_end_shown_never_goes_back() -> None:
    one = utterance()
    one.speech_end = START + 4 * SAMPLE_RATE
    assert one.caption("en", START + 4 * SAMPLE_RATE).end == 6.0
    assert one.caption("en", START + 3 * SAMPLE_RATE).end == 6.0
    close(one, 2.0)
    assert one.conclude(Hypothesis("hello", "en")).segment.end == 6.0


def test_the_end_shown_is_that_of_the_speech_in_the_window() -> None:
    one = utterance()
    one.speech_end = START + 2 * SAMPLE_RATE
    assert one.caption("en", START + SAMPLE_RATE).end == 3.0
    assert one.caption("en", START + 3 * SAMPLE_RATE).end == 4.0


def test_the_end_shown_is_none_that_a_cut_may_come_before() -> None:
    one = utterance()
    heard = one.speech_end = START + EARLIEST_CUT + 3 * SAMPLE_RATE
    assert one.caption("en", heard).end == (START + EARLIEST_CUT) / SAMPLE_RATE
    one.agreement.edge = START + EARLIEST_CUT + SAMPLE_RATE
    assert one.caption("en", heard).end == (START + EARLIEST_CUT) / SAMPLE_RATE + 1


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


def test_a_pause_that_goes_on_has_been_decoded_already() -> None:
    one = utterance()
    request = one.pause(audio(2.0), 0.0)
    assert one.heard(request, Hypothesis("hello you", "en"))
    assert one.agreement.pending == ("hello", "you")
    close(one, 2.0)
    assert one.final(audio(2.0), 0.0) is None
    assert one.conclusion is not None
    assert one.conclusion.segment.text == "hello you"


def test_a_pause_that_goes_on_while_it_is_decoded_concludes_with_its_answer() -> None:
    one = utterance()
    request = one.pause(audio(2.0), 0.0)
    close(one, 2.0)
    assert one.final(audio(2.0), 0.0) is None
    assert one.asked is request
    assert one.conclusion is None


def test_after_a_pause_in_which_speech_went_on_the_whole_is_asked_for() -> None:
    one = utterance()
    one.heard(one.pause(audio(2.0), 0.0), Hypothesis("hello you", "en"))
    close(one, 3.0)
    assert final(one, 3.0).kind is Kind.FINAL


def test_a_pause_that_was_not_answered_is_no_answer() -> None:
    one = utterance()
    one.unanswered(one.pause(audio(2.0), 0.0))
    assert not one.waiting
    assert one.asked_at(START + 2 * SAMPLE_RATE), "it would be asked and fail for ever"
    close(one, 2.0)
    assert final(one, 2.0).kind is Kind.FINAL


def test_a_partial_that_a_pause_replaced_leaves_the_pause_awaited() -> None:
    one = utterance()
    partial = one.partial(audio(1.9), 0.0)
    one.pause(audio(2.0), 0.0)
    one.unanswered(partial)
    assert one.waiting


def test_a_pauses_answer_without_the_settled_words_does_not_conclude() -> None:
    one = utterance()
    settle(one, "a b c d e")
    one.heard(one.pause(audio(4.0), 0.0), Hypothesis("x y z", "en"))
    close(one, 4.0)
    assert final(one, 4.0).prefix == "a b c"


def test_a_pause_answered_behind_the_next_one_settles_nothing_that_the_next_one_need_not_say() -> None:
    one = utterance()
    first = one.pause(audio(2.0), 0.0)
    second = one.pause(audio(4.0), 0.0)
    assert one.heard(first, Hypothesis("good morning every one", "en"))
    assert one.agreement.pending
    close(one, 4.0)
    assert one.final(audio(4.0), 0.0) is None
    assert one.asked is second
    conclusion = one.conclude(Hypothesis("Good morning everyone, thanks for joining.", "en"))
    assert conclusion.segment.text == "Good morning everyone, thanks for joining."
    assert INCOMPLETE not in conclusion.segment.flags


def test_a_partial_carries_what_the_last_one_heard() -> None:
    one = utterance()
    assert (one.partial(audio(1.0), 0.0).draft, one.partial(audio(1.0), 0.0).drafted) == ("", 0)
    one.heard(one.partial(audio(2.0), 0.0), Hypothesis("hello you", "en"))
    request = one.partial(audio(3.0), 0.0)
    assert (request.draft, request.drafted) == ("hello you", 2 * SAMPLE_RATE)


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
    assert request is not None
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
