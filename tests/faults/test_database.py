"""The database goes away in the midst of a stream: captions go on, and in the end everything is stored once.

A real PostgreSQL that is stopped, killed, held up, or has no room on its disk; and one whose clock jumps.
`STENO_FAULT_AWAY_SECONDS` is how long it stays away; without it, as long as it takes to see captions go on.
"""

import asyncio
import json
import os
import signal
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import asyncpg
import psutil
import pytest
from websockets.exceptions import InvalidStatus

from server.store.embedded import DATABASE, EmbeddedPostgres
from server.store.postgres import PostgresStore, open_store
from streaming.events import Ended
from tests.support.looking import at_once, eventually
from tests.support.node import Caller, Node, node, numbers, undisturbed, wire_audio
from tests.support.plain import plain_http
from tests.support.postgres import own_postgres
from tests.support.process import LOG, SCRIPTED, steno
from tests.support.speech import join, say, silence
from tests.support.wire import PCM, wire

AWAY_SECONDS = float(os.environ.get("STENO_FAULT_AWAY_SECONDS", "0"))
LEAD, PAUSE = silence(0.7), silence(0.9)
FIRST, SECOND, THIRD = say("alpha bravo charlie"), say("delta echo foxtrot golf"), say("hotel india")
AUDIO = wire_audio(join(LEAD, FIRST, PAUSE, SECOND, PAUSE, THIRD, PAUSE))
AFTER_FIRST, AFTER_SECOND = len(join(LEAD, FIRST, PAUSE)), len(join(LEAD, FIRST, PAUSE, SECOND, PAUSE))
NO_ROOM = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
END $$;
CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON sessions EXECUTE FUNCTION no_room();
CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON segments EXECUTE FUNCTION no_room();
CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON meetings EXECUTE FUNCTION no_room();
"""
CLOCK = """
CREATE SCHEMA jumped;
CREATE TABLE jumped.clock (ahead interval NOT NULL);
INSERT INTO jumped.clock VALUES ('0');
CREATE FUNCTION jumped.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
    'SELECT pg_catalog.clock_timestamp() + ahead FROM jumped.clock';
"""
"""A wall clock that a test sets; every query of the store reads it."""


@dataclass(frozen=True, slots=True)
class Postgres:
    """A server that a test may do anything to, and a database of the test's own."""

    server: EmbeddedPostgres
    url: str

    @property
    def pid(self) -> int:
        """The process that all others of the server belong to."""
        assert self.server.pid is not None
        return self.server.pid


Fault = Callable[[Postgres], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def stopped(postgres: Postgres) -> AsyncIterator[None]:
    """Stopped in good order, and started again."""
    await asyncio.to_thread(postgres.server.shut_down)
    yield
    await asyncio.to_thread(postgres.server.restart)


@asynccontextmanager
async def killed(postgres: Postgres) -> AsyncIterator[None]:
    """Killed, and started again."""
    os.kill(postgres.pid, signal.SIGKILL)
    await asyncio.to_thread(postgres.server.wait)
    yield
    await asyncio.to_thread(postgres.server.restart)


@asynccontextmanager
async def hung(postgres: Postgres) -> AsyncIterator[None]:
    """Held up: connections stay open and nothing is answered."""
    postmaster = psutil.Process(postgres.pid)
    held = [postmaster, *postmaster.children()]
    for process in held:
        process.suspend()
    try:
        yield
    finally:
        for process in held:
            process.resume()


@asynccontextmanager
async def full(postgres: Postgres) -> AsyncIterator[None]:
    """No room on the disk for another row; what is there can be read."""
    connection = await asyncpg.connect(postgres.url)
    await connection.execute(NO_ROOM)
    yield
    await connection.execute("DROP FUNCTION no_room CASCADE")
    await connection.close()


@pytest.fixture(scope="module")
def postgres_server() -> Iterator[EmbeddedPostgres]:
    """A server that runs at the end of each test."""
    with own_postgres() as server:
        yield server


@pytest.fixture
async def postgres(postgres_server: EmbeddedPostgres) -> Postgres:
    """The server with a database of its own."""
    name = f"test_{uuid.uuid4().hex}"
    connection = await asyncpg.connect(postgres_server.url("postgres"))
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {DATABASE} STRATEGY file_copy")
    await connection.close()
    return Postgres(postgres_server, postgres_server.url(name))


async def refused(one: Node) -> dict[str, object]:
    """How a stream that begins now is refused: in place of the handshake, or after `start`."""
    try:
        async with wire(one.url) as client:
            await client.say({"type": "start", "audio": PCM})
            assert await client.rest() == 1013
            (problem,) = client.of("error")
            return dict(problem)
    except InvalidStatus as error:
        answer = error.response
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    return dict(json.loads(answer.body or b"")["error"])


async def assert_whole(caller: Caller, whole: Caller, store: PostgresStore) -> None:
    """What came and what is stored are those of an undisturbed stream, each thing once."""
    assert caller.transcript == whole.transcript
    assert await caller.stored(store) == whole.transcript
    assert numbers(caller) == list(range(1, len(numbers(caller)) + 1))
    (told,), (expected,) = caller.of("ended"), whole.of("ended")
    assert told["coverage"] == expected["coverage"]
    (session,) = await store.sessions(caller.meeting)
    assert (session.status, session.position) == ("ended", len(AUDIO) // 2)


@pytest.mark.parametrize("fault", [stopped, killed, hung, full])
async def test_captions_go_on_without_the_database(postgres: Postgres, fault: Fault) -> None:
    async with open_store(postgres.url) as store, node(store) as one:
        whole = await undisturbed(one.url, AUDIO)
        caller = Caller(AUDIO)
        async with caller.started(one.url) as client:
            await caller.speak(client, AFTER_FIRST)
            await client.until("ack")
            async with fault(postgres):
                await client.say({"type": "ping"})
                await client.until("pong")
                acknowledged = caller.acknowledged
                await caller.speak(client, AFTER_SECOND)
                while client.finals[-1]["text"] != "delta echo foxtrot golf":
                    await client.until("caption")
                problem = await refused(one)
                assert (problem["code"], problem["retry_after"]) == ("store_unavailable", 5.0)
                await asyncio.sleep(AWAY_SECONDS)
                await client.say({"type": "ping"})
                await client.until("pong")
                assert caller.acknowledged == acknowledged
                assert one.sessions.unsaved()[0] == 1
            assert await caller.finish(client) == 1000
            assert caller.acknowledged == len(AUDIO) // 2
        assert one.sessions.unsaved() == (0, 0.0)
        await assert_whole(caller, whole, store)


async def test_a_client_comes_back_to_its_process_without_the_database(postgres: Postgres) -> None:
    async with open_store(postgres.url) as store, node(store) as one:
        whole = await undisturbed(one.url, AUDIO)
        caller = Caller(AUDIO)
        async with caller.started(one.url) as client:
            await caller.vanish(client, AFTER_FIRST)
        (live,) = one.sessions.kept()
        await eventually(lambda: at_once(live.detached))
        async with hung(postgres), caller.resumed(one.url) as client:
            await caller.speak(client, AFTER_SECOND)
            while client.finals[-1]["text"] != "delta echo foxtrot golf":
                await client.until("caption")
            client.socket.transport.abort()
        async with caller.resumed(one.url) as client:
            assert await caller.finish(client) == 1000
        await assert_whole(caller, whole, store)


async def test_the_servers_own_database_comes_back_when_it_is_killed() -> None:
    caller = Caller(AUDIO)
    with steno("scripted", program=SCRIPTED) as server:
        whole = await undisturbed(server.stream, AUDIO)
        async with caller.started(server.stream) as client:
            await caller.speak(client, AFTER_FIRST)
            await client.until("ack")
            postmaster = int((server.data / "postgres" / "postmaster.pid").read_text().split()[0])
            os.kill(postmaster, signal.SIGKILL)
            assert await caller.finish(client) == 1000
        async with plain_http(server.url) as http:
            kept = (await http.get(f"/v1/meetings/{caller.meeting}/transcript")).json()
            metrics = (await http.get("/metrics")).text.splitlines()
        told = (server.data / LOG).read_text()
    assert caller.transcript == whole.transcript
    assert [one["text"] for one in kept["segments"]] == [line[3] for line in whole.transcript]
    assert '"postgres_died"' in told
    assert '"postgres_restarted"' in told
    assert "steno_unsaved_finals 0.0" in metrics
    assert any(line.startswith("steno_event_loop_lag_seconds_count") for line in metrics)


@pytest.fixture
async def clocked(postgres: Postgres) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a database whose clock can be set: it is the only wall clock of the server."""
    connection = await asyncpg.connect(postgres.url)
    await connection.execute(CLOCK)
    name = await connection.fetchval("SELECT current_database()")
    await connection.execute(f"ALTER DATABASE {name} SET search_path = public, jumped, pg_catalog")
    yield connection
    await connection.close()


async def jump(clock: asyncpg.Connection, hours: int) -> None:
    """Set the clock, ahead or back."""
    await clock.execute("UPDATE jumped.clock SET ahead = make_interval(hours => $1)", hours)


@pytest.mark.parametrize("hours", [3, -3])
async def test_a_clock_that_jumps_takes_no_stream_from_its_process(
    postgres: Postgres, clocked: asyncpg.Connection, hours: int
) -> None:
    async with (
        open_store(postgres.url) as store,
        node(store, resume_seconds=4) as one,
        node(store, resume_seconds=4) as other,
    ):
        whole = await undisturbed(one.url, AUDIO)
        caller = Caller(AUDIO)
        async with caller.started(one.url) as client:
            await caller.speak(client, AFTER_FIRST)
            await client.until("ack")
            before = (await store.leases(()))[caller.session]
            await jump(clocked, hours)
            assert (await store.leases(()))[caller.session].over == (hours > 0)
            async with asyncio.timeout(60):
                while (await store.leases(()))[caller.session].until == before.until:
                    await other.sessions.beat()
            await other.sessions.beat()
            assert await caller.finish(client) == 1000
        await assert_whole(caller, whole, store)


@pytest.mark.parametrize("hours", [3, -3])
async def test_a_clock_that_jumps_leaves_no_stream_of_a_lost_process_open(
    postgres: Postgres, clocked: asyncpg.Connection, hours: int
) -> None:
    caller = Caller(AUDIO)
    async with open_store(postgres.url) as store, node(store, resume_seconds=1) as other:
        async with node(store, resume_seconds=1) as one, caller.started(one.url) as client:
            await caller.vanish(client, AFTER_FIRST)
        await jump(clocked, hours)
        async with other.hub.subscribe(caller.meeting) as viewer, asyncio.timeout(60):
            async for event in viewer:
                if isinstance(event, Ended):
                    break
        (session,) = await store.sessions(caller.meeting)
        assert session.status == "ended"
