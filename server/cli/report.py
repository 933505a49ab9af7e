"""`steno report`: the report of a meeting that a server keeps, as it is or written anew by a template."""

import time
from pathlib import Path
from typing import Annotated

import typer

from server.cli import calls, terminal
from server.cli.summarize import ReportFormat

PATIENCE = 3600.0
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 15.0
"""Seconds: how long a report is waited for, and between two looks."""


def report(
    meeting: Annotated[str, typer.Argument(help="Id of the meeting.")],
    *,
    template: Annotated[
        str | None, typer.Option(help="Have it written anew by this template, and wait for it.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="Language to write it anew in.")] = None,
    discard_edits: Annotated[
        bool, typer.Option(help="Written anew, leave out what people changed by hand.")
    ] = False,
    version: Annotated[int | None, typer.Option(min=1, help="An older version.")] = None,
    format_: Annotated[ReportFormat, typer.Option("--format", help="Form of the report.")] = ReportFormat.MD,
    out: Annotated[Path | None, typer.Option(help="File to write; without it the report is printed.")] = None,
    url: calls.Url = calls.LOCAL,
    key: calls.Key = None,
) -> None:
    """Read the report of a meeting, or have it written anew."""
    server = calls.Server(url, key)
    path = f"/v1/meetings/{meeting}/report"
    if template or language or discard_edits:
        body = {"template": template, "language": language, "discard_edits": discard_edits}
        version = server.call("POST", path, json=body).json()["version"]
        _wait(server, path, version)
    query = {"format": str(format_)} | ({"version": version} if version else {})
    text = server.call("GET", path, params=query).text
    if out is None:
        typer.echo(text.rstrip("\n"))
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        terminal.fail(terminal.sentence(error))


def _wait(server: calls.Server, path: str, version: int | None) -> None:
    """Until the version is written, and say why if it could not be."""
    pause, end = FIRST_PAUSE, time.monotonic() + PATIENCE
    told = None
    while time.monotonic() < end:
        now = server.call("GET", path, params={"version": version}).json()
        if now["reason"] and now["reason"] != told:
            told = now["reason"]
            terminal.tell(told)
        if not now["writing"]:
            return
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
    terminal.fail("The report is still being written; look again later.")
