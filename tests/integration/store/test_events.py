"""Events on a real PostgreSQL: written with what makes them true, only where somebody asks, and in order."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from server.reporting.stored import as_json
from server.store import events, meetings
from server.store.delivery_records import Settled
from server.store.engine import create_engine, transaction
from server.store.event_records import PING, ClaimedEvent
from server.store.postgres import PostgresStore
from server.store.records import NewMeeting
from server.store.report_records import NewReport
from tests.integration.store.made import a_session
from tests.support.listening import WORKSPACE, a_live_meeting, end, listens, say, told
from tests.support.reports import report

LEASE = 60.0
SENT, GIVEN_UP = Settled("sent"), Settled("failed", "not_delivered", "It answered 503.")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


def later(seconds: float) -> Settled:
    return Settled("pending", "not_delivered", "It answered 503.", next_in=seconds)


async def taken(store: PostgresStore, limit: int = 32) -> tuple[ClaimedEvent, ...]:
    return await store.events.claim(limit, LEASE)


async def test_a_meeting_tells_what_becomes_true_in_its_order(
    store: PostgresStore, database: asyncpg.Connection
) -> None:
    endpoint = await listens(store)
    meeting = await a_live_meeting(store)
    await say(store, meeting, 1, 2)
    await end(store, meeting)
    value = as_json(report(meeting_id=meeting))
    await store.reports.add_report(meeting, NewReport("general", "en", value, 1, writing=True))
    await store.reports.finish_report(meeting, 1, lambda old: old)
    assert [name for name, _ in await told(database, endpoint)] == [
        "meeting.started",
        "segment.final",
        "segment.final",
        "meeting.ended",
        "transcript.ready",
        "report.ready",
    ]
    texts = await database.fetch("SELECT data->>'text' FROM events WHERE type = 'segment.final' ORDER BY seq")
    assert [row[0] for row in texts] == ["мы начинаем 1", "мы начинаем 2"]


async def test_where_nobody_asks_nothing_is_written(
    store: PostgresStore, database: asyncpg.Connection
) -> None:
    ended = await listens(store, "https://hooks.example/", "meeting.ended")
    other = await listens(store, workspace="other")
    off = await listens(store)
    await store.webhooks.change(WORKSPACE, off.id, {}, enabled=False)
    meeting = await a_live_meeting(store)
    await say(store, meeting, 1)
    await end(store, meeting)
    assert await told(database, ended) == [("meeting.ended", "pending")]
    assert await told(database, other) == await told(database, off) == []
    assert await database.fetchval("SELECT count(*) FROM events") == 1
    theirs = await store.create_meeting(NewMeeting(), "other")
    await store.open_session(theirs.id, a_session("ses-other"))
    assert await told(database, other) == [("meeting.started", "pending")]


async def test_what_is_undone_was_never_told(
    store: PostgresStore, database_url: str, database: asyncpg.Connection
) -> None:
    await listens(store)
    meeting = await store.create_meeting(NewMeeting())
    engine = create_engine(database_url)

    async def begun() -> None:
        async with transaction(engine) as connection:
            await events.started(connection, await meetings.require(connection, meeting.id))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await begun()
    await engine.dispose()
    assert await database.fetchval("SELECT count(*) FROM events") == 0


async def test_a_final_that_is_stored_again_is_told_once(
    store: PostgresStore, database: asyncpg.Connection
) -> None:
    endpoint = await listens(store, "https://hooks.example/", "segment.final")
    meeting = await a_live_meeting(store)
    await say(store, meeting, 1)
    await say(store, meeting, 1, 2)
    assert len(await told(database, endpoint)) == 2


async def test_a_meeting_that_is_streamed_to_again_starts_and_ends_again(
    store: PostgresStore, database: asyncpg.Connection
) -> None:
    endpoint = await listens(store, "https://hooks.example/", "meeting.started", "meeting.ended")
    meeting = await a_live_meeting(store)
    await end(store, meeting)
    await end(store, meeting)
    assert len(await told(database, endpoint)) == 2


async def test_of_a_deleted_meeting_only_the_deletion_is_told(
    store: PostgresStore, database: asyncpg.Connection
) -> None:
    endpoint = await listens(store)
    meeting = await a_live_meeting(store)
    await say(store, meeting, 1)
    await store.delete_meeting(meeting)
    assert await told(database, endpoint) == [("meeting.deleted", "pending")]
    (row,) = await database.fetch("SELECT data::text FROM events")
    assert meeting in row[0]
    assert "Launch" not in row[0]
    (one,), _ = await store.webhooks.history(WORKSPACE, endpoint.id)
    assert one.meeting_id == meeting


async def test_a_line_goes_one_by_one_and_lines_do_not_wait_for_each_other(store: PostgresStore) -> None:
    await listens(store, "https://hooks.example/", "meeting.started", "segment.final")
    first, second, third = [await a_live_meeting(store) for _ in range(3)]
    await say(store, first, 1)
    claimed = await taken(store)
    # An endpoint takes two at a time.
    assert [one.data["meeting_id"] for one in claimed] == [first, second]
    assert await taken(store) == ()
    assert await store.events.settle(claimed[1], SENT)
    assert [one.data["meeting_id"] for one in await taken(store)] == [third]
    assert await store.events.settle(claimed[0], later(60))
    assert await taken(store) == ()


async def test_a_later_event_waits_until_the_earlier_is_done(store: PostgresStore) -> None:
    await listens(store, "https://hooks.example/", "segment.final")
    meeting = await a_live_meeting(store)
    await say(store, meeting, 1, 2, 3)
    (first,) = await taken(store)
    assert first.data["text"] == "мы начинаем 1"
    assert await store.events.settle(first, later(0.0))
    (again,) = await taken(store)
    assert (again.id, again.event_id, again.attempts) == (first.id, first.event_id, 2)
    assert await store.events.settle(again, GIVEN_UP)
    (second,) = await taken(store)
    assert second.data["text"] == "мы начинаем 2"


async def test_each_is_taken_by_one_and_in_order_whoever_asks(store: PostgresStore) -> None:
    for _ in range(3):
        await listens(store, "https://hooks.example/", "segment.final")
    meeting = await a_live_meeting(store)
    await say(store, meeting, 1, 2)
    claims = await asyncio.gather(*(taken(store, 1) for _ in range(8)))
    ones = [one for claim in claims for one in claim]
    assert len({one.id for one in ones}) == len(ones) == len({one.endpoint_id for one in ones})
    assert {one.data["text"] for one in ones} == {"мы начинаем 1"}


async def test_what_a_process_left_is_sent_again_and_the_late_one_writes_nothing(
    store: PostgresStore, database: asyncpg.Connection
) -> None:
    await listens(store, "https://hooks.example/", "meeting.started")
    await a_live_meeting(store)
    (dead,) = await taken(store)
    await database.execute("UPDATE event_deliveries SET lease_until = now() - interval '1 second'")
    (again,) = await taken(store)
    assert (again.event_id, again.attempts) == (dead.event_id, 2)
    assert await store.events.settle(dead, SENT) is False
    assert await store.events.settle(again, SENT)
    assert await store.events.seconds_to_next() is None


async def test_an_endpoint_that_is_gone_or_fails_for_days_is_disabled_with_its_reason(
    store: PostgresStore, database: asyncpg.Connection
) -> None:
    gone = await listens(store, "https://hooks.example/", "meeting.started")
    first, _ = await a_live_meeting(store), await a_live_meeting(store)
    claimed = await taken(store)
    mine = next(one for one in claimed if one.data["meeting_id"] == first)
    assert await store.events.settle(mine, Settled("gone", "gone", "It answered 410.", silence=True))
    found = await store.webhooks.endpoint(WORKSPACE, gone.id)
    assert found.disabled is not None
    assert (found.disabled.code, found.disabled.reason) == ("gone", "It answered 410.")
    # What was on its way meanwhile is not tried again.
    (other,) = (one for one in claimed if one is not mine)
    assert await store.events.settle(other, later(5))
    assert {state for _, state in await told(database, gone)} == {"given_up"}

    failing = await listens(store, "https://hooks.example/", "meeting.started")
    await a_live_meeting(store)
    (one,) = await taken(store)
    assert await store.events.settle(one, later(0.0))
    assert (await store.webhooks.endpoint(WORKSPACE, failing.id)).failing_since is not None
    days = "UPDATE webhook_endpoints SET failing_since = now() - interval '3 days' WHERE id = $1"
    await database.execute(days, failing.id)
    (one,) = await taken(store)
    assert await store.events.settle(one, later(5))
    disabled = (await store.webhooks.endpoint(WORKSPACE, failing.id)).disabled
    assert disabled is not None
    assert disabled.code == "failing"
    assert {state for _, state in await told(database, failing)} == {"given_up"}
    again = await store.webhooks.change(WORKSPACE, failing.id, {}, enabled=True)
    assert (again.disabled, again.failing_since) == (None, None)


async def test_what_arrives_ends_the_failing(store: PostgresStore) -> None:
    endpoint = await listens(store, "https://hooks.example/", "meeting.started")
    await a_live_meeting(store)
    (one,) = await taken(store)
    assert await store.events.settle(one, Settled("failed", "internal", "Ours."))
    assert (await store.webhooks.endpoint(WORKSPACE, endpoint.id)).failing_since is None
    await store.webhooks.replay(WORKSPACE, endpoint.id, one.id)
    (one,) = await taken(store)
    assert await store.events.settle(one, later(0.0))
    (one,) = await taken(store)
    assert await store.events.settle(one, SENT)
    assert (await store.webhooks.endpoint(WORKSPACE, endpoint.id)).failing_since is None


async def test_a_full_backlog_gives_up_finals_first_and_can_be_replayed(
    store: PostgresStore, database: asyncpg.Connection
) -> None:
    endpoint = await listens(store)
    meeting = await a_live_meeting(store)
    event = await database.fetchval("SELECT id FROM events")

    async def fill(count: int) -> None:
        await database.execute(
            "WITH made AS (INSERT INTO events (id, meeting_id, type, data) SELECT gen_random_uuid()::text, "
            "$1, 'meeting.started', '{}' FROM generate_series(1, $3) RETURNING id, seq) "
            "INSERT INTO event_deliveries (id, endpoint_id, event_id, line, seq) "
            "SELECT id, $2, id, $1, seq FROM made",
            meeting,
            endpoint.id,
            count,
        )
        await store.events.count_waiting()

    assert event
    await fill(events.MOST_FINALS)
    found = await store.webhooks.endpoint(WORKSPACE, endpoint.id)
    assert found.waiting == events.MOST_FINALS + 1
    await say(store, meeting, 1)
    await end(store, meeting)
    assert [row for row in await told(database, endpoint) if row[0] != "meeting.started"] == [
        ("segment.final", "given_up"),
        ("meeting.ended", "pending"),
        ("transcript.ready", "pending"),
    ]
    (one,), _ = await store.webhooks.history(WORKSPACE, endpoint.id, state="given_up")
    assert one.failure_code == "backlog_full"
    assert await store.webhooks.replay_since(WORKSPACE, endpoint.id, one.created_at) == (1, False)
    await fill(events.MOST_OPEN - events.MOST_FINALS)
    await store.delete_meeting(await a_live_meeting(store))
    assert ("meeting.deleted", "given_up") in await told(database, endpoint)
    assert await store.webhooks.replay_since(WORKSPACE, endpoint.id, one.created_at) == (0, True)


async def test_what_is_old_is_forgotten_but_not_what_is_on_its_way(
    store: PostgresStore, database: asyncpg.Connection
) -> None:
    endpoint = await listens(store, "https://hooks.example/", "meeting.started")
    await a_live_meeting(store)
    (one,) = await taken(store)
    await store.events.settle(one, SENT)
    await a_live_meeting(store)
    assert await store.events.forget() == 0
    await database.execute("UPDATE events SET happened_at = now() - interval '31 days'")
    assert await store.events.forget() == 1
    assert await told(database, endpoint) == [("meeting.started", "pending")]


async def test_a_deleted_endpoint_keeps_nothing_and_disturbs_nobody(
    store: PostgresStore, database: asyncpg.Connection
) -> None:
    endpoint = await listens(store)
    meeting = await a_live_meeting(store)
    (one,) = await taken(store)
    await asyncio.gather(
        store.webhooks.remove(WORKSPACE, endpoint.id), *(say(store, meeting, number) for number in range(8))
    )
    assert await database.fetchval("SELECT count(*) FROM event_deliveries") == 0
    assert await store.segment_count(meeting) == 8
    assert await store.events.settle(one, SENT) is False


async def test_a_ping_waits_for_nothing(store: PostgresStore, database: asyncpg.Connection) -> None:
    endpoint = await listens(store, "https://hooks.example/", "meeting.started")
    await a_live_meeting(store)
    (started,) = await taken(store)
    await store.events.settle(started, later(60))
    await store.webhooks.ping(WORKSPACE, endpoint.id)
    assert [one.type for one in await taken(store)] == [PING]
