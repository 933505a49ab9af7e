"""From what happens to what receivers get: real store, real receivers, the official verifier."""

import asyncio
import json
from datetime import datetime
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from server.http.event_models import MESSAGES, example
from server.notify.targets import new_secret
from server.reporting.stored import as_json
from server.store.bot_records import NewBot
from server.store.event_records import EVENT_TYPES, PING
from server.store.postgres import PostgresStore
from server.store.report_records import NewReport
from tests.support.listening import (
    ADDRESS,
    WORKSPACE,
    a_live_meeting,
    end,
    listens,
    say,
    told_by,
    watched_events,
)
from tests.support.receiver import Receiver
from tests.support.reports import report

ROOM = "https://rooms.example/standup"


def kinds(receiver: Receiver) -> list[str]:
    """The types of what came, in order."""
    return [json.loads(body)["type"] for _, body in receiver.got]


def keys(value: Any) -> Any:
    """The names in a value, to the depth of its lists."""
    return {name: keys(item) for name, item in value.items()} if isinstance(value, dict) else ...


async def test_every_event_is_signed_and_as_the_contract_shows_it(
    store: PostgresStore, database_url: str
) -> None:
    receiver = Receiver()
    async with receiver.served() as url, watched_events(database_url) as deliveries, told_by(store):
        endpoint = await listens(store, url)
        meeting = await a_live_meeting(store, "Запуск")
        await say(store, meeting, 1)
        await end(store, meeting)
        value = as_json(report(meeting_id=meeting))
        await store.reports.add_report(meeting, NewReport("general", "en", value, 1))
        await deliveries.settled()
        await store.bots.add(NewBot("bot_1", meeting, WORKSPACE, ROOM, ROOM, "Steno", {}))
        await deliveries.settled()
        await store.webhooks.ping(WORKSPACE, endpoint.id)
        await deliveries.settled()
        await store.delete_meeting(meeting)
        await receiver.until(len(EVENT_TYPES) + 1)
    *told_first, deleted, of_a_bot = EVENT_TYPES
    assert kinds(receiver) == [*told_first, of_a_bot, PING, deleted]
    for headers, body in receiver.got:
        told = Verifier(endpoint.secret).verify(body, headers)
        assert "." not in headers["webhook-id"]
        assert abs(float(headers["webhook-timestamp"]) - datetime.now().timestamp()) < 60
        MESSAGES[told["type"]].model_validate(told)
        shown = example(told["type"])
        for name in ("metadata", "reason"):  # Either may be null.
            told["data"].pop(name, None), shown["data"].pop(name, None)
        assert keys(told) == keys(shown)
    ready = next(json.loads(body) for _, body in receiver.got if b"transcript.ready" in body)
    assert ready["data"] == {
        "meeting_id": meeting,
        "title": "Запуск",
        "metadata": {"crm": "deal-17"},
        "meeting_url": f"{ADDRESS}/meetings/{meeting}",
        "transcript_url": f"{ADDRESS}/v1/meetings/{meeting}/transcript",
        "duration": 5.0,
    }


async def test_a_later_event_comes_after_the_earlier_one_has_arrived(
    store: PostgresStore, database_url: str
) -> None:
    receiver = Receiver([(500, {}), (307, {"Location": "/elsewhere"}), (404, {}), (204, {})])
    async with receiver.served() as url, watched_events(database_url) as deliveries, told_by(store):
        await listens(store, url)
        await say(store, meeting := await a_live_meeting(store), 1, 2)
        for number in range(1, 4):
            await receiver.until(number)
            # No sleeping: its next attempt is due now.
            await deliveries.hurry()
        await deliveries.settled()
        await end(store, meeting)
        await deliveries.settled()
    assert kinds(receiver) == [
        *["meeting.started"] * 4,
        "segment.final",
        "segment.final",
        "meeting.ended",
        "transcript.ready",
    ]
    assert len({headers["webhook-id"] for headers, _ in receiver.got[:4]}) == 1
    assert len({body for _, body in receiver.got[:4]}) == 1


async def test_a_slow_endpoint_holds_up_no_other(store: PostgresStore, database_url: str) -> None:
    released = asyncio.Event()
    slow, quick = Receiver(waits=released), Receiver()
    async with slow.served() as slowly, quick.served() as quickly, told_by(store):
        await listens(store, slowly)
        await listens(store, quickly)
        meetings = [await a_live_meeting(store) for _ in range(4)]
        await say(store, meetings[0], 1)
        await quick.until(5)
        await slow.until(2)
        assert len(slow.got) == 2
        released.set()
        await slow.until(5)


async def test_while_a_secret_changes_both_are_signed_with(store: PostgresStore) -> None:
    receiver = Receiver()
    async with receiver.served() as url, told_by(store):
        endpoint = await listens(store, url)
        new = new_secret()
        await store.webhooks.rotate(WORKSPACE, endpoint.id, new, 60.0)
        await store.webhooks.ping(WORKSPACE, endpoint.id)
        await receiver.until(1)
        newest = new_secret()
        await store.webhooks.rotate(WORKSPACE, endpoint.id, newest, 0.0)
        await store.webhooks.ping(WORKSPACE, endpoint.id)
        await receiver.until(2)
    (headers, body), (after, second) = receiver.got
    assert headers["webhook-signature"].count("v1,") == 2
    for secret in (endpoint.secret, new):
        assert Verifier(secret).verify(body, headers) == json.loads(body)
    assert after["webhook-signature"].count("v1,") == 1
    assert Verifier(newest).verify(second, after) == json.loads(second)


async def test_who_answers_410_is_told_nothing_more(store: PostgresStore, database_url: str) -> None:
    receiver = Receiver([(410, {})])
    async with receiver.served() as url, watched_events(database_url) as deliveries, told_by(store):
        endpoint = await listens(store, url)
        meeting = await a_live_meeting(store)
        await deliveries.settled()
        await end(store, meeting)
        found = await store.webhooks.endpoint(WORKSPACE, endpoint.id)
        assert found.disabled is not None
        assert found.disabled.reason == "The receiver answered 410: it wants no more messages."
    assert len(receiver.got) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "169.254.169.254"])
async def test_nothing_goes_to_our_own_side_unless_that_is_allowed(
    store: PostgresStore, database_url: str, host: str
) -> None:
    receiver = Receiver()
    async with (
        receiver.served() as url,
        watched_events(database_url) as deliveries,
        told_by(store, allow_private=False),
    ):
        endpoint = await listens(store, url.replace("127.0.0.1", host))
        await store.webhooks.ping(WORKSPACE, endpoint.id)
        await deliveries.attempted()
        (one,), _ = await store.webhooks.history(WORKSPACE, endpoint.id)
    assert "leads to" in (one.failure or "")
    assert receiver.got == []
