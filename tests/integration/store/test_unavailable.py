"""A database that is not there: every call says so, and recovers when it is back."""

import asyncio

import pytest

from server.access.access import DEFAULT
from server.store import meetings
from server.store.api import Store
from server.store.embedded import EmbeddedPostgres
from server.store.engine import create_engine
from server.store.postgres import PostgresStore, open_store
from server.store.records import NewMeeting
from streaming.errors import StoreError
from streaming.segments import Coverage
from tests.integration.store.made import a_session
from tests.support.postgres import own_postgres


async def test_every_call_says_that_the_database_is_away() -> None:
    with own_postgres() as server:
        await _is_away(server)


async def _is_away(server: EmbeddedPostgres) -> None:
    async with open_store(server.url()) as store:
        assert await store.ready()
        await asyncio.to_thread(server.stop)
        assert not await store.ready()
        for call in (
            store.create_meeting(NewMeeting()),
            store.meeting("mtg_1"),
            store.meetings(DEFAULT, q="слово"),
            store.update_meeting("mtg_1", {"title": "x"}),
            store.delete_meeting("mtg_1"),
            store.open_session("mtg_1", a_session("ses_1")),
            store.sessions("mtg_1"),
            store.save("ses_1", [], position=0, coverage=Coverage()),
            store.close_session("ses_1", position=0, duration=0, coverage=Coverage()),
            store.leases(()),
            store.finish_abandoned({}),
            store.segments("mtg_1"),
        ):
            with pytest.raises(StoreError) as failed:
                await call
            assert (failed.value.code, failed.value.status) == ("store_unavailable", 503)


@pytest.mark.parametrize(
    "url", ["postgresql://steno@127.0.0.1:1/none", "postgres://steno@/none?host=/tmp/no-such-folder"]
)
async def test_a_store_does_not_open_without_its_database(url: str) -> None:
    with pytest.raises(StoreError) as failed:
        async with open_store(url):
            pass
    assert failed.value.code == "store_unavailable"


async def test_a_connection_that_the_server_dropped_costs_no_call(database_url: str) -> None:
    import asyncpg

    async with open_store(database_url) as store:
        made = await store.create_meeting(NewMeeting())
        connection = await asyncpg.connect(database_url)
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await connection.close()
        assert await store.meeting(made.id) == made


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
async def test_urls_of_every_usual_scheme_open(database_url: str, scheme: str) -> None:
    async with open_store(database_url.replace("postgresql", scheme, 1)) as store:
        assert await store.ready()


async def test_the_schema_is_there_after_opening(empty_database_url: str) -> None:
    async with open_store(empty_database_url) as opened:
        store: Store = opened
        assert (await store.meetings(DEFAULT)).meetings == ()


async def test_a_database_without_its_tables_is_not_ready(empty_database_url: str) -> None:
    import asyncpg

    async with open_store(empty_database_url) as store:
        assert await store.ready()
        connection = await asyncpg.connect(empty_database_url)
        await connection.execute("DROP TABLE meetings CASCADE")
        await connection.close()
        assert not await store.ready()


async def test_a_node_that_is_lost_in_a_transaction_keeps_no_row_locked(
    database_url: str, store: PostgresStore
) -> None:
    made = await store.create_meeting(NewMeeting())
    lost = create_engine(database_url, command_seconds=0.2)
    # To the database a machine without power is one that says nothing more.
    async with lost.connect() as silent:
        await meetings.lock(silent, made.id)
        assert (await store.update_meeting(made.id, {"title": "x"})).title == "x"
        await silent.invalidate()
    await lost.dispose()
