"""Where the time of the server's model went, from two readings of its metrics. Pure.

The text of `/metrics` goes in, counts come out; the difference of two readings becomes shares of the time
between them, by the kind of window (partial, final, ...) and by the step of the work (encode, generate, ...).
A server that does not tell a figure leaves it empty or None.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from prometheus_client.parser import text_string_to_metric_families

REDO = "redo"

DEFINITIONS: Mapping[str, str] = {
    "engine": "the server's own counters, read when every stream was open and again when the streams ended; "
    "shares are of the time between the two readings, of all lanes (batches decoded at once) together",
    "busy_share": "the time that the model was at work; what is missing from 1, it waited for windows",
    "share": "the same by the kind of window and the step of the work; redo is the second decoding of a "
    "doubtful final",
    "mean_batch": "windows decoded together, on average, by kind",
    "windows_per_speech_second": "windows decoded for each second of recorded speech, by kind",
    "audio_per_speech_second": "how often each second of speech was decoded, by kind: seconds of the "
    "windows' sound per second of recorded speech",
    "seconds_per_window": "the time of a lane for one window, by kind; with what was decoded again",
}


@dataclass(frozen=True, slots=True)
class Counts:
    """One reading: totals since the server's start, at the moment `at` of the reader's clock."""

    at: float
    busy: float
    seconds: Mapping[tuple[str, str], float] = field(default_factory=dict)
    windows: Mapping[str, float] = field(default_factory=dict)
    batches: Mapping[str, float] = field(default_factory=dict)
    audio: Mapping[str, float] = field(default_factory=dict)
    lanes: float = 1.0


@dataclass(frozen=True, slots=True)
class EngineReport:
    """What each figure means is in `DEFINITIONS`."""

    seconds: float
    lanes: float
    busy_share: float
    share: dict[str, dict[str, float]]
    windows: dict[str, float]
    mean_batch: dict[str, float]
    windows_per_speech_second: dict[str, float]
    audio_per_speech_second: dict[str, float]
    seconds_per_window: dict[str, float]

    def share_of(self, kind: str) -> float:
        """The share of time that windows of a kind took, without decoding them again."""
        return sum(part for step, part in self.share.get(kind, {}).items() if step != REDO)


def read_counts(text: str, at: float) -> Counts | None:
    """The counts in Prometheus' text format; None where it is not this server's."""
    values: dict[str, dict[tuple[str, ...], float]] = {}
    try:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if sample.name.startswith("steno_"):
                    labels = tuple(value for _, value in sorted(sample.labels.items()))
                    values.setdefault(sample.name, {})[labels] = sample.value
    except ValueError:
        return None
    busy = values.get("steno_model_busy_seconds_total", {}).get(())
    if busy is None:
        return None
    return Counts(
        at,
        busy,
        {(kind, step): value for (kind, step), value in values.get("steno_engine_seconds_total", {}).items()},
        _by_kind(values, "steno_engine_windows_total"),
        _by_kind(values, "steno_engine_batches_total"),
        _by_kind(values, "steno_engine_audio_seconds_total"),
        values.get("steno_engine_lanes", {}).get((), 1.0),
    )


def _by_kind(values: Mapping[str, Mapping[tuple[str, ...], float]], name: str) -> dict[str, float]:
    return {labels[0]: value for labels, value in values.get(name, {}).items()}


def engine_report(before: Counts, after: Counts, speech: float) -> EngineReport | None:
    """What happened between two readings, in which `speech` seconds were spoken."""
    seconds = after.at - before.at
    if seconds <= 0:
        return None
    taken = {
        key: value - before.seconds.get(key, 0.0) for key, value in sorted(after.seconds.items()) if value
    }
    kinds = {kind for kind, _ in taken}
    windows = _growth(before.windows, after.windows)
    whole = seconds * after.lanes
    return EngineReport(
        seconds=seconds,
        lanes=after.lanes,
        busy_share=(after.busy - before.busy) / whole,
        share={
            kind: {step: value / whole for (of, step), value in taken.items() if of == kind}
            for kind in sorted(kinds)
        },
        windows=windows,
        mean_batch=_ratios(windows, _growth(before.batches, after.batches)),
        windows_per_speech_second=_ratios(windows, dict.fromkeys(windows, speech)),
        audio_per_speech_second=_ratios(
            _growth(before.audio, after.audio), dict.fromkeys(after.audio, speech)
        ),
        seconds_per_window=_ratios(
            {kind: sum(value for (of, _), value in taken.items() if of == kind) for kind in kinds}, windows
        ),
    )


def _growth(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    return {kind: value - before.get(kind, 0.0) for kind, value in sorted(after.items())}


def _ratios(values: Mapping[str, float], of: Mapping[str, float]) -> dict[str, float]:
    return {kind: value / of[kind] for kind, value in sorted(values.items()) if of.get(kind)}
