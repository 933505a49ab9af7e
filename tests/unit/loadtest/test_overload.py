"""Overload may refuse and may show less; what it must not do is said."""

from dataclasses import replace

from loadtest.capacity import Objective
from loadtest.overload import overload, sentence
from loadtest.report import RunReport, Words, report_run
from loadtest.runner import Stream
from tests.unit.loadtest.made import caption, clip, run, script, stream

TALK = script((1.0, clip(4.0, "one two three four")))
PARTIALS = [caption(2.0 + index / 4, "a", "one", 1.0, 2.0) for index in range(4)]
FINAL = caption(6.0, "a", "one two three four", 1.0, 5.0, final=True)


def refused(retry_after: float | None) -> Stream:
    made = stream(TALK, problem="overloaded")
    made.log.arrivals.clear()
    made.log.moments.clear()
    made.log.positions.clear()
    made.retry_after = retry_after
    return made


USUAL: RunReport = report_run(run(stream(TALK, *PARTIALS, FINAL)))


def test_refusals_and_thinner_partials_are_what_overload_is_for() -> None:
    report = report_run(run(stream(TALK, *PARTIALS[:2], FINAL), refused(10.0)))
    told = overload(report, USUAL, Objective())
    assert (told.speakers, told.beside, told.admitted) == (2, 1, 1)
    assert (told.refused, told.retry_after) == ({"overloaded": 1}, {"10": 1})
    assert (told.turns, told.turns_without_final, told.thinned_to) == (1, 0, 0.5)
    assert told.missed == ()
    assert sentence(told).startswith(
        "Overload: 2 at once: 1 taken, 1 refused (told to wait: 10 s); 1 of 1 turns"
    )
    assert sentence(told).endswith("All that must hold held.")


def test_what_must_not_happen_is_named() -> None:
    lost = stream(TALK, problem="connection_lost")
    report = report_run(run(lost, refused(None)))
    report = replace(report, words=Words(100, 5, 0, 0, 0.05))
    assert overload(report, USUAL, Objective()).missed == (
        "1 inside were dropped (connection_lost)",
        "1 turns without a final",
        "1 refused without being told when to come again",
        "word error rate 5.0 points above that of 1 speakers",
    )


def test_without_partials_there_is_nothing_to_thin() -> None:
    report = report_run(run(stream(TALK, FINAL)))
    assert overload(report, report, Objective()).thinned_to is None
