"""Migrations on a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from server.store.engine import create_engine
from server.store.migrate import configuration, upgrade
from server.store.schema import metadata
from streaming.errors import StoreError

GENERATED = """
    SELECT table_name, column_name, generation_expression FROM information_schema.columns
    WHERE table_schema = 'public' AND is_generated = 'ALWAYS' ORDER BY 1, 2
"""
CHECKS = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype IN ('c', 'f') AND connamespace = 'public'::regnamespace ORDER BY 1
"""
INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"


@pytest.fixture
async def engine(empty_database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on a database without tables."""
    made = create_engine(empty_database_url)
    yield made
    await made.dispose()


async def rows(engine: AsyncEngine, query: str) -> list[tuple[object, ...]]:
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(query))]


async def test_the_migrations_make_what_the_schema_says(engine: AsyncEngine) -> None:
    def difference(connection: Connection) -> list[object]:
        options = {"compare_type": True, "compare_server_default": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))

    await upgrade(engine)
    async with engine.connect() as connection:
        assert await connection.run_sync(difference) == []


async def test_they_also_agree_in_what_alembic_does_not_compare(engine: AsyncEngine) -> None:
    await upgrade(engine)
    migrated = [await rows(engine, query) for query in (GENERATED, CHECKS)]
    indexes = [row for row in await rows(engine, INDEXES) if "alembic" not in str(row[0])]
    async with engine.begin() as connection:
        await connection.run_sync(metadata.drop_all)
        await connection.run_sync(metadata.create_all)
    assert [await rows(engine, query) for query in (GENERATED, CHECKS)] == migrated
    assert [row for row in await rows(engine, INDEXES) if "alembic" not in str(row[0])] == indexes
    assert all(migrated)


async def test_many_nodes_may_start_at_once(empty_database_url: str) -> None:
    engines = [create_engine(empty_database_url) for _ in range(4)]
    try:
        await asyncio.gather(*map(upgrade, engines))
        assert await rows(engines[0], "SELECT version_num FROM alembic_version") == [("0018",)]
    finally:
        for engine in engines:
            await engine.dispose()


async def test_a_second_upgrade_finds_nothing_to_do(engine: AsyncEngine) -> None:
    await upgrade(engine)
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO meetings (id, workspace_id, languages, stability, hotwords, metadata) "
                "VALUES ('mtg_a', 'default', '{}', 'stable', '{}', '{}')"
            )
        )
    await upgrade(engine)
    assert await rows(engine, "SELECT id FROM meetings") == [("mtg_a",)]


async def test_a_database_of_a_newer_program_is_refused(engine: AsyncEngine) -> None:
    await upgrade(engine)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError) as refused:
        await upgrade(engine)
    assert refused.value.code == "database_too_new"


@pytest.mark.parametrize(
    "loss", ["DROP TABLE segments CASCADE", "ALTER TABLE sessions RENAME COLUMN owner TO keeper"]
)
async def test_a_database_that_lacks_what_its_version_has_is_refused(engine: AsyncEngine, loss: str) -> None:
    await upgrade(engine)
    async with engine.begin() as connection:
        await connection.execute(text(loss))
    with pytest.raises(StoreError) as refused:
        await upgrade(engine)
    assert refused.value.code == "database_incomplete"
    assert repr(loss.split()[2]) in refused.value.message


async def test_every_migration_can_be_undone(engine: AsyncEngine) -> None:
    await upgrade(engine)
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.downgrade(configuration(sync), "base"))
    tables = await rows(engine, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    assert tables == [("alembic_version",)]


async def test_what_was_stored_before_there_were_workspaces_is_in_the_default_one(
    engine: AsyncEngine,
) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.upgrade(configuration(sync), "0005"))
        for statement in (
            "INSERT INTO meetings (id, languages, stability, hotwords, metadata) "
            "VALUES ('mtg_a', '{}', 'stable', '{}', '{}')",
            "INSERT INTO templates (name, version, source) VALUES ('mine', 1, 'x')",
            "INSERT INTO silenced (digest, code) VALUES ('d', 'gone')",
            "INSERT INTO notification_settings (id, notify, mail_key, push_key) "
            """VALUES (1, '{"targets": []}', 'm', 'p')""",
        ):
            await connection.execute(text(statement))
    await upgrade(engine)
    for query in (
        "SELECT workspace_id FROM meetings",
        "SELECT workspace_id FROM templates",
        "SELECT workspace_id FROM silenced",
    ):
        assert await rows(engine, query) == [("default",)]
    assert await rows(engine, "SELECT id, notify FROM workspaces") == [("default", {"targets": []})]
    assert await rows(engine, "SELECT mail_key, push_key FROM notification_settings") == [("m", "p")]
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.downgrade(configuration(sync), "0005"))
    assert await rows(engine, "SELECT notify FROM notification_settings") == [({"targets": []},)]
    assert await rows(engine, "SELECT name, version FROM templates") == [("mine", 1)]
