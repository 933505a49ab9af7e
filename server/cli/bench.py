"""`steno bench`: how many can speak at once on this machine, at what delay, with what accuracy.

Starts a server of its own (or takes a running one), lets recorded people speak to it in real time, and says
what was measured together with all that it depends on. `--out` keeps the figures as JSON, charts and a page.
"""

import asyncio
import shlex
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from loadtest.campaign import Campaign, Outcome, different_speech
from loadtest.capacity import Capacity, Objective
from loadtest.client import stream_url
from loadtest.corpus import Corpus, packaged_corpus, read_corpus
from loadtest.document import document
from loadtest.errors import LoadTestError
from loadtest.machine import machine, versions
from loadtest.overload import sentence
from loadtest.plan import Plan, plan_from, read_plan
from loadtest.runner import Target
from server.cli import terminal
from server.cli.bench_files import write
from server.cli.bench_offline import measured_offline
from server.cli.bench_screen import remarks, runs_table, throughput
from server.cli.bench_server import readiness, started_server
from server.settings import Settings


def bench(
    *,
    speakers: Annotated[int | None, typer.Option(min=1, help="One run with so many, no search.")] = None,
    curve: Annotated[str | None, typer.Option(help="Runs for these numbers, as 1,2,4,8.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Most speakers that the search tries.")] = 256,
    plan: Annotated[Path | None, typer.Option(help="TOML file with the fields of a plan.")] = None,
    corpus: Annotated[
        Path | None, typer.Option(help="Folder of recordings with manifest.jsonl; else a packaged meeting.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Speech model of the server (STENO_MODEL).")] = None,
    partial_model: Annotated[
        str | None, typer.Option(help="Smaller model for drafts (STENO_PARTIAL_MODEL).")
    ] = None,
    seconds: Annotated[float | None, typer.Option(help="Length of a run; 60 without a plan.")] = None,
    duty: Annotated[float | None, typer.Option(help="Share of time that each one talks; 0.8.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="Language of the speakers; repeatable.")] = None,
    viewers: Annotated[int | None, typer.Option(help="Viewers of each meeting; 0.")] = None,
    url: Annotated[str | None, typer.Option(help="Measure the server at this address instead.")] = None,
    key: Annotated[str | None, typer.Option(envvar="STENO_API_KEY", help="Key of that server.")] = None,
    overload: Annotated[
        int | None,
        typer.Option(
            min=0, help="Then twice as many as this number; 0: as the search found.", show_default=False
        ),
    ] = None,
    offline: Annotated[
        bool | None,
        typer.Option(help="Compare with offline decoding; done where the server is started here."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for JSON, charts and a page.")] = None,
) -> None:
    """Find how many can speak at once before captions come late."""
    options = {"seconds": seconds, "duty": duty, "languages": language, "viewers": viewers}
    asked = {name: value for name, value in options.items() if value is not None}
    if offline and url:
        raise typer.BadParameter(
            "Offline decoding is measured with a server started here.", param_hint="--offline"
        )
    numbers = _numbers(speakers, curve) or ([overload] if overload else [])
    models = {"model": model, "partial_model": partial_model}
    given: dict[str, Any] = {name: value for name, value in models.items() if value}
    compared = url is None if offline is None else offline
    terminal.run(
        _bench(
            _Asked(plan, asked, corpus, numbers, limit, overload, compared, Settings(**given), url, key, out)
        )
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command was asked for; `options` take the place of fields of the plan's file."""

    plan: Path | None
    options: dict[str, Any]
    corpus: Path | None
    numbers: list[int]
    limit: int
    overload: int | None
    offline: bool
    settings: Settings
    url: str | None
    key: str | None
    out: Path | None


def _numbers(speakers: int | None, curve: str | None) -> list[int]:
    """The numbers of speakers to run; none means to search."""
    if curve is None:
        return [speakers] if speakers else []
    try:
        numbers = sorted({int(part) for part in curve.split(",")})
    except ValueError:
        numbers = [0]
    if numbers[0] < 1:
        raise typer.BadParameter(f"{curve!r} is not a list of numbers such as 1,2,4,8.", param_hint="--curve")
    return numbers


async def _bench(asked: _Asked) -> None:
    table = await asyncio.to_thread(read_plan, asked.plan) if asked.plan else {}
    plan = plan_from({**table, **asked.options})
    corpus = await asyncio.to_thread(_recordings, asked.corpus, plan)
    facts = await asyncio.to_thread(_facts)
    terminal.errors.print(f"Measuring {asked.url}." if asked.url else "Starting a server.", highlight=False)
    async with _target(asked) as (target, server):
        facts["server"] = server
        campaign = Campaign(plan, corpus, target, Objective(), _tell)
        capacity = await _measure(campaign, asked.numbers, asked.limit)
        if asked.overload is not None:
            found = capacity.speakers if capacity else max(asked.numbers)
            await campaign.overload(asked.overload or max(found, 1))
    compared = await measured_offline(asked.settings, corpus) if asked.offline else None
    told = document(campaign, capacity, facts, compared)
    _show(campaign, told)
    if asked.out is not None:
        await asyncio.to_thread(write, asked.out, told)


def _show(campaign: Campaign, told: dict[str, Any]) -> None:
    console = Console()
    console.print(runs_table(campaign.outcomes))
    lines = [*remarks(campaign.outcomes), *throughput(told), told["statement"]]
    if campaign.overloaded:
        lines.append(sentence(campaign.overloaded))
    for line in [*lines, f"{told['date']}: {told['command']}"]:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _recordings(folder: Path | None, plan: Plan) -> Corpus:
    corpus = (read_corpus(folder) if folder else packaged_corpus()).of(plan.languages)
    return corpus.limited(different_speech(plan), plan.seed)


async def _measure(campaign: Campaign, numbers: list[int], limit: int) -> Capacity | None:
    if not numbers:
        return await campaign.capacity(limit)
    if len(numbers) == 1:
        campaign.alone_seconds = 0.0
        await campaign.run(numbers[0])
    else:
        await campaign.curve(numbers)
    return None


@asynccontextmanager
async def _target(asked: _Asked) -> AsyncIterator[tuple[Target, dict[str, Any]]]:
    """The server to measure, and what is known of it."""
    if asked.url is None:
        async with started_server(asked.settings) as (target, told):
            yield target, {"started_here": True, **told, **_decoding(asked.settings)}
        return
    checks = await readiness(stream_url(asked.url).replace("ws", "http", 1).removesuffix("/v1/stream"))
    if not checks:
        raise LoadTestError("unreachable", f"No Steno server answers at {asked.url}.")
    name = next((check.get("detail") for check in checks if check.get("name") == "model"), None)
    yield Target(asked.url, asked.key), {"started_here": False, "url": asked.url, "model": name}


def _decoding(settings: Settings) -> dict[str, Any]:
    """How the server decodes, beside the model's name: it changes every figure."""
    from asr.device import choose  # noqa: PLC0415 - slow to import, and only needed for a server of its own
    from asr.whisper import BUCKETS, FRAMES_PER_SECOND  # noqa: PLC0415
    from streaming.utterance import WHOLE_BEAM  # noqa: PLC0415

    device = choose(settings.device, settings.compute_type, settings.threads)
    return {
        "threads": device.threads,
        "max_batch": device.max_batch,
        "beam_of_finals": WHOLE_BEAM,
        "windows_seconds": [frames / FRAMES_PER_SECOND for frames in BUCKETS],
    }


def _facts() -> dict[str, Any]:
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": shlex.join(["steno", *sys.argv[1:]]),
        "machine": machine(),
        "versions": versions(),
    }


def _tell(outcome: Outcome) -> None:
    """One line as each run is done."""
    for line in remarks([outcome]):
        terminal.errors.print(line, highlight=False, markup=False, soft_wrap=True)
