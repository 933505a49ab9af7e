"""The runs of a load test as a table for the terminal. Pure: outcomes go in, a table comes out."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.table import Table

from loadtest.campaign import Outcome
from loadtest.figures import Distribution
from loadtest.report import RunReport

_COLUMNS = ("word, s", "final, s", "errors", "partials/s", "flicker", "cores", "MB")


def runs_table(outcomes: Sequence[Outcome]) -> Table:
    """A row for each run, by the number of speakers. Delays are median / 95th percentile."""
    table = Table(
        title="Speaking at once (delays: median / p95)",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    for name in ("N", *_COLUMNS):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("kept")
    for outcome in sorted(outcomes, key=lambda one: one.report.speakers):
        verdict = "no" if outcome.missed else "yes"
        table.add_row(str(outcome.report.speakers), *_cells(outcome.report), verdict)
    return table


def remarks(outcomes: Sequence[Outcome]) -> list[str]:
    """A line for each run: what it missed, and what must be known of it."""
    lines = []
    for outcome in sorted(outcomes, key=lambda one: one.report.speakers):
        told = "; ".join(outcome.missed) or "keeps the objective"
        lines.append(" ".join([f"{outcome.report.speakers} speaking: {told}.", *outcome.report.notes]))
    return lines


def throughput(told: Mapping[str, Any]) -> list[str]:
    """Offline decoding's throughput, and beside it a line for each run with where the rest went."""
    if not told["offline"]:
        return []
    lines = [f"Offline batched decoding: {told['offline']['speech_per_second']:.1f} s of speech per second."]
    for run in told["runs"]:
        beside = run["against_offline"]
        rest = ", ".join(
            f"{name.replace('_', ' ')} {part:.0%}"
            for name, part in (beside["rest"] or {}).items()
            if part is not None
        )
        lines.append(
            f"{run['speakers']} speaking: {run['speech_per_second']:.2f} s of speech per second, "
            f"{beside['of_offline']:.0%} of offline" + (f"; {rest}." if rest else ".")
        )
    return lines


def _cells(report: RunReport) -> tuple[str, ...]:
    cpu, memory = report.server_cpu_seconds, report.server_peak_bytes
    return (
        _delay(report.word_delay),
        _delay(report.final_delay),
        f"{report.words.rate:.1%}",
        f"{report.partials_per_second:.1f}",
        "–" if report.flicker is None else f"{report.flicker:.2f}",
        "–" if cpu is None else f"{cpu / report.wall_seconds:.2f}",
        "–" if memory is None else f"{memory / 1e6:.0f}",
    )


def _delay(measured: Distribution) -> str:
    if measured.p50 is None or measured.p95 is None:
        return "–"
    return f"{measured.p50:.2f} / {measured.p95:.2f}"
