"""Times of the words of a corrected text."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.correction import BY_HAND, corrected, matched
from streaming.segments import TimedWord

HEARD = tuple(
    TimedWord(word, 10.0 + at, 10.8 + at, 0.5)
    for at, word in enumerate(["we", "ship", "the", "bigger", "surfer", "on", "Friday."])
)


def times(text: str) -> list[tuple[str, float, float, float]]:
    return [
        (word.word, round(word.start, 3), round(word.end, 3), word.confidence)
        for word in corrected(HEARD, text)
    ]


def test_a_word_that_stays_keeps_its_time_and_one_in_anothers_place_takes_over_that_ones() -> None:
    assert times("We ship the bigger server on Friday.") == [
        ("We", 10.0, 10.8, 0.5),
        ("ship", 11.0, 11.8, 0.5),
        ("the", 12.0, 12.8, 0.5),
        ("bigger", 13.0, 13.8, 0.5),
        ("server", 14.0, 14.8, BY_HAND),
        ("on", 15.0, 15.8, 0.5),
        ("Friday.", 16.0, 16.8, 0.5),
    ]


def test_two_words_in_the_place_of_one_share_its_time_by_their_letters() -> None:
    assert times("we ship the bigger web servers on Friday.")[4:6] == [
        ("web", 14.0, 14.24, BY_HAND),
        ("servers", 14.24, 14.8, BY_HAND),
    ]


def test_added_words_stand_between_their_neighbours() -> None:
    assert times("well we ship the bigger surfer on this Friday. Agreed?") == [
        ("well", 10.0, 10.0, BY_HAND),
        *times(" ".join(word.word for word in HEARD))[:6],
        ("this", 15.8, 16.0, BY_HAND),
        ("Friday.", 16.0, 16.8, 0.5),
        ("Agreed?", 16.8, 16.8, BY_HAND),
    ]


def test_words_go_without_moving_the_others() -> None:
    assert times("we ship on Friday") == [
        ("we", 10.0, 10.8, 0.5),
        ("ship", 11.0, 11.8, 0.5),
        ("on", 15.0, 15.8, 0.5),
        ("Friday", 16.0, 16.8, 0.5),
    ]
    assert times("") == []


def test_without_times_there_are_none() -> None:
    assert corrected((), "anything") == ()


def test_case_and_punctuation_make_no_other_word_but_a_sign_alone_is_one() -> None:
    assert matched(["«Да,", "—", "нет"], ["да", "—", "НЕТ!"]) == [(0, 0), (1, 1), (2, 2)]


WORD = st.sampled_from(["a", "b", "B.", "да", "—", "c,"])


@given(st.lists(WORD, max_size=12), st.lists(WORD, max_size=12))
def test_the_words_are_those_of_the_text_and_time_never_runs_back(old: list[str], new: list[str]) -> None:
    words = tuple(TimedWord(word, at, at + 0.5, 0.9) for at, word in enumerate(old))
    made = corrected(words, " ".join(new))
    assert [word.word for word in made] == (new if old else [])
    assert all(one.start <= one.end for one in made)
    assert all(one.end <= other.start + 1e-9 for one, other in pairwise(made))
    if old and made:
        assert words[0].start <= made[0].start
        assert made[-1].end <= words[-1].end


@pytest.mark.parametrize("pattern", [("a", "b"), ("a", "a"), ("a b", "b a a")])
def test_the_longest_text_is_aligned_soon(pattern: tuple[str, str]) -> None:
    old, new = ("x " + " ".join([one] * 600) + " y" for one in pattern)
    words = tuple(TimedWord(word, at, at + 1.0, 0.9) for at, word in enumerate(old.split()))
    began = time.perf_counter()
    corrected(words, "z " + new[2:-2] + " z")
    assert time.perf_counter() - began < 2.0
