"""The figures, on a stream whose every moment is known."""

from typing import Any

import pytest

from loadtest.latency import Figure, Samples, figure, measure
from loadtest.records import Arrival, Log

LAG = 100.0
"""The client's clock at the first sample: audio at position p leaves at LAG + p."""


def stream(*captions: tuple[float, dict[str, Any]], seconds: float = 10.0) -> Log:
    """A log of `seconds` sent in pieces of 0.1 s, with captions at moments counted from the first sample."""
    log = Log()
    for piece in range(1, round(seconds * 10) + 1):
        log.send(LAG + piece / 10, piece / 10)
    for at, message in captions:
        log.arrivals.append(Arrival(LAG + at, at, {"type": "caption", "segment": "a", **message}))
    return log


def word(text: str, start: float, end: float) -> dict[str, Any]:
    return {"word": text, "start": start, "end": end}


HELLO_WORLD = {
    "text": "Hello, world.",
    "pending": "",
    "final": True,
    "start": 0.5,
    "end": 2.0,
    "words": [word("Hello,", 0.5, 1.0), word("world.", 1.5, 2.0)],
}


def test_each_word_counts_from_its_end_to_the_first_caption_that_shows_it() -> None:
    samples = measure(
        stream(
            (1.2, {"text": "", "pending": "hello"}),
            (2.3, {"text": "Hello", "pending": "word"}),
            (3.0, HELLO_WORLD),
        )
    )
    assert samples.first_text == pytest.approx((0.2,))
    assert samples.word_to_caption == pytest.approx((0.2, 1.0))
    assert samples.end_to_final == pytest.approx((1.0,))
    assert (samples.revised, samples.words) == (1, 2)


def test_a_guess_made_before_the_word_was_spoken_does_not_count() -> None:
    samples = measure(
        stream((1.2, {"pending": "hello world"}), (2.5, {"pending": "hello world"}), (3.0, HELLO_WORLD))
    )
    assert samples.word_to_caption == pytest.approx((0.2, 0.5))


def test_a_wrong_word_in_front_does_not_hide_the_right_one_behind() -> None:
    samples = measure(stream((2.1, {"pending": "yellow world"}), (3.0, HELLO_WORLD)))
    assert sorted(samples.word_to_caption) == pytest.approx([0.1, 2.0])


def test_a_word_of_two_parts_is_shown_with_its_second() -> None:
    final = {**HELLO_WORLD, "text": "well-known", "words": [word("well-known", 0.5, 1.0)]}
    samples = measure(stream((1.1, {"pending": "well"}), (1.4, {"pending": "well-known"}), (2.0, final)))
    assert samples.word_to_caption == pytest.approx((0.4,))


def test_settled_text_that_only_grows_does_not_flicker() -> None:
    samples = measure(
        stream((1.2, {"text": "hello"}), (2.1, {"text": "Hello", "pending": "world"}), (3.0, HELLO_WORLD))
    )
    assert samples.summary().flicker == 0.0


def test_audio_after_the_last_piece_is_never_waited_for() -> None:
    samples = measure(stream((3.0, HELLO_WORLD), seconds=1.5))
    assert samples.end_to_final == pytest.approx((1.5,))


def test_a_stream_without_speech_has_no_figures() -> None:
    summary = measure(stream()).summary()
    assert summary.first_text == summary.word_to_caption == summary.end_to_final == Figure(0, None, None)
    assert summary.flicker is None
    assert measure(Log()) == Samples()


def test_median_and_nearest_rank_p95() -> None:
    assert figure([float(n) for n in range(1, 101)]) == Figure(100, 50.5, 95.0)
    assert figure([2.0]) == Figure(1, 2.0, 2.0)


def test_streams_add_up() -> None:
    one = measure(stream((3.0, HELLO_WORLD)))
    both = one + one
    assert both.summary().end_to_final.count == 2
    assert both.words == 4
