"""What operators can count: one registry a server, no text and no names in labels."""

from collections.abc import Callable, Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from asr.worker import Statistics
from streaming.events import Ended


class Metrics:
    """The live path's counters."""

    def __init__(self, registry: CollectorRegistry) -> None:
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
        self.problems = Counter(
            "steno_problems", "Streams that ended with an error, by its code.", ["code"], registry=registry
        )

    def problem(self, code: str) -> None:
        """Count a stream that ended with an error."""
        self.problems.labels(code).inc()

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
            CounterMetricFamily("steno_windows_failed", "Windows that the model failed on.", now.failed),
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


def live_gauge(registry: CollectorRegistry, live: Callable[[], int]) -> Gauge:
    """Register how many sessions are live."""
    gauge = Gauge("steno_live_sessions", "Streams open now.", registry=registry)
    gauge.set_function(live)
    return gauge
