"""The calls on keys, tokens and usage over a real socket and a real database."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from server.access.access import Quotas
from server.store.postgres import PostgresStore
from server.store.records import NewMeeting, NewSession
from tests.support.access_refusals import made, used
from tests.support.node import Node, node

KEYS = "/v1/keys"


@pytest.fixture
async def one(store: PostgresStore) -> AsyncIterator[Node]:
    async with node(store) as served:
        yield served


def client(one: Node, secret: str | None = None, **headers: str) -> httpx.AsyncClient:
    return one.client(secret, headers)


async def test_the_first_key_ends_the_time_in_which_none_is_asked_for(
    one: Node, store: PostgresStore
) -> None:
    async with client(one) as anybody:
        made_now = await anybody.post(KEYS, json={"name": "first"})
        assert made_now.status_code == 201
        one.guard.door.forget()
        refused = await anybody.get(KEYS)
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "key_missing")
        assert refused.headers["www-authenticate"].startswith("Bearer")
    secret = made_now.json()["key"]
    async with client(one, secret) as holder:
        listed = (await holder.get(KEYS)).json()["data"]
        assert secret not in str(listed)
        (shown,) = listed
        assert secret.startswith(shown["prefix"])
        assert shown == {name: value for name, value in made_now.json().items() if name != "key"}
        await one.guard.watch.write()
        assert (await holder.get(KEYS)).json()["data"][0]["last_used_at"] is not None
        revoked = await holder.delete(f"{KEYS}/{shown['id']}")
        assert revoked.json()["revoked_at"] is not None
        one.guard.door.forget()
        refused = await holder.get(KEYS)
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "key_revoked")


async def test_nobody_gives_a_scope_that_they_do_not_have(one: Node, store: PostgresStore) -> None:
    _, secret = await made(store, "manage")
    meeting = await store.create_meeting(NewMeeting())
    async with client(one, secret) as holder:
        for path, body in (
            (KEYS, {"scopes": ["manage", "view"]}),
            (f"/v1/meetings/{meeting.id}/tokens", {"scope": "view"}),
        ):
            answer = await holder.post(path, json=body)
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "scope_missing")
        assert (await holder.post(KEYS, json={"scopes": ["manage"]})).status_code == 201


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (KEYS, {"scopes": []}),
        (KEYS, {"scopes": ["all"]}),
        (KEYS, {"expires_at": "2020-01-01T00:00:00Z"}),
        (KEYS, {"expires_at": "2099-01-01T00:00:00"}),
        (KEYS, {"quotas": {"streams": 0}}),
        (KEYS, {"quotas": {"hours_per_month": -1}}),
        ("tokens", {}),
        ("tokens", {"scope": "manage"}),
        ("tokens", {"scope": "ingest", "ttl_seconds": 86_401}),
        ("tokens", {"scope": "view", "ttl_seconds": 30 * 86_400 + 1}),
        ("tokens", {"scope": "view", "origins": ["*"]}),
        ("tokens", {"scope": "view", "origins": ["https://a.example/page"]}),
    ],
)
async def test_what_cannot_be_is_not_made(
    one: Node, store: PostgresStore, path: str, body: dict[str, Any]
) -> None:
    meeting = await store.create_meeting(NewMeeting())
    async with client(one) as anybody:
        address = KEYS if path == KEYS else f"/v1/meetings/{meeting.id}/{path}"
        answer = await anybody.post(address, json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_field")


async def test_a_token_ends_no_later_than_the_key_it_was_made_with(one: Node, store: PostgresStore) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=5)
    _, secret = await made(store, expires_at=soon)
    meeting = await store.create_meeting(NewMeeting())
    async with client(one, secret) as holder:
        answer = await holder.post(f"/v1/meetings/{meeting.id}/tokens", json={"scope": "view"})
        assert datetime.fromisoformat(answer.json()["expires_at"]) == soon.replace(microsecond=0)
        token = answer.json()["token"]
    async with client(one) as viewer:
        seen = await viewer.get(f"/v1/meetings/{meeting.id}?token={token}")
        assert seen.status_code == 200
        in_the_address = await viewer.get(f"/v1/meetings?token={secret}")
        assert in_the_address.json()["error"]["code"] == "token_not_valid"


async def test_every_answer_tells_what_is_left_of_the_requests(one: Node, store: PostgresStore) -> None:
    _, secret = await made(store, quotas=Quotas(requests=2))
    _, free = await made(store)
    async with client(one, secret) as holder:
        answers = [await holder.get(path) for path in ("/v1/meetings", "/v1/meetings/x", "/v1/meetings")]
        assert [answer.status_code for answer in answers] == [200, 404, 429]
        left = [answer.headers["ratelimit"].split(";")[1] for answer in answers]
        assert left == ["r=1", "r=0", "r=0"]
        assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"requests";q=2;w=60'}
        assert 0 < int(answers[2].headers["retry-after"]) <= 60
    async with client(one, free) as other:
        assert "ratelimit" not in (await other.get("/v1/meetings")).headers


async def test_usage_is_told_by_day_and_key(one: Node, store: PostgresStore) -> None:
    key_id, secret = await made(store)
    await used(store, key_id, seconds=12.5)
    await used(store, key_id, seconds=0.5)
    async with client(one, secret) as holder:
        await one.guard.watch.write()
        (row,) = (await holder.get("/v1/usage")).json()["data"]
        assert (row["key"], row["seconds"], row["sessions"]) == (key_id, 13.0, 2)
        await one.guard.watch.write()
        (row,) = (await holder.get(f"/v1/usage?key={key_id}")).json()["data"]
        assert row["requests"] == 1
        assert (await holder.get("/v1/usage?last=2020-01-31")).json()["data"] == []
        assert (await holder.get("/v1/usage?key=key_x")).json()["data"] == []
        for query in ("first=2020-01-01", "first=2024-01-02&last=2024-01-01", "last=0001-01-01", "key=a'b"):
            answer = await holder.get(f"/v1/usage?{query}")
            assert answer.status_code in {200, 422}, query
            assert (answer.status_code == 422) is (query != "last=0001-01-01"), query


async def test_tokens_of_reports_are_counted_once(store: PostgresStore) -> None:
    meeting = await store.create_meeting(NewMeeting())
    await store.open_session(meeting.id, NewSession("ses-1", "pcm_s16le", 16_000, 1))
    for tokens in (100, 250, 250):
        await store.reports.save_ahead(meeting.id, {}, tokens)
    today = meeting.created_at.date()
    (row,) = await store.access.usage("default", today, today)
    assert row.report_tokens == 250
