"""Two pieces of one speech read as one."""

import pytest

from asr.types import SAMPLE_RATE, Hypothesis, Word
from streaming.joining import AS_IT_IS, Ending, Names, Opening, opening, split
from streaming.segments import Segment, TimedWord

SECOND = SAMPLE_RATE


def heard(text: str) -> Hypothesis:
    """A word a second, each half a second long."""
    words = tuple(
        Word(f" {word}", at * SECOND, at * SECOND + SECOND // 2, 0.9) for at, word in enumerate(text.split())
    )
    return Hypothesis(text, "en", words=words)


def after(before: str, beyond: str = "") -> Ending:
    """The utterance before, which ended at 20 s."""
    return Ending(before, tuple(beyond.split()), "en", 20 * SECOND)


def read(before: Ending | None, text: str, *, at: float = 20.0, language: str = "en") -> str:
    """The text as it reads on."""
    return opening(before, text, round(at * SECOND), language, Names(("Steno",))).text(text)


def test_a_piece_is_parted_from_what_follows_it() -> None:
    parts = split(heard("of the first importance that the"), 4 * SECOND - 100, "")
    assert parts is not None
    first, beyond = parts
    assert first.text == "of the first importance"
    assert [word.text for word in first.words] == [" of", " the", " first", " importance"]
    assert beyond == ("that", "the")


def test_a_word_belongs_where_its_middle_lies() -> None:
    for end, kept in ((SECOND // 4, 0), (SECOND // 4 + 1, 1)):
        parts = split(heard("one two"), end, "")
        assert parts is not None
        assert len(parts[0].words) == kept


def test_settled_words_stay_wherever_they_were_heard() -> None:
    parts = split(heard("one two three four"), SECOND, "one two three")
    assert parts is not None
    assert parts[0].text == "one two three"
    assert parts[1] == ("four",)


def test_words_without_places_cannot_be_parted() -> None:
    assert split(Hypothesis("one two", "en"), SECOND, "") is None
    assert split(Hypothesis("", "en"), SECOND, "") == (Hypothesis("", "en"), ())


@pytest.mark.parametrize(
    ("before", "beyond", "text", "expected"),
    [
        ("of the first importance", "that the letter", "That the letter used", "that the letter used"),
        ("of the first importance", "that the letter", "that the letter used", "that the letter used"),
        ("the end.", "The next one", "the next one", "The next one"),
        ("said", "Catherine the", "Catherine the next", "Catherine the next"),
        ("we saw the the", "cat go", "The cat go", "cat go"),
        ("we saw the", "black cat go", "Cat go home", "black Cat go home"),
        ("we saw the", "black", "Something else", "Something else"),
        ("we saw the", "1455 has", "1455 Has", "1455 Has"),
    ],
    ids=["case", "right already", "sentence", "name", "doubled", "lost", "unlike", "number"],
)
def test_after_a_cut_the_words_heard_beyond_it_decide(
    before: str, beyond: str, text: str, expected: str
) -> None:
    assert read(after(before, beyond), text) == expected


@pytest.mark.parametrize(
    ("before", "text", "expected"),
    [
        ("of the true printed book,", "The invention of", "the invention of"),
        ("of the true printed book", "The invention of", "the invention of"),
        ("of the true printed book.", "The invention of", "The invention of"),
        ("so he asked:", "I am", "I am"),
        ("and then", "I'm here", "I'm here"),
        ("and then", "NASA went", "NASA went"),
        ("and then", "COVID-19 came", "COVID-19 came"),
        ("and then", "Steno wrote", "Steno wrote"),
        ("and then", "", ""),
        ("", "The end", "The end"),
    ],
)
def test_after_a_pause_the_mark_before_it_decides(before: str, text: str, expected: str) -> None:
    assert read(after(before), text) == expected


def test_nothing_reads_on_after_a_long_pause_in_another_language_or_from_nothing() -> None:
    before = after("of the true printed book,")
    assert read(before, "The invention", at=21.5) == "The invention"
    assert read(before, "Die Erfindung", language="de") == "Die Erfindung"
    assert read(None, "The invention") == "The invention"


def test_nouns_keep_their_capital_where_that_is_how_they_are_written() -> None:
    before = Ending("und dann", (), "de", 20 * SECOND)
    assert read(before, "Zeit war es", language="de") == "Zeit war es"


def test_names_heard_within_a_sentence_keep_their_capital() -> None:
    names = Names()
    names.learn("The day. Then Catherine said to Mr. Allen that we go.")
    assert names.may_be("Catherine", "en")
    assert not names.may_be("Then", "en")
    assert not names.may_be("That", "en")


def test_a_segment_is_changed_with_its_words() -> None:
    words = (TimedWord("The", 1.0, 1.2, 0.9), TimedWord("Cat", 1.2, 1.5, 0.8))
    segment = Segment("s", 1.0, 1.5, "The Cat", "en", words)
    dropped = Opening(dropped=1, upper=False).segment(segment)
    assert (dropped.text, dropped.words) == ("cat", (TimedWord("cat", 1.2, 1.5, 0.8),))
    added = Opening(added="Black", upper=False).segment(segment)
    assert added.text == "black The Cat"
    assert [word.word for word in added.words] == ["black", "The", "Cat"]
    assert AS_IT_IS.segment(segment) is segment
