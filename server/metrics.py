"""What operators can count: one registry a server, no text and no names in labels."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from asr.counts import Statistics
from server.live.delays import Delays
from server.problems import Problems
from streaming.events import Ended


class Metrics:
    """The live path's counters."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.delays = Delays()
        self.met = Problems(lambda: datetime.now(UTC))
        self.caption_delay = Histogram(
            "steno_caption_delay_seconds",
            "Sound that came after the words' end until they were told, of drafts and finals.",
            ["kind"],
            buckets=(0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0),
            registry=registry,
        )
        self.received_bytes = Counter("steno_received_bytes", "Audio received, in bytes.", registry=registry)
        self.audio_seconds = Counter(
            "steno_audio_seconds",
            "Audio of ended sessions by what became of it.",
            ["outcome"],
            registry=registry,
        )
        self.ledger_violations = Counter(
            "steno_ledger_violations",
            "Sessions whose coverage did not add up, at their end or as it was stored.",
            registry=registry,
        )
        self.follow_ups = Counter(
            "steno_follow_ups",
            "Work after the end of meetings, by how it ended: done or failed.",
            ["outcome"],
            registry=registry,
        )
        self.deliveries = Counter(
            "steno_deliveries",
            "Attempts to tell of a report or an event, by kind of target and by the state that followed.",
            ["kind", "state"],
            registry=registry,
        )
        self.recording_lost = Counter(
            "steno_recording_lost_seconds",
            "Sound of recorded sessions that was not kept, as it could not be written in time.",
            registry=registry,
        )
        self.problems = Counter(
            "steno_problems", "Streams that ended with an error, by its code.", ["code"], registry=registry
        )

    def problem(self, code: str) -> None:
        """Count a stream that ended with an error."""
        self.problems.labels(code).inc()
        self.met.meet(code, "stream")

    def captioned(self, seconds: float, now: float, *, final: bool) -> None:
        """Count a caption that was told so late."""
        self.delays.add(seconds, now, final=final)
        self.caption_delay.labels("final" if final else "draft").observe(seconds)

    def ended(self, ended: Ended) -> None:
        """Count a session's coverage."""
        coverage = ended.coverage
        for outcome in ("transcribed", "silence", "quarantined", "lost"):
            self.audio_seconds.labels(outcome).inc(getattr(coverage, outcome))


class EngineCollector(Collector):
    """The model worker's counts, read when they are asked for."""

    def __init__(self, statistics: Callable[[], Statistics]) -> None:
        self._statistics = statistics

    def collect(self) -> list[Metric]:
        """The current figures. The model's thread may be counting meanwhile, so its tables are copied."""
        now = self._statistics()
        return [
            CounterMetricFamily("steno_batches", "Batches decoded.", now.batches),
            CounterMetricFamily("steno_windows", "Windows decoded.", now.windows),
            CounterMetricFamily(
                "steno_windows_failed", "Windows that the model failed on for good.", now.failed
            ),
            CounterMetricFamily("steno_windows_retried", "Windows asked once more, each alone.", now.retried),
            CounterMetricFamily(
                "steno_batches_given_up",
                "Batches from which the model did not come back in time.",
                now.given_up,
            ),
            CounterMetricFamily(
                "steno_batches_late", "Batches given up that came back, and were discarded.", now.came_late
            ),
            GaugeMetricFamily("steno_engine_lanes_stuck", "Threads that do not come back.", now.stuck),
            CounterMetricFamily(
                "steno_partials_superseded", "Partials replaced in the queue.", now.superseded
            ),
            CounterMetricFamily(
                "steno_decoded_seconds", "Audio decoded, again and again.", now.audio_seconds
            ),
            CounterMetricFamily("steno_model_busy_seconds", "Time the model was at work.", now.busy_seconds),
            GaugeMetricFamily("steno_windows_waiting", "Windows in the queue.", now.waiting),
            GaugeMetricFamily("steno_engine_lanes", "Batches that the model decodes at once.", now.lanes),
            _by("steno_engine_seconds", "Model time by kind and step.", _STEPS, [*now.seconds.items()]),
            _by("steno_engine_windows", "Windows decoded by kind.", _KIND, _keyed(now.windows_by_kind)),
            _by("steno_engine_batches", "Batches decoded by kind.", _KIND, _keyed(now.batches_by_kind)),
            _by("steno_engine_audio_seconds", "Audio decoded by kind.", _KIND, _keyed(now.audio_by_kind)),
        ]


_KIND = ("kind",)
_STEPS = ("kind", "step")
_Values = list[tuple[tuple[str, ...], float]]


def _by(name: str, text: str, labels: Sequence[str], values: _Values) -> CounterMetricFamily:
    """A counter with labels."""
    family = CounterMetricFamily(name, text, labels=labels)
    for key, value in values:
        family.add_metric(key, value)
    return family


def _keyed(values: Mapping[str, float]) -> _Values:
    return [((kind,), value) for kind, value in dict(values).items()]


def loop_gauge(registry: CollectorRegistry) -> Gauge:
    """Register how many tasks the event loop has; read it on that loop."""
    gauge = Gauge("steno_loop_tasks", "Tasks of the event loop.", registry=registry)
    gauge.set_function(lambda: len(asyncio.all_tasks()))
    return gauge


def live_gauge(registry: CollectorRegistry, live: Callable[[], int]) -> Gauge:
    """Register how many sessions are live."""
    gauge = Gauge("steno_live_sessions", "Streams open now.", registry=registry)
    gauge.set_function(live)
    return gauge


def loop_lag(registry: CollectorRegistry) -> Callable[[float], None]:
    """Register how late the event loop is; what comes back takes each measurement in seconds."""
    buckets = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
    lag = Histogram(
        "steno_event_loop_lag_seconds",
        "How late the event loop was at its work, ten times a second.",
        buckets=buckets,
        registry=registry,
    )
    return lag.observe


def unsaved_gauges(registry: CollectorRegistry, unsaved: Callable[[], tuple[int, float]]) -> None:
    """Register what waits for the database: finals of all streams, and the most seconds of speech of one."""
    finals = Gauge("steno_unsaved_finals", "Finals told and not stored yet.", registry=registry)
    finals.set_function(lambda: unsaved()[0])
    seconds = Gauge(
        "steno_unsaved_seconds_max",
        "Speech told and not stored yet, of the stream with most of it; at 60 it takes no more audio.",
        registry=registry,
    )
    seconds.set_function(lambda: unsaved()[1])
