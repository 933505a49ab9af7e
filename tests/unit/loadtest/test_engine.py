"""What two readings of a server's metrics say of its model, and how that compares with offline decoding."""

from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from asr.counts import Statistics
from loadtest.engine import EngineReport, engine_report, read_counts
from loadtest.offline import DEFINITIONS, against_offline
from server.metrics import EngineCollector

BEFORE = Statistics(busy_seconds=1.0, windows_by_kind={"final": 10}, batches_by_kind={"final": 10})
AFTER = Statistics(
    busy_seconds=8.0,
    seconds={
        ("partial", "encode"): 2.0,
        ("partial", "generate"): 1.0,
        ("final", "encode"): 3.0,
        ("final", "redo"): 0.5,
    },
    windows_by_kind={"final": 20, "partial": 30},
    batches_by_kind={"final": 20, "partial": 10},
    audio_by_kind={"final": 40.0, "partial": 60.0},
)
OFFLINE = {"speech_per_second": 20.0, "full_batch": {"partial": 0.05, "final": 0.4}}


def told(statistics: Statistics) -> str:
    registry = CollectorRegistry()
    registry.register(EngineCollector(lambda: statistics))
    return generate_latest(registry).decode()


def between(before: Statistics, after: Statistics) -> EngineReport:
    first, last = read_counts(told(before), 100.0), read_counts(told(after), 110.0)
    assert first is not None
    assert last is not None
    report = engine_report(first, last, speech=20.0)
    assert report is not None
    return report


def test_shares_are_of_the_time_between_the_readings() -> None:
    report = between(BEFORE, AFTER)
    assert report.seconds == 10.0
    assert report.busy_share == pytest.approx(0.7)
    assert report.share == {
        "final": {"encode": 0.3, "redo": 0.05},
        "partial": {"encode": 0.2, "generate": 0.1},
    }
    assert report.share_of("final") == 0.3


def test_lanes_share_the_time() -> None:
    report = between(BEFORE, replace(AFTER, lanes=2))
    assert (report.seconds, report.lanes) == (10.0, 2.0)
    assert report.busy_share == pytest.approx(0.35)
    assert report.share_of("final") == pytest.approx(0.15)


def test_windows_are_counted_by_batch_by_second_of_speech_and_by_price() -> None:
    report = between(BEFORE, AFTER)
    assert report.windows == {"final": 10, "partial": 30}
    assert report.mean_batch == {"final": 1.0, "partial": 3.0}
    assert report.windows_per_speech_second == {"final": 0.5, "partial": 1.5}
    assert report.audio_per_speech_second == {"final": 2.0, "partial": 3.0}
    assert report.seconds_per_window == pytest.approx({"final": 0.35, "partial": 0.1})


def test_a_server_that_tells_no_kinds_still_tells_how_busy_it_was() -> None:
    report = between(Statistics(busy_seconds=1.0), Statistics(busy_seconds=2.0))
    assert report.busy_share == pytest.approx(0.1)
    assert (report.share, report.mean_batch, report.windows) == ({}, {}, {})
    assert against_offline(5.0, report, OFFLINE) == {"of_offline": 0.25, "rest": None}


@pytest.mark.parametrize("text", ["", "nothing of the kind", "other_total 1\n", "steno_windows_total{ 3"])
def test_what_is_not_this_servers_is_no_reading(text: str) -> None:
    assert read_counts(text, 0.0) is None


def test_the_whole_time_is_accounted_for() -> None:
    beside = against_offline(2.0, between(BEFORE, AFTER), OFFLINE)
    rest = beside["rest"]
    assert beside["of_offline"] == 0.1
    assert rest == pytest.approx(
        {
            "finals_dearer": 0.2,
            "encoding_again": 0.2,
            "decoding_again": 0.1,
            "redone": 0.05,
            "untold": 0.05,
            "idle": 0.3,
            "small_batches": 0.15,
        }
    )
    assert beside["of_offline"] + sum(rest.values()) - rest["small_batches"] == pytest.approx(1.0)
    assert set(rest) | {"of_offline", "rest", "offline"} == set(DEFINITIONS)
