"""What becomes of a server when twice as many want to speak as it can serve well. Pure.

The reports of the run with too many and of the one that keeps the objective go in. What must hold: nobody who
was let in is dropped, every turn gets its final, with the same accuracy, and who is refused hears when to
come again. That partials become rare is how it is done.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from loadtest.capacity import Objective
from loadtest.report import RunReport

DEFINITIONS: Mapping[str, str] = {
    "overload": "twice as many speakers as in the run named by `beside`, with the same recordings; "
    "`thinned_to` is partials per second of speech as a share of those in that run; `wer_points` are errors "
    "per 100 words above that run; `retry_after` is what refused streams were told to wait, in seconds",
}


@dataclass(frozen=True, slots=True)
class Overload:
    """The figures of the two runs side by side; `missed` is what did not hold, in words."""

    speakers: int
    beside: int
    admitted: int
    refused: dict[str, int]
    retry_after: dict[str, int]
    lost: dict[str, int]
    turns: int
    turns_without_final: int
    word_error_rate: float
    wer_points: float
    partials_per_speech_second: float
    thinned_to: float | None
    final_p95: float | None
    load_messages: dict[str, int]
    degraded_seconds: float
    missed: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def overload(report: RunReport, beside: RunReport, objective: Objective) -> Overload:
    """`report` is of the run with too many, `beside` of the one with half of them."""
    usual = beside.partials_per_speech_second
    return Overload(
        speakers=report.speakers,
        beside=beside.speakers,
        admitted=report.speakers - sum(report.refused.values()),
        refused=report.refused,
        retry_after=report.retry_after,
        lost=report.lost,
        turns=report.final_delay.count + report.turns_joined + report.turns_without_final,
        turns_without_final=report.turns_without_final,
        word_error_rate=report.words.rate,
        wer_points=100 * (report.words.rate - beside.words.rate),
        partials_per_speech_second=report.partials_per_speech_second,
        thinned_to=report.partials_per_speech_second / usual if usual else None,
        final_p95=report.final_delay.p95,
        load_messages=report.load_messages,
        degraded_seconds=report.degraded_seconds,
        missed=_missed(report, beside, objective),
    )


def _missed(report: RunReport, beside: RunReport, objective: Objective) -> tuple[str, ...]:
    found = [why.rstrip(".") for why in report.invalid]
    if report.lost:
        found.append(f"{sum(report.lost.values())} inside were dropped ({', '.join(report.lost)})")
    if report.turns_without_final:
        found.append(f"{report.turns_without_final} turns without a final")
    untold = sum(report.refused.values()) - sum(report.retry_after.values())
    if untold > 0:
        found.append(f"{untold} refused without being told when to come again")
    more = 100 * (report.words.rate - beside.words.rate)
    if more > objective.wer_points:
        found.append(f"word error rate {more:.1f} points above that of {beside.speakers} speakers")
    return tuple(found)


def sentence(told: Overload) -> str:
    """The same for a person."""
    waits = ", ".join(f"{seconds} s" for seconds in told.retry_after) or "nothing"
    parts = [
        f"{told.speakers} at once: {told.admitted} taken"
        + (f", {told.speakers - told.admitted} refused (told to wait: {waits})" if told.refused else ""),
        f"{told.turns - told.turns_without_final} of {told.turns} turns have their final"
        + (f" (p95 {told.final_p95:.2f} s)" if told.final_p95 is not None else ""),
        f"word error rate {told.word_error_rate:.1%} ({told.wer_points:+.1f} points)",
        f"{sum(told.lost.values())} dropped",
    ]
    if told.thinned_to is not None:
        parts.append(f"partials at {told.thinned_to:.0%} of those with {told.beside}")
    parts.append(f"load messages: {_counts(told.load_messages)}")
    return f"Overload: {'; '.join(parts)}. {'; '.join(told.missed) or 'All that must hold held'}."


def _counts(messages: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {level}" for level, count in messages.items()) or "none"
