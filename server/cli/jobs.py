"""`steno jobs`: what failed for good after meetings, having it done again, and what is done by the clock."""

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from server.cli import calls

jobs = typer.Typer(help="Work after meetings that failed for good.", no_args_is_help=True)


@jobs.command(name="list")
def list_(*, url: calls.Url = calls.LOCAL, key: calls.Key = None) -> None:
    """Say when meetings were last judged by their age, and list what failed, the newest first."""
    server = calls.Server(url, key)
    typer.echo(_retention(server.call("GET", "/v1/retention").json()))
    rows = server.every("/v1/follow-ups")
    if not rows:
        typer.echo("Nothing has failed.")
        return
    table = Table("id", "step", "failed at", "why")
    for row in rows:
        cells = (row["id"], row["step"], row["failed_at"][:19], f"{row['message']} ({row['code']})")
        table.add_row(*(escape(cell) for cell in cells), style=None)
    Console().print(table)


def _retention(kept: dict[str, Any]) -> str:
    """For how long meetings are kept, and what the last sweep did."""
    days, last = kept["days"], kept["last_sweep"]
    rule = "Meetings are kept" if days is None else f"Meetings are kept for {days} days"
    if last is None:
        return f"{rule}; no sweep has run yet."
    return f"{rule}; the last sweep, of {last['at'][:16]}, deleted {last['deleted']}."


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
