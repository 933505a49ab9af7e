"""How the small benchmarks measure and print: the same function many times, and a table with ratios.

A function goes in, the seconds of one call come out. The floor is the least that the work could cost here
and now, so that the ratio holds on another machine, where the milliseconds do not.
"""

import argparse
import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from asr import device, models
from loadtest.client import Audio
from loadtest.corpus import packaged_corpus
from loadtest.machine import processor, versions


@dataclass(frozen=True, slots=True)
class Row:
    """Something measured: seconds of one unit of work, and of the same unit at the floor."""

    name: str
    seconds: float
    floor: float


def seconds_of(work: Callable[[], object], *, least: float = 0.5, rounds: int = 5) -> float:
    """The median seconds of a call. It is called for at least `least` seconds and `rounds` times."""
    work()
    taken: list[float] = []
    gc.disable()
    try:
        began = time.perf_counter()
        while len(taken) < rounds or time.perf_counter() - began < least:
            start = time.perf_counter()
            work()
            taken.append(time.perf_counter() - start)
    finally:
        gc.enable()
    return median(taken)


def show(title: str, unit: str, floor: str, rows: Sequence[Row]) -> None:
    """Print the table; `unit` says what one measurement is of, `floor` what it is compared with."""
    table = Table(title=title, title_justify="left")
    for name in ("what", f"ms, {unit}", "floor, ms", "× floor"):
        table.add_column(name, justify="left" if name == "what" else "right")
    for row in rows:
        ratio = row.seconds / row.floor if row.floor else float("nan")
        table.add_row(row.name, f"{row.seconds * 1e3:.4g}", f"{row.floor * 1e3:.4g}", f"{ratio:.2f}")
    console = Console()
    console.print(table)
    console.print(f"Floor: {floor}.", highlight=False, markup=False)
    packages = ", ".join(f"{name} {number}" for name, number in versions().items())
    console.print(f"{datetime.now(UTC):%Y-%m-%d}, {processor()}; {packages}", highlight=False, markup=False)


@dataclass(frozen=True, slots=True)
class Model:
    """A model's folder and how it runs."""

    path: str
    device: str
    compute_type: str
    threads: int


def model_option() -> Model:
    """The model that `--model` names, as the server would run it."""
    parser = argparse.ArgumentParser()
    add_model_options(parser)
    return model_of(parser.parse_args())


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """What `model_of` reads."""
    parser.add_argument("--model", default="tiny.en", help="name or folder")
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder of assembled models")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--compute-type", default="auto")
    parser.add_argument("--threads", type=int, default=0)


def model_of(given: argparse.Namespace) -> Model:
    """The model of the options. Raises `ModelError`."""
    files = models.resolve(given.model, given.data / "models")
    chosen = device.choose(given.device, given.compute_type, given.threads)
    return Model(str(files.path), chosen.device, chosen.compute_type, chosen.threads)


def speech(seconds: float) -> list[Audio]:
    """Clips of the packaged meeting of at least half and at most `seconds`, longest first."""
    clips = [clip.audio for clip in packaged_corpus().clips if seconds / 2 <= clip.seconds <= seconds]
    return sorted(clips, key=len, reverse=True)
