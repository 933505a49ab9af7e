"""Bring a database to the newest schema: `upgrade(engine)`, safe when many nodes start at once.

One node migrates under an advisory lock, the others wait and find nothing to do. All steps are one
transaction, so that a failure leaves the database as it was. A database newer than this program is refused,
and one that lacks what its version should have, which no try again would mend.
"""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

from server.store.engine import transaction
from server.store.schema import metadata
from streaming.errors import StoreError

LOCK: Final = 0x5374656E6F  # "Steno"
"""Key of the advisory lock, the same on every node."""


def configuration(connection: Connection) -> Config:
    """Alembic's configuration, without a file, bound to one connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


async def upgrade(engine: AsyncEngine) -> None:
    """Apply every migration that is missing. Raises `StoreError`.

    `engine` should set no time limit: an index over many segments, and the wait for another node that is
    making one, take longer than any query should.
    """
    async with transaction(engine) as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        await connection.run_sync(_upgrade)
        await connection.run_sync(_check)


def _upgrade(connection: Connection) -> None:
    try:
        command.upgrade(configuration(connection), "head")
    except CommandError as error:
        raise StoreError(
            "database_too_new",
            "The database was made by a newer version of Steno; run that version, or another database.",
        ) from error


def _check(connection: Connection) -> None:
    """Read nothing from each table: one that is missing, or that this account may not read, fails here."""
    for table in metadata.sorted_tables:
        try:
            connection.execute(select(table).limit(0))
        except ProgrammingError as error:
            raise StoreError(
                "database_incomplete",
                f"The table {table.name!r} is not in the database as its version says, or may not be read: "
                "restore a backup, grant the account its rights, or name an empty database.",
            ) from error
