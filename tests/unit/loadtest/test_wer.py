"""Word error rate counts words, not spelling habits."""

import pytest

from loadtest.wer import WordErrors, compare, normalise, score


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't stop, it's 5 o’clock!", ["dont", "stop", "its", "5", "oclock"]),
        ("Ещё раз — всё, Фёдор.", ["еще", "раз", "все", "федор"]),
        ("well-known snake_case", ["well", "known", "snake", "case"]),
        ("  \n ...", []),
    ],
)
def test_normalised_words(text: str, words: list[str]) -> None:
    assert normalise(text) == words


def test_each_kind_of_error_is_counted() -> None:
    assert compare("the cat sat on the mat", "the cat sat on the mat") == WordErrors(words=6)
    assert compare("the cat sat", "the dog sat") == WordErrors(3, substitutions=1)
    assert compare("the cat sat", "the sat") == WordErrors(3, deletions=1)
    assert compare("the cat", "the old cat") == WordErrors(2, insertions=1)


def test_a_set_is_scored_over_its_words_and_not_over_its_files() -> None:
    total = score(
        [
            ("a", "b"),
            ("one two three four five six seven eight nine", "one two three four five six seven eight nine"),
        ]
    )
    assert total.rate == pytest.approx(0.1)
    assert total.errors == 1


def test_words_out_of_nothing_are_errors() -> None:
    assert compare("", "thank you").rate == 2.0
    assert score([]).rate == 0.0
