"""How many can speak at once: the objective, and the search for the largest number that keeps it. Pure.

Runs are made by the caller; what is decided here is whether one keeps the objective, and which number is
tried next.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from loadtest.report import RunReport


@dataclass(frozen=True, slots=True)
class Objective:
    """What must hold: delays in seconds, word error rate in points over that of one speaker."""

    word_p95: float = 1.5
    final_p95: float = 1.2
    wer_points: float = 1.0


@dataclass(frozen=True, slots=True)
class Capacity:
    """`speakers` keep the objective (0: not even one); `limit` is the least number tried that did not."""

    speakers: int
    limit: int | None
    reasons: tuple[str, ...]
    """Why `limit` did not."""


def misses(report: RunReport, objective: Objective, alone: RunReport | None) -> tuple[str, ...]:
    """What a run did not keep of the objective, in words. `alone` is the run with one speaker."""
    found = [why.rstrip(".") for why in report.invalid]
    if report.refused:
        found.append(f"{sum(report.refused.values())} refused ({', '.join(report.refused)})")
    if report.lost:
        found.append(f"{sum(report.lost.values())} lost ({', '.join(report.lost)})")
    if report.plan.get("interim", True):
        found += _late("word delay", report.word_delay.p95, objective.word_p95)
    found += _late("final delay", report.final_delay.p95, objective.final_p95)
    if report.turns_without_final:
        found.append(f"{report.turns_without_final} turns without a final")
    if alone is not None:
        more = 100 * (report.words.rate - alone.words.rate)
        if more > objective.wer_points:
            found.append(f"word error rate {more:.1f} points above that of one speaker")
    return tuple(found)


def against(report: RunReport, alone: RunReport) -> dict[str, float]:
    """What more speakers cost in accuracy: points (errors per 100 words) above those of one speaker."""

    here, there = report.words, alone.words
    here_words, there_words = max(here.reference, 1), max(there.reference, 1)
    return {
        "word_error_rate": 100 * (here.rate - there.rate),
        "lost_words": 100 * (here.deleted / here_words - there.deleted / there_words),
        "doubled_or_invented_words": 100 * (here.inserted / here_words - there.inserted / there_words),
        "wrong_words": 100 * (here.substituted / here_words - there.substituted / there_words),
    }


def _late(what: str, measured: float | None, allowed: float) -> list[str]:
    if measured is None:
        return [f"no {what} could be measured"]
    return [f"{what} p95 {measured:.2f} s > {allowed:g} s"] if measured > allowed else []


async def search(attempt: Callable[[int], Awaitable[tuple[str, ...]]], most: int) -> Capacity:
    """The largest number of speakers, up to `most`, for which `attempt` misses nothing.

    Doubles from one until something is missed, then halves the interval between the best and the failed.
    """
    kept, failed = 0, most + 1
    reasons: tuple[str, ...] = ()
    number = 1
    while kept + 1 < failed:
        missed = await attempt(number)
        if missed:
            failed, reasons = number, missed
        else:
            kept = number
        doubling = failed > most
        number = min(2 * number, most) if doubling else (kept + failed) // 2
    return Capacity(kept, failed if failed <= most else None, reasons)
