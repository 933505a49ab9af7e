"""Every received sample gets exactly one outcome."""

import pytest

from streaming.ledger import Interval, Ledger, merged
from streaming.segments import Coverage


def test_an_empty_ledger_is_complete() -> None:
    assert Ledger().complete
    assert Ledger().coverage() == Coverage()


def test_what_was_received_is_open_until_it_is_accounted_for() -> None:
    ledger = Ledger()
    ledger.receive(16_000)
    assert not ledger.complete
    ledger.silence_until(16_000)
    assert ledger.complete
    assert ledger.coverage() == Coverage(received=1.0, silence=1.0)


def test_silence_is_counted_once() -> None:
    ledger = Ledger()
    ledger.receive(1_000)
    ledger.silence_until(600)
    ledger.silence_until(400)
    ledger.silence_until(600)
    assert ledger.totals["silence"] == 600
    assert ledger.accounted == 600


def test_what_lies_before_an_utterance_is_silence() -> None:
    ledger = Ledger()
    ledger.receive(1_000)
    ledger.utterance(300, 1_000)
    assert (ledger.totals["silence"], ledger.open, ledger.accounted) == (300, 700, 1_000)
    assert not ledger.complete


@pytest.mark.parametrize("outcome", ["transcribed", "silence", "quarantined", "lost"])
def test_an_utterance_finds_its_outcome(outcome: str) -> None:
    ledger = Ledger()
    ledger.receive(48_000)
    ledger.utterance(16_000, 48_000)
    ledger.settle(outcome)  # type: ignore[arg-type]
    assert ledger.complete
    coverage = ledger.coverage()
    assert getattr(coverage, outcome) == 2.0 + (outcome == "silence")
    assert coverage.received == 3.0


def test_several_utterances_may_be_open_at_once() -> None:
    ledger = Ledger()
    ledger.receive(1_000)
    ledger.utterance(0, 400)
    ledger.utterance(400, 1_000)
    ledger.settle("transcribed")
    assert (ledger.open, ledger.complete) == (600, False)
    ledger.settle("lost")
    assert ledger.complete


def test_the_intervals_lie_end_to_end_and_are_given_once() -> None:
    ledger = Ledger()
    ledger.receive(1_000)
    ledger.utterance(100, 400)
    ledger.utterance(400, 600)
    ledger.silence_until(800)
    ledger.settle("transcribed")
    assert ledger.take(400) == (Interval(0, 100, "silence"), Interval(100, 400, "transcribed"))
    ledger.settle("lost", "engine_error")
    assert ledger.take(700) == (Interval(400, 600, "lost", "engine_error"), Interval(600, 700, "silence"))
    ledger.silence_until(1_000)
    assert ledger.take(1_000) == (Interval(700, 1_000, "silence"),)
    assert ledger.take(1_000) == ()


def test_neighbours_of_one_kind_are_one_interval() -> None:
    pieces = [Interval(20, 30, "lost", "a"), Interval(0, 10, "lost", "a"), Interval(10, 20, "lost", "a")]
    assert merged(pieces) == (Interval(0, 30, "lost", "a"),)
    assert len(merged([Interval(0, 10, "lost", "a"), Interval(10, 20, "lost", "b")])) == 2
    assert len(merged([Interval(0, 10, "silence"), Interval(11, 20, "silence")])) == 2


def test_what_is_missing_is_lost_in_silence_and_in_speech() -> None:
    ledger = Ledger()
    ledger.miss(200, 500, "network")
    ledger.miss(600, 650, "network")
    ledger.receive_until(1_000)
    ledger.utterance(400, 900)
    ledger.silence_until(1_000)
    assert ledger.totals_until(400) == {"transcribed": 0, "silence": 200, "quarantined": 0, "lost": 200}
    ledger.settle("transcribed")
    assert ledger.complete
    assert ledger.totals == {"transcribed": 350, "silence": 300, "quarantined": 0, "lost": 350}
    assert ledger.take(1_000) == (
        Interval(0, 200, "silence"),
        Interval(200, 500, "lost", "network"),
        Interval(500, 600, "transcribed"),
        Interval(600, 650, "lost", "network"),
        Interval(650, 900, "transcribed"),
        Interval(900, 1_000, "silence"),
    )


def test_the_part_of_a_hole_beyond_what_is_known_stays_for_later() -> None:
    ledger = Ledger()
    ledger.miss(100, 300, "network")
    ledger.receive_until(300)
    ledger.silence_until(200)
    assert ledger.totals["lost"] == 100
    assert not ledger.complete
    ledger.silence_until(300)
    assert ledger.totals["lost"] == 200
    assert ledger.complete
