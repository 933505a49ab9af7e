"""Delays, errors and what the server refused, on streams whose every moment is known."""

import pytest

from loadtest.plan import Plan
from loadtest.records import Log
from loadtest.runner import Stream
from loadtest.scoring import refused_and_lost, score, transcript
from loadtest.viewer import Watching
from loadtest.wer import WordErrors
from tests.unit.loadtest.made import caption, clip, run, script, stream, told

TWO_TURNS = script((1.0, clip(2.0, "one two")), (5.0, clip(2.0, "three four")))


def test_a_final_is_late_by_the_time_since_its_turn_ended() -> None:
    heard = stream(
        TWO_TURNS,
        caption(2.5, "a", "one", 1.0, 2.5),
        caption(3.9, "a", "one two", 1.0, 3.2, final=True),
        caption(7.7, "b", "three four", 5.0, 7.1, final=True),
    )
    figures = score(run(heard))
    assert figures.final_delays == pytest.approx([0.9, 0.7])
    assert (figures.joined, figures.without_final) == (0, 0)
    assert figures.words == WordErrors(words=4)


def test_of_several_segments_in_one_turn_the_last_one_counts() -> None:
    heard = stream(
        script((1.0, clip(6.0, "one two three"))),
        caption(4.5, "a", "one", 1.0, 4.0, final=True),
        caption(8.0, "b", "two three", 4.0, 7.1, final=True),
    )
    assert score(run(heard)).final_delays == pytest.approx([1.0])


def test_a_turn_heard_as_one_with_the_next_has_no_end_of_its_own() -> None:
    heard = stream(TWO_TURNS, caption(8.0, "a", "one two three four", 1.0, 7.1, final=True))
    figures = score(run(heard))
    assert figures.joined == 1
    assert figures.final_delays == pytest.approx([1.0])


def test_a_turn_whose_end_nobody_wrote_down_is_counted() -> None:
    heard = stream(TWO_TURNS, caption(3.0, "a", "one", 1.0, 1.9, final=True))
    figures = score(run(heard))
    assert figures.without_final == 2
    assert figures.words == WordErrors(words=4, deletions=3)


def test_finals_are_read_in_the_order_of_speech_and_not_of_arrival() -> None:
    log = stream(
        TWO_TURNS,
        caption(7.5, "b", "three", 5.0, 7.0, final=True),
        caption(7.6, "a", "one", 1.0, 3.0, final=True),
        caption(7.7, "c", "and", 7.0, 8.0),
    ).log
    assert transcript(log) == "one three"


def test_delays_count_from_the_moment_on_when_all_are_speaking() -> None:
    early = stream(
        TWO_TURNS,
        caption(4.0, "a", "one two", 1.0, 3.2, final=True),
        caption(8.0, "b", "three four", 5.0, 7.1, final=True),
    )
    late = stream(script((2.0, clip(2.0, "five")), seconds=6.0, offset=4.0))
    figures = score(run(early, late))
    assert figures.final_delays == pytest.approx([1.0])
    assert len(figures.latency.word_to_caption) == 2
    assert figures.steady_talk == 4.0
    assert figures.words.words == 5


def test_partials_and_the_time_between_them_are_counted() -> None:
    heard = stream(
        TWO_TURNS,
        caption(2.0, "a", "one", 1.0, 2.0),
        caption(2.6, "a", "one two", 1.0, 2.6),
        caption(3.9, "a", "one two", 1.0, 3.2, final=True),
        caption(6.0, "b", "three", 5.0, 6.0),
    )
    figures = score(run(heard))
    assert figures.partials == 3
    assert figures.intervals == pytest.approx([0.6, 1.3])


def test_viewers_are_measured_by_their_own_arrivals() -> None:
    final = caption(4.0, "a", "one two", 1.0, 3.0, final=True)
    heard = stream(TWO_TURNS, final)
    heard.viewers.append(Watching([caption(4.5, "a", "one two", 1.0, 3.0, final=True)]))
    figures = score(run(heard))
    assert figures.latency.word_to_caption == pytest.approx((2.0, 1.0))
    assert figures.viewer_delays == pytest.approx([2.5, 1.5])


def test_less_service_is_counted_and_so_are_gaps_and_the_ledger() -> None:
    coverage = {"received": 10.0, "transcribed": 6.0, "silence": 4.0}
    heard = stream(
        TWO_TURNS,
        told(2.0, type="load", level="rare_partials"),
        told(5.0, type="load", level="normal"),
        told(7.0, type="load", level="finals_only"),
        told(8.0, type="gap", start=1.0, end=3.5, reason="engine_error"),
        told(10.0, type="ended", coverage=coverage),
    )
    figures = score(run(heard))
    assert dict(figures.load_messages) == {"rare_partials": 1, "normal": 1, "finals_only": 1}
    assert figures.degraded_seconds == pytest.approx(6.0)
    assert figures.gap_seconds == 2.5
    assert figures.coverage == coverage


def test_a_stream_that_was_never_taken_is_refused_and_one_that_broke_is_lost() -> None:
    refused = Stream(TWO_TURNS, Log(), problem="overloaded")
    lost = stream(TWO_TURNS, problem="connection_lost")
    fine = stream(TWO_TURNS)
    assert refused_and_lost([refused, lost, fine]) == ({"overloaded": 1}, {"connection_lost": 1})
    figures = score(run(refused, plan=Plan(seconds=10)))
    assert (figures.words.words, figures.final_delays) == (0, [])


def test_what_a_killed_server_heard_again_counts_once() -> None:
    resumed = told(4.0, type="resumed", session="s", position=16_000)
    heard = stream(
        TWO_TURNS,
        caption(3.9, "a", "one too", 1.0, 3.0, final=True),
        resumed,
        caption(4.4, "b", "one two", 1.1, 3.0, final=True),
        caption(7.7, "c", "three four", 5.0, 7.1, final=True),
    )
    assert transcript(heard.log) == "one two three four"
