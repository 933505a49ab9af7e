"""Small clients, each of which is refused for its key or token, or sent away, and says what it was told."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from server.access.access import Quotas
from server.access.keys import NewKey, hash_of, new_secret
from server.access.signins import new_cookie, sign_in
from server.access.tokens import Claims, issue
from server.http.signin import WRONG_KEYS
from server.store import keys
from server.store.postgres import PostgresStore
from server.store.records import NewMeeting, NewSession
from streaming.segments import Coverage
from tests.support.node import Node, node
from tests.support.refusals import MEETINGS, Scenario, Told, call, calls, closed, starts
from tests.support.wire import PCM, Wire, wire

SOON = timedelta(seconds=0.5)


async def made(store: PostgresStore, *scopes: str, **more: Any) -> tuple[str, str]:
    """A key of the workspace `default`: its id and its secret."""
    secret = new_secret()
    new = NewKey("", scopes or ("ingest", "view", "manage"), **more)
    return (await store.access.add_key("default", new, secret)).id, secret


async def a_token(store: PostgresStore, key_id: str, meeting: str, **more: Any) -> str:
    """A token for a meeting, good for a moment unless it is said otherwise."""
    now = datetime.now(UTC)
    claims = Claims("default", meeting, "view", key_id, now, now + timedelta(minutes=1))
    return issue(replace(claims, **more), await store.access.signing_secret())


async def shows(store: PostgresStore, secret: str, path: str = MEETINGS, method: str = "GET") -> Told:
    async with node(store) as one:
        return await call(one, method, path, authorization=f"Bearer {secret}")


async def revoked(store: PostgresStore) -> Told:
    key_id, secret = await made(store)
    await store.access.revoke_key(None, key_id)
    return await shows(store, secret)


async def expired(store: PostgresStore) -> Told:
    _, secret = await made(store, expires_at=datetime.now(UTC))
    return await shows(store, secret)


async def token_expired(store: PostgresStore) -> Told:
    key_id, _ = await made(store)
    long_ago = datetime.now(UTC) - timedelta(minutes=2)
    token = await a_token(store, key_id, "mtg_x", issued_at=long_ago, expires_at=long_ago)
    return await shows(store, token)


async def without_the_scope(store: PostgresStore) -> Told:
    _, secret = await made(store, "view", "ingest")
    return await shows(store, secret, "/v1/notifications")


async def beside_its_meeting(store: PostgresStore) -> Told:
    key_id, _ = await made(store)
    return await shows(store, await a_token(store, key_id, "mtg_x"))


async def no_such_key(store: PostgresStore) -> Told:
    return await shows(store, (await made(store))[1], "/v1/keys/key_x", "DELETE")


async def too_many_keys(store: PostgresStore) -> Told:
    _, secret = await made(store)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "MOST", 1)
        told = await shows(store, secret, "/v1/keys", "POST")
    return Told(told.answer, told.code, told.message.replace("has 1 ", "has 1000 "))


async def too_many_requests(store: PostgresStore) -> Told:
    _, secret = await made(store, quotas=Quotas(requests=1))
    async with node(store) as one:
        await call_ok(one, secret)
        return await call(one, "GET", MEETINGS, authorization=f"Bearer {secret}")


async def call_ok(one: Node, secret: str) -> None:
    """A call that is answered."""
    with pytest.raises(KeyError):  # There is no error in it.
        await call(one, "GET", MEETINGS, authorization=f"Bearer {secret}")


@asynccontextmanager
async def begun(one: Node, secret: str) -> AsyncIterator[Wire]:
    """A stream that has begun."""
    async with speaking(one, secret) as client:
        await client.start()
        yield client


@asynccontextmanager
async def speaking(one: Node, secret: str) -> AsyncIterator[Wire]:
    """A socket for a stream."""
    async with wire(one.url, subprotocols=["steno.v1", f"bearer.{secret}"]) as client:
        yield client


async def revoked_meanwhile(store: PostgresStore) -> Told:
    key_id, secret = await made(store)
    async with node(store) as one, begun(one, secret) as client:
        await store.access.revoke_key(None, key_id)
        return await closed(client)


async def expired_meanwhile(store: PostgresStore) -> Told:
    _, secret = await made(store, expires_at=datetime.now(UTC) + SOON)
    async with node(store) as one, begun(one, secret) as client:
        return await closed(client)


async def token_expired_meanwhile(store: PostgresStore) -> Told:
    key_id, _ = await made(store)
    meeting = await store.create_meeting(NewMeeting())
    soon = datetime.now(UTC) + SOON
    token = await a_token(store, key_id, meeting.id, scope="ingest", expires_at=soon)
    async with node(store) as one, begun(one, token) as client:
        return await closed(client)


async def a_cookie(store: PostgresStore) -> str:
    """Of a sign-in; its hash is stored with it."""
    key_id, _ = await made(store)
    cookie = new_cookie()
    await store.access.add_sign_in(sign_in(cookie, key_id, None, datetime.now(UTC)))
    return cookie


async def signed_out(store: PostgresStore) -> Told:
    cookie = await a_cookie(store)
    await store.access.end_sign_in(hash_of(cookie))
    async with node(store) as one:
        return await call(one, "GET", MEETINGS, cookie=f"steno={cookie}")


async def signed_out_meanwhile(store: PostgresStore) -> Told:
    cookie = await a_cookie(store)
    async with node(store) as one:
        headers, origin = {"Cookie": f"steno={cookie}"}, one.http
        async with wire(one.url, additional_headers=headers, origin=origin) as client:
            await client.start()
            await store.access.end_sign_in(hash_of(cookie))
            return await closed(client)


async def too_many_wrong_keys(store: PostgresStore) -> Told:
    await made(store)
    async with node(store) as one, one.client() as http:
        for _ in range(WRONG_KEYS + 1):
            answer = await http.post("/v1/signin", json={"key": "sk_guess"})
        error = answer.json()["error"]
        return Told(answer.status_code, error["code"], error["message"])


async def one_stream_too_many(store: PostgresStore) -> Told:
    """The other one is at another node."""
    _, secret = await made(store, quotas=Quotas(streams=1))
    async with node(store) as one, begun(one, secret), node(store) as other:
        return await refused_start(other, secret)


async def hours_used_up(store: PostgresStore) -> Told:
    key_id, secret = await made(store, quotas=Quotas(hours=0.01))
    await used(store, key_id, seconds=36.0)
    async with node(store) as one:
        return await refused_start(one, secret)


async def one_stream_too_many_at_the_door(store: PostgresStore) -> Told:
    _, secret = await made(store, quotas=Quotas(streams=1))
    async with node(store) as one, begun(one, secret):
        return await refused_handshake(one, secret)


async def hours_used_up_at_the_door(store: PostgresStore) -> Told:
    key_id, secret = await made(store, quotas=Quotas(hours=0.01))
    await used(store, key_id, seconds=36.0)
    async with node(store) as one:
        return await refused_handshake(one, secret)


async def refused_handshake(one: Node, secret: str) -> Told:
    """Of a wire whose address says all that a session needs."""
    url = one.url.replace("stream", "listen?encoding=linear16&sample_rate=16000")
    with pytest.raises(InvalidStatus) as refused:
        async with connect(url, additional_headers={"Authorization": f"Token {secret}"}, proxy=None):
            pass
    answer = refused.value.response
    assert int(answer.headers["retry-after"]) > 0
    said = json.loads(answer.body or b"")
    return Told(answer.status_code, said["err_code"].lower(), said["err_msg"])


async def refused_start(one: Node, secret: str) -> Told:
    async with speaking(one, secret) as client:
        await client.say(starts(PCM))
        told = await closed(client)
        assert client.heard[-1]["retry_after"] > 0
        return told


async def used(
    store: PostgresStore, key_id: str, seconds: float, *, meeting: str | None = None, end: bool = True
) -> None:
    """A session of the key that has received so much audio, and has ended or not."""
    name = meeting or (await store.create_meeting(NewMeeting())).id
    session = NewSession(f"ses-{name}", "pcm_s16le", 16_000, 1, key_id=key_id)
    await store.open_session(name, session)
    if not end:
        return
    heard = Coverage(received=seconds, silence=seconds)
    await store.close_session(session.id, position=1, duration=seconds, coverage=heard)


SCENARIOS: dict[tuple[str, int], tuple[Scenario, str]] = {
    ("key_expired", 401): (expired, "The API key has expired."),
    ("key_expired", 1008): (expired_meanwhile, "The API key has expired."),
    ("key_not_found", 404): (no_such_key, "There is no key with this id."),
    ("key_revoked", 401): (revoked, "The API key was revoked."),
    ("key_revoked", 1008): (revoked_meanwhile, "The API key was revoked."),
    ("scope_missing", 403): (
        without_the_scope,
        "This needs the scope `manage`; the key or token has ingest, view.",
    ),
    ("token_confined", 403): (
        beside_its_meeting,
        "The token is for one meeting, and for nothing beside it.",
    ),
    ("token_expired", 401): (
        token_expired,
        "The token has expired; ask for a new one where it came from.",
    ),
    ("token_expired", 1008): (
        token_expired_meanwhile,
        "The token has expired; ask for a new one where it came from.",
    ),
    ("token_not_valid", 401): (
        calls("GET", f"{MEETINGS}?token=sk_never_in_the_address"),
        "The token is not valid here; ask for a new one where it came from.",
    ),
    ("hours_used_up", 429): (
        hours_used_up_at_the_door,
        "The key may send 0.01 hours of audio a month, and has sent them.",
    ),
    ("too_many_streams", 429): (
        one_stream_too_many_at_the_door,
        "The key may have 1 live streams at once, and has them.",
    ),
    ("hours_used_up", 1013): (
        hours_used_up,
        "The key may send 0.01 hours of audio a month, and has sent them.",
    ),
    ("too_many_streams", 1013): (
        one_stream_too_many,
        "The key may have 1 live streams at once, and has them.",
    ),
    ("signed_out", 401): (signed_out, "The sign-in is over; sign in again."),
    ("signed_out", 1008): (signed_out_meanwhile, "The sign-in is over; sign in again."),
    ("too_many_sign_ins", 429): (
        too_many_wrong_keys,
        "10 keys that were wrong came from this address within a minute; wait a little.",
    ),
    ("too_many_keys", 409): (too_many_keys, "A workspace has 1000 keys at the most."),
    ("too_many_requests", 429): (
        too_many_requests,
        "The key may make 1 requests a minute, and has made them.",
    ),
}
