"""`steno keys`: who may call the server. It speaks to the database, whether the server runs or not.

The first key is made here; afterwards also by those who manage a workspace, over HTTP.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from server.access.access import DEFAULT, SCOPES, Quotas, is_workspace_name
from server.access.keys import Key, NewKey, new_secret
from server.cli import terminal
from server.cli.inprocess import quiet
from server.settings import Settings
from streaming.errors import StoreError

if TYPE_CHECKING:  # slow to import, see `_store`
    from server.store.postgres import PostgresStore

keys = typer.Typer(help="API keys: who may call the server.", no_args_is_help=True)


@keys.command()
def create(
    name: Annotated[str, typer.Argument(help="What the key is for.")] = "",
    *,
    workspace: Annotated[str, typer.Option(help="Whose key; a new name makes a workspace.")] = DEFAULT,
    scopes: Annotated[str, typer.Option(help="What it may do, separated by commas.")] = ",".join(SCOPES),
    days: Annotated[int | None, typer.Option(min=1, max=36_500, help="Days until it expires.")] = None,
    streams: Annotated[int | None, typer.Option(min=1, help="Live streams at once.")] = None,
    requests: Annotated[int | None, typer.Option(min=1, help="Requests a minute.")] = None,
    hours: Annotated[float | None, typer.Option(min=0.01, help="Hours of audio a month.")] = None,
) -> None:
    """Make a key and print it, this once."""
    given = tuple(dict.fromkeys(scope.strip() for scope in scopes.split(",") if scope.strip()))
    if not given or set(given) - set(SCOPES):
        terminal.fail(f"--scopes takes {', '.join(SCOPES)}.")
    if not is_workspace_name(workspace):
        terminal.fail("A workspace's name has up to 63 of a-z, 0-9, - and _, the first a letter or digit.")
    expires = None if days is None else datetime.now(UTC) + timedelta(days=days)
    new = NewKey(name[:100], given, expires, Quotas(streams, requests, hours))
    terminal.run(_create(workspace, new))


async def _create(workspace: str, new: NewKey) -> None:
    secret = new_secret()
    async with _store() as store:
        await store.access.add_workspace(workspace)
        made = await store.access.add_key(workspace, new, secret)
    terminal.tell(f"The key {made.id} of the workspace {workspace}; it is not shown again:")
    typer.echo(secret)


@keys.command(name="list")
def list_() -> None:
    """List all keys of all workspaces."""
    terminal.run(_list())


async def _list() -> None:
    async with _store() as store:
        found = await store.access.every_key()
    if not found:
        typer.echo("There are no keys; make one with `steno keys create`.")
        return
    table = Table(
        Column("id", no_wrap=True), "workspace", "begins with", "name", "scopes", "state", "last used"
    )
    now = datetime.now(UTC)
    for key in found:
        used = f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never"
        cells = (key.id, key.workspace, key.prefix, key.name, " ".join(key.scopes), _state(key, now), used)
        table.add_row(*map(escape, cells))
    Console().print(table)


def _state(key: Key, now: datetime) -> str:
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is None:
        return "valid"
    return f"{'expired' if key.expires_at <= now else 'valid until'} {key.expires_at:%Y-%m-%d}"


@keys.command()
def revoke(ids: Annotated[list[str], typer.Argument(help="Ids of keys.")]) -> None:
    """Revoke keys at once; what was opened with them is closed."""
    terminal.run(_revoke(ids))


async def _revoke(ids: list[str]) -> None:
    async with _store() as store:
        for name in ids:
            await store.access.revoke_key(None, name)
            typer.echo(f"{name} is revoked.")


@keys.command()
def rotate_signing(
    forget: Annotated[
        bool, typer.Option("--forget", help="Accept no token that was signed before, at once.")
    ] = False,
) -> None:
    """Sign tokens with a new secret; those signed before are good until they expire."""
    terminal.run(_rotate(forget))


async def _rotate(forget: bool) -> None:
    async with _store() as store:
        made = await store.access.rotate_signing(forget=forget)
    typer.echo(f"Tokens are signed with {made.kid} from now on.")


@asynccontextmanager
async def _store() -> AsyncIterator["PostgresStore"]:
    """The store that the server uses; the database that it brings along is started if nobody runs it."""
    # Imported here: it loads what the database needs, which no other command should wait for.
    from server.store.embedded import embedded_postgres, running_url  # noqa: PLC0415
    from server.store.postgres import open_store  # noqa: PLC0415

    settings = Settings()
    quiet()
    if settings.database_url is not None:
        async with open_store(settings.database_url.get_secret_value()) as store:
            yield store
        return
    async with AsyncExitStack() as stack:
        try:
            url = await stack.enter_async_context(embedded_postgres(settings.data))
        except StoreError as error:
            running = running_url(settings.data)
            if error.code != "data_folder_in_use" or running is None:
                raise
            url = running
        yield await stack.enter_async_context(open_store(url))
