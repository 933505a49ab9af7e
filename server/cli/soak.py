"""`steno soak`: whether a server stays flat over hours of audio in one session and hundreds of rude clients.

Starts a server of its own, and says for memory, threads, file descriptors, tasks and delay where they began
and where they ended. The exit code tells whether all of them stayed. `--out` keeps every sample as JSON.
"""

import asyncio
import json
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from loadtest.corpus import packaged_corpus, read_corpus
from loadtest.machine import machine, versions
from loadtest.soak.soak import Part, Plan, Soak
from loadtest.soak.verdict import Finding, Limits
from server.cli import terminal
from server.cli.bench_server import started_server
from server.settings import Settings

NOT_FLAT = 3
"""Exit code when something grew."""
SETTINGS: dict[str, Any] = {"idle_seconds": 600, "resume_seconds": 1, "busy_seconds": 600}
"""What a soak asks of its server: it is to be kept busy, and the sessions of clients that are gone must end
before the next look."""


def soak(
    *,
    hours: Annotated[float, typer.Option(min=0.01, help="Hours of audio in one session.")] = 8.0,
    stops: Annotated[int, typer.Option(min=6, help="Samples taken meanwhile.")] = 32,
    share: Annotated[float, typer.Option(min=0.05, max=1, help="Share of it that is speech.")] = 0.75,
    rude: Annotated[int, typer.Option(min=6, help="Clients who come and go rudely.")] = 200,
    rounds: Annotated[int, typer.Option(min=6, help="Samples taken of them.")] = 20,
    rest: Annotated[float, typer.Option(min=0, help="Seconds of rest before each sample.")] = 12.0,
    corpus: Annotated[
        Path | None, typer.Option(help="Folder of recordings with manifest.jsonl; else a packaged meeting.")
    ] = None,
    model: Annotated[str, typer.Option(help="Speech model of the server.")] = "tiny.en",
    memory: Annotated[float, typer.Option(help="MB by which memory may grow in each part.")] = 16.0,
    out: Annotated[Path | None, typer.Option(help="File for the figures, as JSON.")] = None,
) -> None:
    """See whether a server leaks over a long session and many rude clients."""
    plan = Plan(hours, stops, share, rude, rounds, rest)
    parts: list[Part] = []
    terminal.run(_soak(plan, corpus, Settings(model=model, **SETTINGS), Limits(memory * 1e6), parts))
    console = Console()
    for part in parts:
        console.print(_table(part))
    if out is not None:
        out.write_text(json.dumps(_told(parts), indent=2) + "\n", "utf-8")
    if not all(part.flat for part in parts):
        raise typer.Exit(NOT_FLAT)


async def _soak(
    plan: Plan, corpus: Path | None, settings: Settings, limits: Limits, parts: list[Part]
) -> None:
    recordings = await asyncio.to_thread(read_corpus, corpus) if corpus else packaged_corpus()
    terminal.tell("Starting a server.")
    async with started_server(settings) as (server, _):
        soaking = Soak(plan, recordings.of(["en"]).clips, server, limits, terminal.tell)
        parts.append(await soaking.lasting())
        parts.append(await soaking.rude())


def _told(parts: list[Part]) -> dict[str, Any]:
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": shlex.join(["steno", *sys.argv[1:]]),
        "machine": machine(),
        "versions": versions(),
        "flat": all(part.flat for part in parts),
        "parts": [part.as_dict() for part in parts],
    }


def _table(part: Part) -> Table:
    table = Table(title=part.remark, title_justify="left")
    for column in ("", "begin", "end", "growth", "limit", ""):
        table.add_column(column, justify="left" if not column else "right")
    for finding in part.findings:
        figures = (finding.begin, finding.end, finding.growth, finding.limit)
        written = (_written(finding, figure) for figure in figures)
        table.add_row(finding.name, *written, "flat" if finding.flat else "GROWS")
    return table


def _written(finding: Finding, figure: float) -> str:
    match finding.name:
        case "memory":
            return f"{figure / 1e6:.1f} MB"
        case "delay":
            return f"{figure:.2f} s"
        case _:
            return f"{figure:g}"
