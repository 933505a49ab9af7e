"""Deliveries on a real PostgreSQL: made once, taken by one, and settled by who holds them."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from server.access.access import DEFAULT
from server.notify.unsubscribe import KEY_BYTES
from server.store.delivery_records import Delivery, NewDelivery, Settled
from server.store.postgres import PostgresStore
from server.store.postgres_notifications import PostgresNotifications
from server.store.records import NewMeeting
from server.store.report_records import NewReport
from streaming.errors import NotFound

HOOK = NewDelivery("webhook", "digest-1", {"kind": "webhook"})
MAIL = NewDelivery("email", "digest-2", {"kind": "email"})
LEASE = 60.0


@pytest.fixture
def notifications(store: PostgresStore) -> PostgresNotifications:
    return store.notifications


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def a_meeting(store: PostgresStore) -> str:
    return (await store.create_meeting(NewMeeting())).id


async def taken(notifications: PostgresNotifications, limit: int = 10) -> tuple[Delivery, ...]:
    return await notifications.claim(limit, LEASE)


async def test_a_receiver_is_told_once_of_each_end(
    store: PostgresStore, notifications: PostgresNotifications
) -> None:
    meeting = await a_meeting(store)
    assert await notifications.add_deliveries(meeting, 1, 1, [HOOK, MAIL]) == 2
    assert await notifications.add_deliveries(meeting, 1, 2, [HOOK, MAIL]) == 0
    assert await notifications.add_deliveries(meeting, 2, 3, [HOOK]) == 1
    listed = [(one.number, one.kind) for one in await notifications.deliveries(meeting)]
    assert listed[0] == (2, "webhook")
    assert sorted(listed[1:]) == [(1, "email"), (1, "webhook")]
    assert await notifications.add_deliveries(meeting, 1, 1, []) == 0


async def test_steps_at_the_same_time_make_one(
    store: PostgresStore, notifications: PostgresNotifications
) -> None:
    meeting = await a_meeting(store)
    made = await asyncio.gather(
        *(notifications.add_deliveries(meeting, 1, 1, [HOOK, MAIL]) for _ in range(4))
    )
    assert sum(made) == 2


async def test_of_a_meeting_that_is_deleted_nothing_is_kept(
    store: PostgresStore, notifications: PostgresNotifications
) -> None:
    meeting = await a_meeting(store)
    await notifications.add_deliveries(meeting, 1, 1, [HOOK])
    await store.delete_meeting(meeting)
    assert await taken(notifications) == ()
    with pytest.raises(NotFound):
        await notifications.add_deliveries(meeting, 1, 1, [HOOK])


async def test_each_is_taken_by_one(store: PostgresStore, notifications: PostgresNotifications) -> None:
    meeting = await a_meeting(store)
    many = [NewDelivery("webhook", f"digest-{n}", {}) for n in range(12)]
    await notifications.add_deliveries(meeting, 1, 1, many)
    claims = await asyncio.gather(*(taken(notifications, 3) for _ in range(6)))
    ids = [one.id for claim in claims for one in claim]
    assert len(ids) == len(set(ids)) == 12
    assert {one.state for claim in claims for one in claim} == {"sending"}
    assert {one.attempts for claim in claims for one in claim} == {1}


async def test_what_failed_is_taken_again_when_its_time_has_come(
    store: PostgresStore, notifications: PostgresNotifications
) -> None:
    await notifications.add_deliveries(await a_meeting(store), 1, 1, [HOOK])
    (first,) = await taken(notifications)
    assert await notifications.settle(first, Settled("pending", "x", "y", next_in=60))
    assert await taken(notifications) == ()
    due = await notifications.seconds_to_next()
    assert due is not None
    assert 50 < due <= 60
    assert (await notifications.deliveries(first.meeting_id))[0].failure == "y"


async def test_what_was_sent_is_open_no_more(
    store: PostgresStore, notifications: PostgresNotifications
) -> None:
    await notifications.add_deliveries(await a_meeting(store), 1, 1, [HOOK])
    (first,) = await taken(notifications)
    assert await notifications.settle(first, Settled("sent"))
    assert await notifications.settle(first, Settled("failed")) is False
    assert await notifications.seconds_to_next() is None


async def test_who_died_while_sending_leaves_a_webhook_to_others_and_a_mail_unknown(
    store: PostgresStore, notifications: PostgresNotifications, database: asyncpg.Connection
) -> None:
    meeting = await a_meeting(store)
    await notifications.add_deliveries(meeting, 1, 1, [HOOK, MAIL])
    dead = {one.kind: one for one in await taken(notifications)}
    await database.execute("UPDATE deliveries SET lease_until = now() - interval '1 second'")
    (again,) = await taken(notifications)
    assert (again.id, again.attempts) == (dead["webhook"].id, 2)
    states = {one.kind: one.state for one in await notifications.deliveries(meeting)}
    assert states == {"webhook": "sending", "email": "unknown"}
    # The one who was taken for dead is late.
    assert await notifications.settle(dead["webhook"], Settled("failed")) is False
    assert await notifications.settle(dead["email"], Settled("sent")) is False


async def test_a_replay_begins_anew_and_leaves_alone_what_is_on_its_way(
    store: PostgresStore, notifications: PostgresNotifications
) -> None:
    await notifications.add_deliveries(await a_meeting(store), 1, 1, [HOOK])
    (first,) = await taken(notifications)
    assert (await notifications.replay_delivery(DEFAULT, first.id)).state == "sending"
    await notifications.settle(first, Settled("failed", "refused", "No."))
    replayed = await notifications.replay_delivery(DEFAULT, first.id)
    assert (replayed.state, replayed.attempts, replayed.failure) == ("pending", 0, None)
    assert [one.id for one in await taken(notifications)] == [first.id]
    with pytest.raises(NotFound):
        await notifications.replay_delivery(DEFAULT, "dlv_none")


async def test_who_is_gone_is_silenced_until_the_target_is_set_again(
    store: PostgresStore, notifications: PostgresNotifications
) -> None:
    await notifications.add_deliveries(await a_meeting(store), 1, 1, [HOOK])
    (first,) = await taken(notifications)
    await notifications.settle(first, Settled("gone", "gone", "410", silence=True))
    await notifications.silence(DEFAULT, MAIL.digest, "unsubscribed")
    await notifications.silence(DEFAULT, MAIL.digest, "unsubscribed")
    assert await notifications.silence_of(DEFAULT, HOOK.digest) == "gone"
    await notifications.put_notifications(DEFAULT, {"targets": []}, [HOOK.digest, MAIL.digest])
    assert await notifications.silence_of(DEFAULT, HOOK.digest) is None
    assert await notifications.silence_of(DEFAULT, MAIL.digest) == "unsubscribed"


async def test_the_keys_are_made_once(notifications: PostgresNotifications) -> None:
    found = await asyncio.gather(*(notifications.notification_settings(DEFAULT) for _ in range(4)))
    assert len({one.mail_key for one in found}) == len({one.push_key for one in found}) == 1
    assert len(found[0].mail_key) >= KEY_BYTES
    await notifications.put_notifications(DEFAULT, {"targets": [1]}, [])
    after = await notifications.notification_settings(DEFAULT)
    assert (after.notify, after.push_key) == ({"targets": [1]}, found[0].push_key)


async def test_a_report_is_announced_when_it_is_written_and_belongs_to_an_end(
    store: PostgresStore, notifications: PostgresNotifications
) -> None:
    meeting = await a_meeting(store)
    await store.reports.add_report(meeting, NewReport("general", "", {}, 1, writing=True))
    assert await notifications.announced(meeting, 1) is None
    await store.reports.finish_report(meeting, 1, lambda old: old, None)
    assert await notifications.announced(meeting, 1) == 1
    assert await notifications.announced(meeting, 2) is None
    await store.reports.add_report(meeting, NewReport("general", "", {}))
    assert await notifications.ending_of(meeting, 1) == 1
    assert await notifications.ending_of(meeting, 2) is None
