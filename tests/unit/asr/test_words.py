"""Words get times inside their window which never run backwards."""

import pytest

from asr.types import SAMPLE_RATE, Word
from asr.words import FRAME, Alignment, place

SECOND = SAMPLE_RATE


def placed(
    words: list[str],
    frames: list[int],
    *,
    lengths: list[int] | None = None,
    start: int = 0,
    stop: int = 30 * SECOND,
) -> tuple[Word, ...]:
    """Words whose tokens begin at these frames (20 ms); the last frame is where the text ends."""
    lengths = lengths or [1] * len(words)
    pairs = list(enumerate(frames))
    return place(words, lengths, Alignment(pairs, [0.5] * sum(lengths)), start, stop)


def texts(words: tuple[Word, ...]) -> list[str]:
    """What stands in them."""
    return [word.text for word in words]


def test_a_word_lasts_from_its_first_frame_to_that_of_the_next() -> None:
    first, second = placed([" one", " two"], [5, 20, 30])
    assert (first.start, first.end) == (5 * FRAME, 20 * FRAME)
    assert (second.start, second.end) == (20 * FRAME, 30 * FRAME)


def test_times_are_absolute() -> None:
    (word,) = placed([" one"], [5, 10], start=7 * SECOND, stop=9 * SECOND)
    assert (word.start, word.end) == (7 * SECOND + 5 * FRAME, 7 * SECOND + 10 * FRAME)


def test_a_word_of_several_tokens_is_one_word_with_their_mean_confidence() -> None:
    alignment = Alignment([(0, 0), (1, 4), (2, 9), (3, 12)], [0.9, 0.7, 0.2])
    first, second = place([" при", " мир"], [2, 1], alignment, 0, SECOND)
    assert first.confidence == pytest.approx(0.8)
    assert second.confidence == pytest.approx(0.2)
    assert (first.end, second.start) == (9 * FRAME, 9 * FRAME)


def test_only_the_first_frame_of_a_token_counts() -> None:
    alignment = Alignment([(0, 0), (0, 1), (0, 2), (1, 3), (1, 4), (2, 5)], [1, 1])
    first, second = place([" a", " b"], [1, 1], alignment, 0, SECOND)
    assert (first.start, first.end, second.end) == (0, 3 * FRAME, 5 * FRAME)


def test_times_stay_inside_the_window() -> None:
    words = placed([" one", " two", " three"], [-1, 30, 60, 90], start=SECOND, stop=SECOND + 40 * FRAME)
    assert all(SECOND <= word.start <= word.end <= SECOND + 40 * FRAME for word in words)


def test_a_token_without_a_frame_does_not_turn_time_back() -> None:
    alignment = Alignment([(0, 0), (2, 10), (3, 20)], [1, 1, 1])
    words = place([" a", " b", " c"], [1, 1, 1], alignment, 0, SECOND)
    times = [time for word in words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert words[-1].end == 20 * FRAME


def test_an_alignment_that_runs_backwards_is_straightened() -> None:
    words = placed([" a", " b", " c"], [10, 5, 20, 15])
    times = [time for word in words for time in (word.start, word.end)]
    assert times == sorted(times)


def test_no_alignment_at_all_puts_everything_at_the_start() -> None:
    words = place([" a", " b"], [1, 1], Alignment([], []), SECOND, 2 * SECOND)
    assert [(word.start, word.end, word.confidence) for word in words] == [(SECOND, SECOND, 0.0)] * 2


def test_no_words() -> None:
    assert place([], [], Alignment([(0, 0)], []), 0, SECOND) == ()


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([" Hello", ",", " world", "."], [" Hello,", " world."]),
        ([" Wait", ".", ".", "."], [" Wait..."]),
        ([" said", ' "', "Yes", '"', "."], [" said", ' "Yes".']),
        ([" (", "so", ")"], [" (so)"]),
        ([" Он", " сказал", ":", " «", "Нет", "»", "."], [" Он", " сказал:", " «Нет»."]),
        ([" ¿", "Qué", "?"], [" ¿Qué?"]),
        ([" well", " -", " maybe"], [" well -", " maybe"]),
        ([" -", " Да", "."], [" - Да."]),
        (["..."], ["..."]),
        ([" end", ' "'], [' end "']),
        ([" Он", " —", " врач"], [" Он —", " врач"]),
        (["-"], ["-"]),
        ([' "'], [' "']),
    ],
)
def test_marks_belong_to_the_word_beside_them(pieces: list[str], expected: list[str]) -> None:
    assert texts(placed(pieces, list(range(0, 10 * len(pieces) + 10, 10)))) == expected


@pytest.mark.parametrize(
    "pieces",
    [
        [" Hello", ",", " world", "."],
        [" well", " -", " maybe", ",", " (", "not", ")"],
        [" -", " Да", " -", " сказал", " «", "он", "»"],
        [' "', " odd", '"'],
        [" end", ' "'],
    ],
)
def test_joined_words_give_the_text(pieces: list[str]) -> None:
    words = placed(pieces, list(range(0, 10 * len(pieces) + 10, 10)))
    assert "".join(texts(words)) == "".join(pieces)


def test_a_word_stretched_over_the_pause_after_its_sentence_is_shortened() -> None:
    words = placed([" a", " b", " end", ".", " Next", " one"], [0, 10, 20, 120, 125, 135, 145])
    end, following = words[2], words[3]
    assert end.end == end.start + 2 * 10 * FRAME
    assert following.start == 125 * FRAME


def test_a_word_stretched_over_the_pause_before_its_sentence_begins_later() -> None:
    words = placed([" a", " b", ".", " Next", " one"], [0, 10, 20, 22, 122, 132])
    assert words[2].end == 122 * FRAME
    assert words[2].start == 122 * FRAME - 2 * 10 * FRAME


def test_a_long_word_inside_a_sentence_is_left_alone() -> None:
    words = placed([" a", " loooong", " b", " c"], [0, 10, 60, 70, 80])
    assert (words[1].start, words[1].end) == (10 * FRAME, 60 * FRAME)
