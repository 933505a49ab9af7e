"""`steno serve`: the server, until Ctrl-C or SIGTERM."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from server import logs
from server.app import check_exposure, serve_forever
from server.cli import terminal
from server.settings import Settings


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (STENO_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (STENO_PORT).")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of database and models (STENO_DATA).")] = None,
    model: Annotated[str | None, typer.Option(help="Speech model (STENO_MODEL).")] = None,
    partial_model: Annotated[
        str | None, typer.Option(help="Smaller model for drafts (STENO_PARTIAL_MODEL).")
    ] = None,
) -> None:
    """Serve live captions and transcripts."""
    given: dict[str, Any] = {
        "host": host,
        "port": port,
        "data": data,
        "model": model,
        "partial_model": partial_model,
    }
    terminal.run(_serve({name: value for name, value in given.items() if value is not None}))


async def _serve(given: dict[str, Any]) -> None:
    settings = Settings(**given)
    logs.configure(settings.log_level)
    check_exposure(settings)
    if settings.api_key is None:
        Console(stderr=True).print(
            "No API key is set: the server is open to this machine, and to no other.", style="yellow"
        )
    await serve_forever(settings)
