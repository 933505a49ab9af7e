"""The prompt puts its parts where a batch needs them."""

from collections.abc import Iterable

import pytest

from asr.prompt import (
    MAX_HOTWORD_TOKENS,
    MAX_PREFIX_TOKENS,
    hotword_tokens,
    max_length,
    prefix_tokens,
    task_tokens,
)

CONTEXT = 448
"""Positions of Whisper's decoder."""


class Letters:
    """A tokenizer with one token for each character."""

    sot, sot_prev, transcribe, no_timestamps = -1, -2, -3, -4

    def encode(self, text: str) -> list[int]:
        """Code points."""
        return [ord(char) for char in text]


def spelled(tokens: Iterable[int]) -> str:
    """The text in a prompt."""
    return "".join(chr(token) for token in tokens if token >= 0)


LETTERS = Letters()


@pytest.mark.parametrize("language", [None, 7])
def test_start_stands_at_the_same_place_whatever_the_prefix(language: int | None) -> None:
    hotwords = hotword_tokens(LETTERS, ("Steno", "Kubernetes"))
    prompts = [
        [*hotwords, *task_tokens(LETTERS, language), *prefix_tokens(LETTERS, prefix)]
        for prefix in ("", "so", "so we said that")
    ]
    assert len({prompt.index(LETTERS.sot) for prompt in prompts}) == 1
    assert len({prompt.index(LETTERS.no_timestamps) for prompt in prompts}) == 1


def test_all_languages_take_as_many_tokens() -> None:
    assert len(task_tokens(LETTERS, 1)) == len(task_tokens(LETTERS, 99))
    assert task_tokens(LETTERS, 7) == [LETTERS.sot, 7, LETTERS.transcribe, LETTERS.no_timestamps]


def test_an_english_model_is_told_neither_language_nor_task() -> None:
    assert task_tokens(LETTERS, None) == [LETTERS.sot, LETTERS.no_timestamps]


def test_without_hotwords_nothing_stands_before_the_start() -> None:
    assert hotword_tokens(LETTERS, ()) == ()


def test_hotwords_are_a_list_after_the_mark_of_earlier_text() -> None:
    tokens = hotword_tokens(LETTERS, ("Steno", " Яндекс "))
    assert tokens[0] == LETTERS.sot_prev
    assert spelled(tokens) == " Steno, Яндекс"


def test_hotwords_that_do_not_fit_are_left_out_whole() -> None:
    words = ("abcdefgh",) * 30
    text = spelled(hotword_tokens(LETTERS, words))
    assert len(text) <= MAX_HOTWORD_TOKENS
    assert set(text.strip().split(", ")) == {"abcdefgh"}
    assert hotword_tokens(LETTERS, ("x" * 200,)) == ()


def test_the_prefix_begins_like_a_word_in_running_text() -> None:
    assert spelled(prefix_tokens(LETTERS, " Ну вот ")) == " Ну вот"
    assert prefix_tokens(LETTERS, "  ") == []


def test_the_prefix_of_the_longest_utterance_is_not_cut() -> None:
    """A cut prefix would be decoded twice: twenty-five seconds of fast Russian are 275 tokens."""
    assert MAX_PREFIX_TOKENS >= 275
    assert len(prefix_tokens(LETTERS, "x" * 274)) == 275


def test_all_of_it_leaves_the_decoder_room_for_an_answer() -> None:
    longest = 1 + MAX_HOTWORD_TOKENS + len(task_tokens(LETTERS, 7)) + MAX_PREFIX_TOKENS
    assert longest <= CONTEXT - 32


def allowed(length: int, start: int) -> int:
    """The longest answer in CTranslate2 4.8 for a `max_length`, as measured with two models."""
    return min(length // 2, length - (start - 1))


@pytest.mark.parametrize("start", [2, 4, 20, 100])
@pytest.mark.parametrize("answer", [1, 17, 90, 320])
def test_the_length_given_allows_an_answer_of_just_so_many_tokens(start: int, answer: int) -> None:
    assert allowed(max_length(start, answer), start) == answer


def test_no_answer_goes_beyond_the_last_position() -> None:
    assert allowed(max_length(100, 900), 100) == CONTEXT - 100
