"""What a report says, and when it says that it must not be believed."""

import json

import pytest

from loadtest.figures import Distribution, distribution
from loadtest.plan import Plan
from loadtest.records import Log
from loadtest.report import DEFINITIONS, Words, report_run
from loadtest.runner import Run, Stream
from loadtest.usage import Usage
from tests.unit.loadtest.made import USAGE, caption, clip, run, script, stream

TALK = script((1.0, clip(4.0, "one two three four")))


def heard(**log: list[float]) -> Stream:
    made = stream(
        TALK,
        caption(3.0, "a", "one two", 1.0, 3.0),
        caption(6.0, "a", "one two four", 1.0, 5.0, final=True),
    )
    for name, values in log.items():
        setattr(made.log, name, values)
    return made


def test_a_sound_run_is_told_in_full() -> None:
    report = report_run(run(heard()))
    assert report.invalid == report.notes == ()
    assert (report.speakers, report.completed, report.refused, report.lost) == (1, 1, {}, {})
    assert (report.audio_seconds, report.speech_seconds, report.duty) == (10.0, 4.0, 0.4)
    assert report.speech_per_second == pytest.approx(0.4)
    assert report.final_delay.p95 == pytest.approx(1.0)
    assert report.words == Words(reference=4, substituted=0, inserted=0, deleted=1, rate=0.25)
    assert report.words_by_language == {"en": report.words}
    assert (report.partials, report.partials_per_second) == (1, 0.1)
    assert report.partials_per_speech_second == 0.25
    assert report.server_cpu_per_audio_second == 0.5
    json.dumps(report.as_dict())


def test_what_lost_connections_cost_is_told() -> None:
    made = heard()
    made.log.reconnects, made.log.resent, made.log.dropped = 2, 1.5, 0.25
    report = report_run(run(made, heard()))
    assert (report.reconnects, report.resent_seconds, report.dropped_seconds) == (2, 1.5, 0.25)


def test_a_load_generator_that_was_late_makes_the_run_invalid() -> None:
    (why,) = report_run(run(heard(late=[0.0] * 50 + [0.2] * 50))).invalid
    assert why == "The load generator itself was late: p99 200 ms, 50 ms are allowed."


def test_a_run_in_which_nothing_was_sent_is_invalid() -> None:
    report = report_run(run(Stream(TALK, Log(), problem="unreachable")))
    assert report.invalid == ("No audio was sent.",)
    assert report.word_delay == Distribution()
    assert report.server_cpu_per_audio_second is None


def test_a_machine_that_had_other_work_is_noted() -> None:
    usage = Usage(10.0, None, None, None, 0.2, 0.4)
    report = report_run(Run(Plan(seconds=10), (heard(),), usage))
    assert report.notes == ("Others used 40% of this machine's CPU.",)
    assert report.server_cpu_seconds is None
    assert report_run(Run(Plan(seconds=10), (heard(),), USAGE)).notes == ()


def test_percentiles_are_of_the_nearest_rank() -> None:
    assert distribution([float(n) for n in range(1, 101)]) == Distribution(100, 50, 90, 95, 99, 100)
    assert distribution([3.0]) == Distribution(1, 3, 3, 3, 3, 3)


def test_every_definition_is_of_something_reported() -> None:
    fields = set(report_run(run(heard())).as_dict()) | {"clock", "steady"}
    assert set(DEFINITIONS) <= fields
