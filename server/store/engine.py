"""The connection to PostgreSQL: a bounded pool from a URL, and the one place where its errors are named.

Whatever goes wrong between here and the database (it is away, hangs, restarts, or its disk is full) leaves as
`StoreUnavailable`, or as `StoreError` `store_rejected` when the database works but refuses the values. No
message carries a value or a URL.
"""

import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import asyncpg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from streaming.errors import StoreError, StoreUnavailable

SCHEMES: Final = ("postgres", "postgresql", "postgresql+asyncpg")
POOL_SIZE: Final = 10
"""Connections at the most; who finds none free waits in order, up to `POOL_SECONDS`, and is then refused."""
POOL_SECONDS: Final = 10.0
CONNECT_SECONDS: Final = 10.0
COMMAND_SECONDS: Final = 20.0
"""The most that one statement may take; a database that hangs is then taken for one that is away."""

RANDOM_PAGE_COST: Final = 1.1
"""What a page costs that is read out of order, over one that is read in order. PostgreSQL's own 4 is that of
a turning disk: with it a search over 100,000 segments reads tables whole for which it has an index."""

_LIBPQ_ONLY: Final = {"channel_binding"}
"""Parameters that hosted databases put into their URLs and that asyncpg would send on as settings."""

_REJECTIONS: Final = {"22", "23", "54"}
"""SQLSTATE classes: data exception, integrity constraint violation, program limit exceeded."""


def connect_url(url: str) -> str:
    """`url` as asyncpg reads it. Raises `StoreError` (`database_url_invalid`) for any other database."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise StoreError("database_url_invalid", f"The database URL cannot be read: {error}.") from None
    if parts.scheme not in SCHEMES:
        raise StoreError(
            "database_url_invalid",
            f"The database URL begins with {parts.scheme or 'nothing'!r}; use "
            "postgresql://user:password@host/name.",
        )
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode([(name, value) for name, value in pairs if name not in _LIBPQ_ONLY])
    return f"postgresql://{parts.netloc}{parts.path}{'?' if query else ''}{query}"


def create_engine(url: str, command_seconds: float | None = COMMAND_SECONDS) -> AsyncEngine:
    """An engine with a bounded pool; connects on first use. A command may take `command_seconds`, and so may
    the pause before a transaction's next one: of a node that is lost in the midst of one no row stays locked.
    """
    dsn = connect_url(url)

    async def connect() -> asyncpg.Connection:
        connection = await asyncpg.connect(dsn, timeout=CONNECT_SECONDS, command_timeout=command_seconds)
        try:
            # Not among the settings of the connection's start, of which poolers refuse some.
            milliseconds = round((command_seconds or 0) * 1000)
            await connection.execute(
                f"SET idle_in_transaction_session_timeout = {milliseconds}; "
                f"SET random_page_cost = {RANDOM_PAGE_COST}"
            )
        except BaseException:
            connection.terminate()
            raise
        return connection

    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        # A database that was restarted costs a fresh connection, and no failed request.
        pool_pre_ping=True,
    )


@contextlib.contextmanager
def named_errors() -> Iterator[None]:
    """Turn every error of the database, its driver or the network into `StoreError`."""
    try:
        yield
    except (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        if _is_rejection(error):
            raise StoreError("store_rejected", "The database does not accept these values.") from error
        raise StoreUnavailable from error


def _is_rejection(error: Exception) -> bool:
    """Whether the values are at fault: they fit no column, broke a constraint, or were too big."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        return str(state)[:2] in _REJECTIONS
    return isinstance(error, StatementError)


@contextlib.asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One transaction: committed at the end, rolled back on any error, all errors named."""
    with named_errors():
        async with engine.begin() as connection:
            yield connection
