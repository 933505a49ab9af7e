"""The metrics tell where the model's time goes, and nothing that is not counted."""

from prometheus_client import CollectorRegistry, generate_latest

from asr.counts import Statistics
from server.metrics import EngineCollector


def shown(statistics: Statistics) -> list[str]:
    registry = CollectorRegistry()
    registry.register(EngineCollector(lambda: statistics))
    return generate_latest(registry).decode().splitlines()


def test_the_models_time_is_told_by_kind_and_step() -> None:
    lines = shown(
        Statistics(
            seconds={("partial", "encode"): 1.5, ("final", "redo"): 0.25},
            windows_by_kind={"partial": 7},
            batches_by_kind={"partial": 2},
            audio_by_kind={"pause": 3.5},
        )
    )
    for line in (
        'steno_engine_seconds_total{kind="partial",step="encode"} 1.5',
        'steno_engine_seconds_total{kind="final",step="redo"} 0.25',
        'steno_engine_windows_total{kind="partial"} 7.0',
        'steno_engine_batches_total{kind="partial"} 2.0',
        'steno_engine_audio_seconds_total{kind="pause"} 3.5',
    ):
        assert line in lines


def test_an_engine_that_tells_no_steps_has_no_such_lines() -> None:
    lines = shown(Statistics(busy_seconds=2.0))
    assert "steno_model_busy_seconds_total 2.0" in lines
    assert not [line for line in lines if line.startswith("steno_engine_") and "lanes" not in line]


def test_what_the_model_failed_on_is_told() -> None:
    lines = shown(Statistics(failed=1, retried=5, given_up=2, came_late=3, stuck=4))
    for line in (
        "steno_windows_failed_total 1.0",
        "steno_windows_retried_total 5.0",
        "steno_batches_given_up_total 2.0",
        "steno_batches_late_total 3.0",
        "steno_engine_lanes_stuck 4.0",
    ):
        assert line in lines
