"""`steno demo`: the whole product in one command, on a packaged meeting.

Starts the server, streams a recording through the public WebSocket in real time, shows the captions, prints
the transcript and how late the words were, and leaves the server running to be looked at.
"""

import asyncio
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from loadtest.client import Speaker
from loadtest.latency import measure
from server.cli import sources, terminal
from server.cli.inprocess import key_of, quiet, running_server, with_free_port
from server.cli.inprocess import transcript as fetch
from server.cli.screen import latency_table, plain
from server.cli.stream import start_fields, watch
from server.cli.transcribe import meeting_of
from server.settings import Settings


def demo(
    file: Annotated[
        Path | None, typer.Argument(help="Audio or video file; without it a packaged meeting is played.")
    ] = None,
    exit_: Annotated[bool, typer.Option("--exit", help="End when the transcript is printed.")] = False,
) -> None:
    """Start the server, play a meeting into it in real time, and show what comes out."""
    terminal.run(_demo(file, exit_))


async def _demo(file: Path | None, exit_: bool) -> None:
    with as_file(files("loadtest") / "samples" / "meeting_en.ogg") as sample:
        audio = sources.file_audio(file or sample)
        name = (file or sample).name
        languages = [] if file else ["en"]
        console = Console()
        settings = with_free_port(Settings())
        quiet()
        console.print("Starting the server; the first start prepares the model and the database.")
        async with running_server(settings) as server:
            console.print(f"Live page: {server.url}/", highlight=False, soft_wrap=True)
            console.print(f"Playing {plain(name)} in real time; Ctrl-C skips to the end.\n", markup=False)
            fields = start_fields(languages, title=name)
            speaker = Speaker(server.url, fields, key=key_of(settings), notice=terminal.tell)
            with terminal.on_interrupt(speaker.stop):
                await watch(speaker, audio, console)
            text = await fetch(server.url, meeting_of(speaker.log), "txt", key_of(settings))
            console.print(
                f"\nTranscript\n\n{_printable(text)}\n", markup=False, highlight=False, soft_wrap=True
            )
            console.print(latency_table(measure(speaker.log).summary()))
            if not exit_:
                console.print(f"\nThe server keeps running: open {server.url}/ and press Ctrl-C to end.")
                await _interrupted()


def _printable(text: str) -> str:
    return "\n".join(plain(line) for line in text.splitlines())


async def _interrupted() -> None:
    """Wait for Ctrl-C."""
    pressed = asyncio.Event()
    with terminal.on_interrupt(pressed.set):
        await pressed.wait()
