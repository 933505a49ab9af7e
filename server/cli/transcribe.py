"""`steno transcribe`: a file in, its transcript out, with the whole server in this process."""

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from asr.types import SAMPLE_RATE
from loadtest.client import AudioSource, Speaker, WireError
from loadtest.client import run as converse
from loadtest.records import Arrival, Log
from server.cli import sources, terminal
from server.cli.inprocess import key_of, quiet, running_server
from server.cli.inprocess import transcript as fetch
from server.cli.stream import start_fields
from server.media import duration
from server.settings import Settings


class TranscriptFormat(StrEnum):
    """What the transcript can be written as."""

    TXT = "txt"
    MD = "md"
    VTT = "vtt"
    SRT = "srt"
    JSON = "json"


def transcribe(
    file: Annotated[Path, typer.Argument(help="Audio or video file.")],
    format_: Annotated[TranscriptFormat, typer.Option("--format", help="Form of the transcript.")] = (
        TranscriptFormat.TXT
    ),
    out: Annotated[
        Path | None, typer.Option(help="File to write; without it the transcript is printed.")
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="Language that may be spoken; repeat for several.")
    ] = None,
) -> None:
    """Transcribe a file without a server of your own running."""
    if out is not None and not out.parent.is_dir():
        terminal.fail(f"There is no folder {out.parent} to write {out.name} into.")
    terminal.run(_transcribe(file, format_, out, language))


async def _transcribe(
    file: Path, format_: TranscriptFormat, out: Path | None, languages: list[str] | None
) -> None:
    audio = sources.file_audio(file)
    seconds = duration(file)
    # Only this process talks to this server, and it keeps nothing.
    quiet()
    settings = Settings().model_copy(update={"host": "127.0.0.1", "port": 0, "log_level": "error"})
    async with running_server(settings, scratch=True) as server:
        start = start_fields(languages, interim=False, title=file.name)
        speaker = Speaker(server.url, start, key=key_of(settings), speed=0)
        log = await _with_progress(speaker, audio, seconds)
        text = await fetch(server.url, meeting_of(log), format_, key_of(settings))
    if out is None:
        typer.echo(text.rstrip("\n"))
    else:
        await asyncio.to_thread(out.write_text, text, encoding="utf-8")


async def _with_progress(speaker: Speaker, audio: AudioSource, seconds: float | None) -> Log:
    bar = Progress(
        TextColumn("Transcribing"),
        BarColumn(),
        TextColumn(f"{{task.completed:.0f}} of {seconds:.0f} s" if seconds else "{task.completed:.0f} s"),
        TimeRemainingColumn(),
        console=terminal.errors,
        transient=True,
    )
    with bar:
        task = bar.add_task("", total=seconds)
        return await converse(speaker, audio, lambda arrival: bar.update(task, completed=_done(arrival)))


def _done(arrival: Arrival) -> float | None:
    """How many seconds of audio this message says are finished; None when it says nothing of it."""
    message = arrival.message
    if message.get("type") == "ack":
        return float(message["position"]) / SAMPLE_RATE
    if message.get("type") == "ended":
        return float(message["duration"])
    return None


def meeting_of(log: Log) -> str:
    """The meeting that a stream went into. Raises WireError when the server never named it."""
    ready = next(iter(log.of("ready")), None)
    if ready is None:
        raise WireError("not_a_server", "The server never said which meeting this is.")
    return str(ready.message["meeting"])
