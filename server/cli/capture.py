"""`steno capture`: what a page shows, kept in a folder: its text, its chat, its images."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from server.cli import terminal


def capture(
    url: Annotated[str, typer.Argument(help="Address of the page.")],
    out: Annotated[Path, typer.Option(help="Folder to write into, which is new or empty.")],
) -> None:
    """Keep what a page shows: text in reading order, chat, and images, each once."""
    if urlsplit(url).scheme not in {"http", "https"}:
        terminal.fail("The address of a page begins with https:// or http://.")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        terminal.fail(f"{out} is no empty folder; name a new one.")
    terminal.run(_capture(url, out))


async def _capture(url: str, out: Path) -> None:
    # Imported here: it loads Playwright, which no other command should wait for.
    from server.cli.captured import captured  # noqa: PLC0415

    index = await captured(url, out)
    words = len((out / index["text"]).read_text("utf-8").split())
    typer.echo(f"{out}: {words} words, {len(index['images'])} images.")
    if index["left_out"]:
        terminal.tell(f"{len(index['left_out'])} images were left out; {out / 'index.json'} says why.")
    if not index["whole"]:
        terminal.tell("The page was too large to be kept whole.")
