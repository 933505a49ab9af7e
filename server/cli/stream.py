"""`steno stream`: send a file or standard input to a server and watch the captions form."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from loadtest.client import AudioSource, Speaker
from loadtest.client import run as converse
from loadtest.records import Arrival
from server.cli import sources, terminal
from server.cli.screen import CaptionScreen

LOCAL = "ws://127.0.0.1:8080"


def stream(
    file: Annotated[
        str, typer.Argument(help="Audio or video file; - reads raw 16 kHz mono s16le from stdin.")
    ],
    *,
    url: Annotated[str, typer.Option(help="Address of the server.")] = LOCAL,
    speed: Annotated[
        float, typer.Option(min=0, help="1 is real time; 0 as fast as the server takes it.")
    ] = 1.0,
    language: Annotated[
        list[str] | None, typer.Option(help="Language that may be spoken; repeat for several.")
    ] = None,
    key: Annotated[str | None, typer.Option(envvar="STENO_API_KEY", help="Key of the server.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the server's messages as JSON.")] = False,
) -> None:
    """Stream audio to a server in real time and show the captions as they form."""

    def speaker() -> Speaker:
        fields = start_fields(language)
        return Speaker(url, fields, key=key, speed=speed, live=file == "-", notice=terminal.tell)

    terminal.run(_stream(file, as_json, speaker))


async def _stream(file: str, as_json: bool, connect: Callable[[], Speaker]) -> None:
    audio = sources.standard_input() if file == "-" else sources.file_audio(Path(file))
    speaker = connect()
    with terminal.on_interrupt(speaker.stop):
        if as_json:
            await converse(speaker, audio, _print_json)
        else:
            await watch(speaker, audio, Console())


def start_fields(languages: list[str] | None, **more: Any) -> dict[str, Any]:
    """The fields of `start` that a command sets."""
    return {**({"languages": languages} if languages else {}), **more}


async def watch(
    speaker: Speaker, audio: AudioSource, console: Console, also: Callable[[Arrival], None] | None = None
) -> None:
    """Stream with the captions on screen; `also` hears every message too."""
    with CaptionScreen(console) as screen:

        def heard(arrival: Arrival) -> None:
            screen.show(arrival.message)
            if also:
                also(arrival)

        await converse(speaker, audio, heard)


def _print_json(arrival: Arrival) -> None:
    typer.echo(json.dumps(arrival.message, ensure_ascii=False))
