"""Keys and tokens on open sockets: who may send, who may watch, and what happens when that ends."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from server.access.access import Quotas
from server.access.watch import Watch
from server.access.wiring import guarding
from server.live.hub import Hub
from server.store.keys import CHANNEL
from server.store.listener import listening
from server.store.postgres import PostgresStore
from server.store.records import NewMeeting
from streaming.errors import NotAllowed
from tests.support.access_refusals import a_token, begun, made, speaking, used
from tests.support.node import Caller, Node, node, wire_audio
from tests.support.plain import plain_http
from tests.support.refusals import captions
from tests.support.speech import join, say, silence
from tests.support.wire import PCM, wire

FIRST = join(silence(0.7), say("alpha bravo charlie"), silence(1.5))
AUDIO = wire_audio(join(FIRST, say("delta echo"), silence(1.5)))
PROMISED = 2.0
"""Seconds within which everything that a key opened is closed."""


@asynccontextmanager
async def two_nodes(store: PostgresStore, url: str) -> AsyncIterator[tuple[Node, Node]]:
    """The first one hears what is told; to the second no notification comes through."""
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(node(store))
        other = await stack.enter_async_context(node(store))
        await stack.enter_async_context(listening(url, CHANNEL, lambda _: one.guard.watch.heard()))
        yield one, other


async def end_of_events(one: Node, meeting: str, secret: str, began: asyncio.Event) -> dict[str, Any]:
    """Watch by server-sent events until the server ends them; the last one."""
    last: dict[str, Any] = {}
    async with (
        plain_http() as http,
        http.stream(
            "GET",
            f"{one.http}/v1/meetings/{meeting}/captions",
            headers={"Authorization": f"Bearer {secret}"},
        ) as answer,
    ):
        assert answer.status_code == 200
        async for line in answer.aiter_lines():
            began.set()
            if line.startswith("data: "):
                last = json.loads(line.removeprefix("data: "))
    return last


async def test_a_revoked_key_closes_all_that_it_opened_on_every_node(
    store: PostgresStore, database_url: str
) -> None:
    key_id, secret = await made(store)
    _, other_secret = await made(store)
    loop = asyncio.get_running_loop()
    async with two_nodes(store, database_url) as (one, other), begun(one, secret) as speaker:
        (live,) = one.sessions.kept()
        await speaker.send([AUDIO])
        token = await a_token(store, key_id, live.meeting)
        began = asyncio.Event()
        async with (
            wire(f"{captions(other, live.meeting)}?token={token}") as viewer,
            wire(captions(one, live.meeting), additional_headers=bearer(other_secret)) as untouched,
            asyncio.TaskGroup() as tasks,
        ):
            reading = tasks.create_task(end_of_events(other, live.meeting, secret, began))
            await began.wait()
            revoked_at = loop.time()
            await store.access.revoke_key("default", key_id)
            closes = await asyncio.gather(speaker.rest(), viewer.rest(), reading)
            assert loop.time() - revoked_at < PROMISED
            assert closes[:2] == [1008, 1008]
            last = [speaker.heard[-1], viewer.heard[-1], closes[2]]
            assert [(one["type"], one["code"]) for one in last] == [("error", "key_revoked")] * 3
            await untouched.until("ended")
        await live.over.wait()
        meeting = await store.meeting(live.meeting)
        assert meeting is not None
        assert meeting.status == "ended"
        heard = meeting.coverage
        assert heard.received == pytest.approx(len(AUDIO) / 32_000, abs=0.01)
        assert heard.received == pytest.approx(
            heard.transcribed + heard.silence + heard.quarantined + heard.lost, abs=0.001
        )
        for place in (one, other):
            with refused(401, "key_revoked"):
                async with speaking(place, secret):
                    pass


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


@contextmanager
def refused(status: int, code: str) -> Iterator[None]:
    """A handshake in the block is refused."""
    with pytest.raises(InvalidStatus) as told:
        yield
    answer = told.value.response
    assert (answer.status_code, json.loads(answer.body or b"")["error"]["code"]) == (status, code)


async def test_who_has_not_begun_is_sent_away_too(store: PostgresStore) -> None:
    key_id, secret = await made(store)
    async with node(store) as one, speaking(one, secret) as waiting:
        await store.access.revoke_key(None, key_id)
        assert await waiting.rest(PROMISED) == 1008
        assert waiting.heard[-1]["code"] == "key_revoked"


async def test_a_token_to_send_opens_sessions_in_its_meeting_and_reads_nothing(store: PostgresStore) -> None:
    key_id, _ = await made(store)
    mine, other = [(await store.create_meeting(NewMeeting())).id for _ in range(2)]
    token = await a_token(store, key_id, mine, scope="ingest")
    async with node(store) as one:
        async with speaking(one, token) as client:
            ready = await client.start()
            assert ready["meeting"] == mine
        async with speaking(one, token) as client:
            await client.say({"type": "start", "audio": PCM, "meeting": other})
            assert await client.rest() == 1008
            assert client.heard[-1]["code"] == "meeting_not_found"
        with refused(403, "scope_missing"):
            async with wire(f"{captions(one, mine)}?token={token}"):
                pass
        async with plain_http(headers=bearer(token)) as http:
            for path in ("", "/transcript", "/report", "/captions"):
                answer = await http.get(f"{one.http}/v1/meetings/{mine}{path}")
                assert (answer.status_code, answer.json()["error"]["code"]) == (403, "scope_missing")


async def test_a_token_to_watch_sends_no_audio_and_is_for_its_pages(store: PostgresStore) -> None:
    key_id, _ = await made(store)
    mine, other = [(await store.create_meeting(NewMeeting())).id for _ in range(2)]
    page, elsewhere = "https://crm.example", "https://evil.example"
    token = await a_token(store, key_id, mine, origins=(page,))
    async with node(store) as one:
        with refused(403, "scope_missing"):
            async with connect(f"{one.url}?token={token}", origin=page, proxy=None):  # type: ignore[arg-type]
                pass
        watched = f"{captions(one, mine)}?token={token}"
        async with connect(watched, origin=page, proxy=None):  # type: ignore[arg-type]
            pass
        for origin in (elsewhere, None):
            with refused(403, "origin_not_allowed"):
                async with connect(watched, origin=origin, proxy=None):  # type: ignore[arg-type]
                    pass
        with refused(404, "meeting_not_found"):
            unseen = f"{captions(one, other)}?token={token}"
            async with connect(unseen, origin=page, proxy=None):  # type: ignore[arg-type]
                pass


async def test_tokens_of_a_former_secret_are_good_until_it_is_forgotten(
    store: PostgresStore, database_url: str
) -> None:
    key_id, secret = await made(store)
    meeting = (await store.create_meeting(NewMeeting())).id
    path = f"/v1/meetings/{meeting}"
    told = asyncio.Event()

    def heard(_: str) -> None:
        one.guard.watch.heard()
        told.set()

    async with (
        node(store) as one,
        listening(database_url, CHANNEL, heard),
        one.client() as http,
    ):
        asked = await http.post(f"{path}/tokens", json={"scope": "view"}, headers=bearer(secret))
        before = asked.json()["token"]
        former = await store.access.rotate_signing()
        await store.access.rotate_signing()
        now = await a_token(store, key_id, meeting)
        for token in (before, now):
            assert (await http.get(f"{path}?token={token}")).status_code == 200
        assert await store.access.accepted_secret(former.kid) is not None
        await told.wait()  # It listens.
        told.clear()
        await store.access.rotate_signing(forget=True)
        await told.wait()
        for token in (before, now):
            answer = await http.get(f"{path}?token={token}")
            assert answer.json()["error"]["code"] == "token_not_valid"
        assert await store.access.accepted_secret(former.kid) is None


async def test_of_many_streams_at_once_a_key_gets_as_many_as_it_may(store: PostgresStore) -> None:
    key_id, _ = await made(store, quotas=Quotas(streams=2))
    meetings = [(await store.create_meeting(NewMeeting())).id for _ in range(6)]
    opened = await asyncio.gather(
        *(used(store, key_id, 1.0, meeting=meeting, end=False) for meeting in meetings),
        return_exceptions=True,
    )
    refusals = [one for one in opened if one is not None]
    assert [getattr(one, "code", one) for one in refusals] == ["too_many_streams"] * 4


async def test_a_stream_is_ended_when_the_hours_of_its_key_are_used_up(store: PostgresStore) -> None:
    key_id, secret = await made(store, quotas=Quotas(hours=0.01))
    async with node(store) as one, begun(one, secret) as client:
        await used(store, key_id, seconds=36.0)
        await watch_of(one).look_at_hours()
        assert await client.rest() == 1013
        assert client.heard[-1]["code"] == "hours_used_up"
        assert client.heard[-1]["retry_after"] > 0


def watch_of(one: Node) -> Watch:
    return one.guard.watch


async def test_audio_is_counted_once_though_the_session_moves_to_another_process(
    store: PostgresStore,
) -> None:
    caller = Caller(AUDIO)
    async with node(store) as one:
        async with caller.started(one.url) as client:
            await caller.vanish(client, len(FIRST))
        async with node(store, hub=Hub(store)) as other, caller.resumed(other.url) as client:
            assert await caller.finish(client) == 1000
    meeting = await store.meeting(caller.meeting)
    assert meeting is not None
    today = meeting.created_at.date()
    (row,) = await store.access.usage("default", today, today)
    assert (row.key, row.sessions, row.report_tokens) == ("", 1, 0)
    assert row.seconds == pytest.approx(meeting.coverage.received, abs=1e-6)
    assert row.seconds == pytest.approx(len(AUDIO) / 32_000, abs=0.01)
    await store.delete_meeting(caller.meeting)
    assert await store.access.usage("default", today, today) == (row,)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
async def test_a_server_that_others_can_reach_starts_only_with_a_key(
    store: PostgresStore, database_url: str, host: str
) -> None:
    with pytest.raises(NotAllowed) as refused_to_start:
        async with guarding(None, host, store, database_url):
            pass
    assert refused_to_start.value.code == "key_needed"
    async with guarding("sk_of_the_server", host, store, database_url) as guard:
        assert await guard.door.asks_for_key()
    async with guarding(None, "127.0.0.1", store, database_url) as guard:
        assert not await guard.door.asks_for_key()
    await made(store)
    async with guarding(None, host, store, database_url) as guard:
        assert await guard.door.asks_for_key()
