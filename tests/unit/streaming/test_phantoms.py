"""Phrases that are written where nobody speaks, however they are spelt."""

import pytest

from streaming.phantoms import CREDITS, PHRASES, bare, phantom


@pytest.mark.parametrize(
    "text",
    [
        "Thank you.",
        "Thank you. Thank you. Thank you.",
        "THANKS FOR WATCHING!",
        "I’ll see you in the next video.",
        "[Music]",
        "♪ Soft music ♪",
        "Subtitles by the Amara.org community",
        "Продолжение следует...",
        "Субтитры сделал DimaTorzok",
        "Редактор субтитров А.Синецкая Корректор А.Егорова",
        "СПОКОЙНАЯ МУЗЫКА",
        "Спасибо за просмотр!",
    ],
)
def test_a_phantom_phrase_is_recognised(text: str) -> None:
    assert phantom(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "...",
        "да",
        "угу",
        "yes",
        "mm-hmm",
        "Thank you, Anna, that helps.",
        "We subscribe to the service.",
        "Субтитровальная машина сломалась.",
        "Громкая музыка мешает соседям",
        "I like music",
    ],
)
def test_other_words_are_none(text: str) -> None:
    assert not phantom(text)


def test_a_text_is_compared_without_case_marks_and_repeats() -> None:
    assert bare("Ещё раз, ещё раз!") == "еще раз"
    assert bare("Don't. Stop") == "dont stop"
    assert bare("") == ""


def test_the_phrases_are_written_as_texts_are_compared() -> None:
    assert {bare(phrase) for phrase in PHRASES} == PHRASES - {"bye bye"} | {"bye"}
    assert all(bare(start) == start for start in CREDITS)
