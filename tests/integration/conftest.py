"""A real PostgreSQL for the integration tests: one server a run, a fresh migrated database a test."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor

import asyncpg
import pytest

from server.store.embedded import EmbeddedPostgres
from server.store.postgres import PostgresStore, open_store
from tests.support.postgres import migrate, own_postgres

TEMPLATE = "migrated"


async def _execute(server: EmbeddedPostgres, statement: str) -> None:
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _make_template(server: EmbeddedPostgres) -> None:
    await _execute(server, f"CREATE DATABASE {TEMPLATE}")
    await migrate(server.url(TEMPLATE))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[EmbeddedPostgres]:
    """The server of this run, with the migrated database `TEMPLATE`."""
    # On a thread of its own, because tests have loops of their own on this one.
    with own_postgres() as server, ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, _make_template(server)).result()
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
    await _execute(postgres_server, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
    yield postgres_server.url(name)
    await _execute(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[PostgresStore]:
    """A store on `database_url`."""
    async with open_store(database_url) as opened:
        yield opened
