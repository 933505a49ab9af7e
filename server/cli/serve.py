"""`steno serve`: the server, until Ctrl-C or SIGTERM."""

from pathlib import Path
from typing import Annotated, Any

import typer

from server import logs
from server.cli import terminal
from server.memory import kept_for_good
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
    # Imported here: it loads the model's libraries and all else, which no other command should wait for.
    with kept_for_good():
        from server.app import serve_forever  # noqa: PLC0415

    settings = Settings(**given)
    logs.configure(settings.log_level)
    await serve_forever(settings)
