"""A real PostgreSQL for the integration tests: one server a run, a fresh migrated database a test."""

import uuid
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from server.store.embedded import DATABASE, EmbeddedPostgres
from server.store.postgres import PostgresStore, open_store
from tests.support.postgres import own_postgres


async def _execute(server: EmbeddedPostgres, statement: str) -> None:
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[EmbeddedPostgres]:
    """The server of this run, with the database `DATABASE` of the newest schema."""
    with own_postgres() as server:
        yield server


@pytest.fixture
async def empty_database_url(postgres_server: EmbeddedPostgres) -> AsyncIterator[str]:
    """A database without tables."""
    name = f"empty_{uuid.uuid4().hex}"
    await _execute(postgres_server, f"CREATE DATABASE {name}")
    yield postgres_server.url(name)
    await _execute(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database_url(postgres_server: EmbeddedPostgres) -> AsyncIterator[str]:
    """A database of this test's own with the newest schema and no rows."""
    name = f"test_{uuid.uuid4().hex}"
    await _execute(postgres_server, f"CREATE DATABASE {name} TEMPLATE {DATABASE} STRATEGY file_copy")
    yield postgres_server.url(name)
    await _execute(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[PostgresStore]:
    """A store on `database_url`."""
    async with open_store(database_url) as opened:
        yield opened
