"""Loops are told from people who repeat themselves."""

import pytest

from asr.quality import MAX_COMPRESSION, before_restart, compression_ratio, loops, repeats, token_limit


def tokens(text: str) -> list[int]:
    """One token for each word and each mark, as Whisper cuts common words."""
    pieces = text.replace(",", " ,").replace(".", " .").replace("!", " !").split()
    names = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    return [names[piece] for piece in pieces]


@pytest.mark.parametrize(
    "text",
    [
        "no no no",
        "No, no, no, no, no",
        "Yeah, yeah, yeah, yeah, yeah,",
        "ha ha ha",
        "ha ha ha ha ha ha",
        "да, да, да, да, да",
        "ну да да да",
        "very, very, very, very good",
        "one two three one two three one two three",
        "We are going to do that, and then we are going to do this, and then we are going home.",
        "",
    ],
)
def test_people_who_repeat_themselves_are_believed(text: str) -> None:
    assert not loops(tokens(text), text, limit=100)


@pytest.mark.parametrize(
    "text",
    [
        "I think that " + "we are going to " * 4,
        "Thank you." + " Thank you." * 6,
        "so " * 12,
        "Продолжение следует" + ", продолжение следует" * 7,
        "the the the the the the the the the the",
        "a, a, a, a, a, a, a, a, a",
        "And " + "that's what I'm saying, " * 5,
    ],
)
def test_a_model_that_repeats_itself_is_not(text: str) -> None:
    assert loops(tokens(text), text, limit=100)


def test_no_end_within_the_limit_is_a_loop_whatever_it_says() -> None:
    assert loops(list(range(40)), "all of it different", limit=40)
    assert not loops(list(range(39)), "all of it different", limit=40)


def test_text_of_high_compression_is_a_loop_even_if_it_ended_differently() -> None:
    text = "I am here. " * 12 + "Goodbye everyone"
    assert loops(tokens(text), text, limit=200)
    assert compression_ratio(text) > MAX_COMPRESSION


def test_the_repeat_is_counted_at_the_end_only() -> None:
    assert repeats([1, 2, 3, 1, 2, 3, 1, 2, 3], 3) == 3
    assert repeats([1, 2, 3, 1, 2, 3, 9], 3) == 1
    assert repeats([7], 1) == 1


def test_russian_and_english_are_measured_alike() -> None:
    english = compression_ratio("We will meet again on Thursday to look at the numbers")
    russian = compression_ratio("Мы снова встретимся в четверг, чтобы посмотреть на цифры")
    assert english < MAX_COMPRESSION
    assert russian < MAX_COMPRESSION
    assert compression_ratio("") == 1.0


def test_the_token_limit_grows_with_the_audio_up_to_the_models_own() -> None:
    assert token_limit(0.0) == 16
    assert token_limit(1.0) == 28
    assert token_limit(10.0) == 136
    assert token_limit(30.0) == 320


def test_text_that_begins_again_is_cut_where_it_does() -> None:
    sentence = list(range(100, 130))
    again = [*sentence, *sentence[:15]]
    assert list(before_restart(again)) == sentence
    assert loops(again, "said once", limit=200)


def test_a_phrase_said_twice_is_no_restart() -> None:
    refrain = list(range(100, 111))
    tokens = [*refrain, 7, *refrain, 8]
    assert list(before_restart(tokens)) == tokens
    assert not loops(tokens, "a refrain", limit=200)
