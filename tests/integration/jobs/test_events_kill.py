"""No event is lost and none is invented, and their order stays, whichever process dies: real processes,
`kill -9`, a real receiver."""

import asyncio
import json

import asyncpg
import pytest

from server.store.postgres import PostgresStore
from tests.support.listening import a_live_meeting, end, listens, say, watched_events
from tests.support.receiver import Receiver
from tests.support.workers import says, working

EXPECTED = ["meeting.started", "1", "2", "meeting.ended", "transcript.ready"]
POINTS = {
    "before:send": EXPECTED,
    # Between the sending and its record: it comes again, under its id.
    "after:send": [*EXPECTED[:2], *EXPECTED[1:]],
}


@pytest.mark.parametrize("die", POINTS)
async def test_who_is_killed_while_sending_leaves_the_order_as_it_was(
    database_url: str, store: PostgresStore, die: str
) -> None:
    receiver = Receiver()
    async with receiver.served() as url, watched_events(database_url) as deliveries:
        await listens(store, url)
        meeting = await a_live_meeting(store)
        await say(store, meeting, 1, 2, text="")
        await end(store, meeting)
        async with working("telling", database_url, die=die) as first, asyncio.timeout(60):
            assert await first.wait() == -9
        async with working("telling", database_url):
            await deliveries.settled()
    bodies = [json.loads(body) for _, body in receiver.got]
    names = [body["data"].get("text", body["type"]).strip() for body in bodies]
    assert names == POINTS[die]
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == len(EXPECTED)


@pytest.mark.parametrize("die", ["before:commit", "after:commit"])
async def test_who_is_killed_while_storing_has_told_what_is_stored_and_nothing_else(
    database_url: str, store: PostgresStore, die: str
) -> None:
    await listens(store, "https://hooks.example/", "segment.final")
    meeting = await a_live_meeting(store)
    async with working("storing", database_url, meeting, die=die) as one:
        await says(one, "ready")
        async with asyncio.timeout(60):
            assert await one.wait() == -9
    # It waits for the lock of the one that died, so that what that had begun is over.
    await say(store, meeting, 2)
    connection = await asyncpg.connect(database_url)
    told = await connection.fetch("SELECT data->>'segment_id' FROM events ORDER BY seq")
    stored = await connection.fetch("SELECT id FROM segments ORDER BY id")
    await connection.close()
    assert [row[0] for row in told] == [row[0] for row in stored]
    assert len(stored) == (1 if die == "before:commit" else 2)
