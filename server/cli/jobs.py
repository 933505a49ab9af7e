"""`steno jobs`: what failed for good after meetings, and having it done again."""

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from server.cli import calls

jobs = typer.Typer(help="Work after meetings that failed for good.", no_args_is_help=True)


@jobs.command(name="list")
def list_(*, url: calls.Url = calls.LOCAL, key: calls.Key = None) -> None:
    """List what failed, the newest first."""
    rows = calls.Server(url, key).call("GET", "/v1/follow-ups").json()["data"]
    if not rows:
        typer.echo("Nothing has failed.")
        return
    table = Table("id", "step", "failed at", "why")
    for row in rows:
        cells = (row["id"], row["step"], row["failed_at"][:19], f"{row['message']} ({row['code']})")
        table.add_row(*(escape(cell) for cell in cells), style=None)
    Console().print(table)


@jobs.command()
def replay(
    ids: Annotated[list[str], typer.Argument(help="Ids of what is to be done again.")],
    *,
    url: calls.Url = calls.LOCAL,
    key: calls.Key = None,
) -> None:
    """Have it done again."""
    server = calls.Server(url, key)
    for name in ids:
        server.call("POST", f"/v1/follow-ups/{name}/replay")
        typer.echo(f"{name} is queued.")
