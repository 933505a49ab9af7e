"""Captions word by word, and one utterance after the other."""

import math

from streaming.events import Caption
from streaming.protocols.spoken import OneAfterTheOther, SpokenWord, clock, share, spoken_words, whole_text
from streaming.segments import Segment, TimedWord
from tests.unit.streaming.protocols.spoken_captions import final, partial


def test_words_of_a_final_have_the_times_at_which_they_were_heard() -> None:
    words = spoken_words(final("s-1", ("Good", 1.0, 1.25), ("day.", 1.3, 1.75)))
    assert words == (
        SpokenWord("Good", 1.0, 1.25, 0.9, True),
        SpokenWord("day.", 1.3, 1.75, 0.9, True),
    )


def test_words_that_may_still_change_lie_between_start_and_end_by_their_letters() -> None:
    words = spoken_words(partial("s-1", "one", "two six", start=1.0, end=1.9))
    assert [(word.text, word.start, word.end, word.settled) for word in words] == [
        ("one", 1.0, 1.3, True),
        ("two", 1.3, 1.6, False),
        ("six", 1.6, 1.9, False),
    ]
    assert {word.confidence for word in words} == {0.0}


def test_a_final_without_times_is_spread_and_settled() -> None:
    caption = Caption(1, Segment("s-1", 0.0, 1.0, "ab cd", "en"), final=True)
    assert [(word.text, word.settled) for word in spoken_words(caption)] == [("ab", True), ("cd", True)]


def test_starts_never_go_back_and_ends_never_come_before_starts() -> None:
    heard = (TimedWord("a", 2.0, 1.0, 1.0), TimedWord("b", 1.0, math.nan, math.nan))
    words = spoken_words(Caption(1, Segment("s", 1.0, 2.0, "a b", "en", heard), final=True))
    assert [(word.start, word.end, word.confidence) for word in words] == [(2.0, 2.0, 1.0), (2.0, 2.0, 0.0)]


def test_the_whole_text_is_what_is_settled_and_what_is_not() -> None:
    assert whole_text(partial("s", "one", "two")) == "one two"
    assert whole_text(partial("s", "", "two")) == "two"


def test_numbers_can_always_be_written() -> None:
    assert [clock(value) for value in (-1.0, math.nan, math.inf, 1e300, 1.23456)] == [0, 0, 0, 1e9, 1.235]
    assert [share(value) for value in (None, math.nan, -1.0, 2.0, 0.51234)] == [0, 0, 0, 1, 0.512]


def test_the_next_utterance_is_shown_when_the_one_before_it_has_ended() -> None:
    order = OneAfterTheOther()
    assert order.shows(partial("s-1", "one"))
    assert not order.shows(partial("s-2", "two"))
    assert order.shows(final("s-1", ("one", 1.0, 1.2)))
    assert order.shows(partial("s-2", "two"))
    assert order.shows(final("s-2", ("two", 2.0, 2.2)))


def test_the_end_of_nothing_is_told_to_those_who_saw_something() -> None:
    order = OneAfterTheOther()
    assert not order.shows(final("s-1"))
    assert order.shows(partial("s-2", "hm"))
    assert order.shows(final("s-2"))


def test_a_final_whose_words_nobody_saw_is_told_at_once() -> None:
    order = OneAfterTheOther()
    assert order.shows(partial("s-2", "two"))
    assert order.shows(final("s-1", ("one", 1.0, 1.2)))
    assert order.shows(partial("s-2", "two three"))
