"""What is said of one run: every figure together with what it depends on. Pure.

A run goes in, a `RunReport` comes out, ready for JSON. A run whose own clockwork was late is marked invalid:
then the figures are those of a busy load generator and not of the server.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from loadtest.engine import EngineReport, engine_report, read_counts
from loadtest.figures import Distribution, distribution
from loadtest.runner import Run
from loadtest.scoring import Score, refused_and_lost, score, seconds_talked
from loadtest.wer import WordErrors

LATEST = 0.05
"""Seconds: above this p99 of its own lateness, a load generator pollutes what it measures."""
OTHERS = 0.1
"""The share of the machine that others may use before a report says so."""

DEFINITIONS: Mapping[str, str] = {
    "clock": "all moments are taken by the load generator's monotonic clock; a moment of speech is when the "
    "audio up to it was sent (what a faulty network or a full socket held back had been spoken by then)",
    "steady": "delays, partials and flicker count from the moment on when every stream was open",
    "word_delay": "end of each word, by the final's word times, to the first caption message that shows it, "
    "settled or pending, in order",
    "viewer_word_delay": "the same, up to the arrival at a viewer of the meeting's captions",
    "final_delay": "end of each turn's speech, by the recordings, to the final caption that holds it; the "
    "silence that the server waits for is included",
    "partials": "caption messages that are not final; per second of recorded speech",
    "refresh_interval": "between successive messages of one segment, in seconds",
    "flicker": "words shown and later changed or taken back, per word of the finals",
    "words": "errors against the references of all streams, pooled; lower case, no punctuation",
    "duty": "seconds of clips per second of stream",
    "reconnects": "how often a lost connection was resumed, over all streams",
    "resent_seconds": "audio sent for another time, since it was not acknowledged when a connection was lost",
    "dropped_seconds": "audio never sent, since the server took none for longer than a speaker remembers",
    "generator_lateness": "how much later than due the load generator sent each piece, in seconds",
    "server_blocked": "how long pieces waited because the server did not take the ones before",
    "other_cpu_share": "CPU used on this machine by neither server, database nor generator, of all cores",
    "retry_after": "what refused streams were told to wait, in seconds, as often as each was told",
}


@dataclass(frozen=True, slots=True)
class Words:
    """Errors in words; `rate` is (substituted + inserted + deleted) / reference."""

    reference: int
    substituted: int
    inserted: int
    deleted: int
    rate: float

    @classmethod
    def of(cls, errors: WordErrors) -> "Words":
        """The same as a report shows it."""
        return cls(errors.words, errors.substitutions, errors.insertions, errors.deletions, errors.rate)


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run in figures: seconds, bytes, counts. What each means is in `DEFINITIONS`."""

    plan: dict[str, Any]
    invalid: tuple[str, ...]
    """Why the figures must not be used; empty for a sound run."""
    notes: tuple[str, ...]
    """What must be known of them."""
    speakers: int
    completed: int
    refused: dict[str, int]
    retry_after: dict[str, int]
    lost: dict[str, int]
    wall_seconds: float
    audio_seconds: float
    speech_seconds: float
    speech_per_second: float
    duty: float
    clip_seconds: Distribution
    word_delay: Distribution
    viewer_word_delay: Distribution
    final_delay: Distribution
    turns_joined: int
    turns_without_final: int
    partials: int
    partials_per_second: float
    partials_per_speech_second: float
    refresh_interval: Distribution
    flicker: float | None
    words: Words
    words_by_language: dict[str, Words]
    load_messages: dict[str, int]
    degraded_seconds: float
    gap_seconds: float
    coverage: dict[str, float]
    reconnects: int
    resent_seconds: float
    dropped_seconds: float
    viewers_lost: dict[str, int]
    server_cpu_seconds: float | None
    server_cpu_per_audio_second: float | None
    database_cpu_seconds: float | None
    server_peak_bytes: int | None
    generator_cpu_seconds: float
    generator_lateness: Distribution
    server_blocked: Distribution
    other_cpu_share: float
    engine: EngineReport | None
    """Where the model's time went; its definitions are with it. None where the server does not tell."""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def report_run(run: Run) -> RunReport:
    """The figures of a run."""
    figures = score(run)
    refused, lost = refused_and_lost(run.streams)
    lateness = distribution([late for stream in run.streams for late in stream.log.late])
    return RunReport(
        plan=run.plan.as_dict(),
        invalid=_faults(run, lateness),
        notes=_notes(run),
        speakers=run.plan.speakers,
        completed=sum(stream.problem is None for stream in run.streams),
        refused=dict(refused),
        retry_after=_retry_after(run),
        lost=dict(lost),
        **_amounts(run, figures),
        **_delays(figures),
        words=Words.of(figures.words),
        words_by_language={name: Words.of(errors) for name, errors in sorted(figures.by_language.items())},
        load_messages=dict(figures.load_messages),
        degraded_seconds=figures.degraded_seconds,
        gap_seconds=figures.gap_seconds,
        coverage=figures.coverage,
        reconnects=sum(stream.log.reconnects for stream in run.streams),
        resent_seconds=sum(stream.log.resent for stream in run.streams),
        dropped_seconds=sum(stream.log.dropped for stream in run.streams),
        viewers_lost=_viewers_lost(run),
        **_cost(run),
        generator_lateness=lateness,
        server_blocked=distribution([held for stream in run.streams for held in stream.log.blocked]),
        engine=_engine(run, figures),
    )


def _retry_after(run: Run) -> dict[str, int]:
    refused = [stream for stream in run.streams if stream.problem and not stream.admitted]
    told = [stream.retry_after for stream in refused if stream.retry_after is not None]
    return {f"{seconds:g}": told.count(seconds) for seconds in sorted(set(told))}


def _engine(run: Run, figures: Score) -> EngineReport | None:
    counts = [read_counts(reading.text, reading.at) for reading in run.readings]
    if len(counts) != 2 or counts[0] is None or counts[1] is None:
        return None
    return engine_report(counts[0], counts[1], figures.steady_talk)


def _faults(run: Run, lateness: Distribution) -> tuple[str, ...]:
    """What makes a run invalid."""
    if lateness.p99 is not None and lateness.p99 > LATEST:
        return (
            f"The load generator itself was late: p99 {lateness.p99 * 1000:.0f} ms, "
            f"{LATEST * 1000:.0f} ms are allowed.",
        )
    if not any(stream.log.moments for stream in run.streams):
        return ("No audio was sent.",)
    return ()


def _notes(run: Run) -> tuple[str, ...]:
    if run.usage.other_share > OTHERS:
        return (f"Others used {run.usage.other_share:.0%} of this machine's CPU.",)
    return ()


def _amounts(run: Run, figures: Score) -> dict[str, Any]:
    admitted = [stream for stream in run.streams if stream.admitted]
    audio = sum(stream.log.sent for stream in admitted)
    talked = seconds_talked(stream.script for stream in admitted)
    planned = sum(stream.script.seconds for stream in admitted)
    clips = [clip.seconds for stream in run.streams for _, clip in stream.script.clips]
    return {
        "wall_seconds": run.usage.seconds,
        "audio_seconds": audio,
        "speech_seconds": talked,
        "speech_per_second": figures.steady_talk / figures.steady_seconds,
        "duty": talked / planned if planned else 0.0,
        "clip_seconds": distribution(clips),
    }


def _delays(figures: Score) -> dict[str, Any]:
    talk = figures.steady_talk
    return {
        "word_delay": distribution(figures.latency.word_to_caption),
        "viewer_word_delay": distribution(figures.viewer_delays),
        "final_delay": distribution(figures.final_delays),
        "turns_joined": figures.joined,
        "turns_without_final": figures.without_final,
        "partials": figures.partials,
        "partials_per_second": figures.partials / figures.steady_seconds,
        "partials_per_speech_second": figures.partials / talk if talk else 0.0,
        "refresh_interval": distribution(figures.intervals),
        "flicker": figures.latency.summary().flicker,
    }


def _cost(run: Run) -> dict[str, Any]:
    usage = run.usage
    audio = sum(stream.log.sent for stream in run.streams)
    cpu = usage.server_cpu_seconds
    return {
        "server_cpu_seconds": cpu,
        "server_cpu_per_audio_second": cpu / audio if cpu is not None and audio else None,
        "database_cpu_seconds": usage.database_cpu_seconds,
        "server_peak_bytes": usage.server_peak_bytes,
        "generator_cpu_seconds": usage.generator_cpu_seconds,
        "other_cpu_share": usage.other_share,
    }


def _viewers_lost(run: Run) -> dict[str, int]:
    problems = [seen.problem for stream in run.streams for seen in stream.viewers if seen.problem]
    return {code: problems.count(code) for code in sorted(set(problems))}
