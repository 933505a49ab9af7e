"""The calls on webhooks, over a real PostgreSQL."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from server.store.delivery_records import Settled
from server.store.endpoints import MOST
from server.store.event_records import EVENT_TYPES
from server.store.postgres import PostgresStore
from tests.support.listening import a_live_meeting, listens
from tests.support.node import node

URL = "https://hooks.example/steno?team=1"
WEBHOOKS = "/v1/webhooks"


@pytest.fixture
async def http(store: PostgresStore) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server over the store."""
    async with (
        node(store, webhooks=store.webhooks) as one,
        one.client() as client,
    ):
        yield client


async def made(http: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    answer = await http.post(WEBHOOKS, json={"url": URL, **more})
    assert answer.status_code == 201, answer.text
    webhook: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"{WEBHOOKS}/{webhook['id']}"
    return webhook


async def test_a_webhook_is_made_read_changed_and_deleted(http: httpx.AsyncClient) -> None:
    webhook = await made(http, description="CRM")
    assert set(EVENT_TYPES) - set(webhook["events"]) == {"segment.final"}
    path = f"{WEBHOOKS}/{webhook['id']}"
    secret = webhook.pop("secret")
    assert secret.startswith("whsec_")
    assert (await http.get(path)).json() == webhook
    assert (await http.get(WEBHOOKS)).json() == {"data": [webhook], "next_cursor": None}
    assert secret not in (await http.get(WEBHOOKS)).text
    changed = (await http.patch(path, json={"events": ["segment.final", "segment.final"]})).json()
    assert (changed["events"], changed["description"], changed["url"]) == (["segment.final"], "CRM", URL)
    off = (await http.patch(path, json={"enabled": False})).json()
    assert (off["enabled"], off["disabled"]["code"]) == (False, "asked")
    on = (await http.patch(path, json={"enabled": True, "url": "https://hooks.example/2"})).json()
    assert (on["enabled"], on["disabled"], on["url"]) == (True, None, "https://hooks.example/2")
    assert (await http.delete(path)).json() == {"id": webhook["id"]}
    assert (await http.get(path)).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": "ftp://hooks.example/"},
        {"url": "https://ann:pw@hooks.example/"},
        {"url": URL, "events": []},
        {"url": URL, "events": ["meeting.vanished"]},
        {"url": URL, "secret": "whsec_short"},
        {"url": URL, "description": "\0"},
    ],
)
async def test_what_is_no_webhook_is_refused(http: httpx.AsyncClient, body: Any) -> None:
    answer = await http.post(WEBHOOKS, json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_field")


async def test_a_workspace_has_so_many_and_no_more(http: httpx.AsyncClient) -> None:
    for _ in range(MOST):
        await made(http)
    answer = await http.post(WEBHOOKS, json={"url": URL})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "too_many_webhooks")


async def test_a_secret_is_changed_with_an_overlap(http: httpx.AsyncClient) -> None:
    webhook = await made(http)
    path = f"{WEBHOOKS}/{webhook['id']}"
    rotated = (await http.post(f"{path}/secret", json={"overlap_seconds": 60})).json()
    assert rotated["secret"] != webhook["secret"]
    assert rotated["former_secret_until"] is not None
    at_once = (await http.post(f"{path}/secret", json={"overlap_seconds": 0})).json()
    assert at_once["former_secret_until"] is None
    assert (await http.post(f"{path}/secret", json={"overlap_seconds": -1})).status_code == 422


async def test_a_webhook_of_another_workspace_is_not_there(
    http: httpx.AsyncClient, store: PostgresStore
) -> None:
    other = await listens(store, workspace="other")
    path = f"{WEBHOOKS}/{other.id}"
    calls = [
        http.get(path),
        http.patch(path, json={"enabled": False}),
        http.delete(path),
        http.post(f"{path}/secret"),
        http.post(f"{path}/ping"),
        http.get(f"{path}/deliveries"),
        http.post(f"{path}/deliveries/dlv_x/replay"),
        http.post(f"{path}/replay", json={"since": "2026-11-26T00:00:00Z"}),
    ]
    for call in calls:
        answer = await call
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "webhook_not_found")
    assert (await http.get(WEBHOOKS)).json()["data"] == []
    assert (await store.webhooks.endpoint("other", other.id)).disabled is None


async def test_what_it_was_told_is_listed_page_by_page_and_sent_again(
    http: httpx.AsyncClient, store: PostgresStore
) -> None:
    webhook = await made(http, events=["meeting.started"])
    path = f"{WEBHOOKS}/{webhook['id']}"
    meetings = [await a_live_meeting(store) for _ in range(3)]
    pages, cursor = [], ""
    while cursor is not None:
        page = (await http.get(f"{path}/deliveries", params={"limit": 2, "cursor": cursor})).json()
        pages.append([one["meeting_id"] for one in page["data"]])
        cursor = page["next_cursor"]
    assert pages == [[meetings[2], meetings[1]], [meetings[0]]]
    for _ in range(2):
        (taken,) = await store.events.claim(1, 60)
        await store.events.settle(taken, Settled("failed", "not_delivered", "The receiver answered 503."))
    given_up = (await http.get(f"{path}/deliveries", params={"state": "given_up"})).json()["data"]
    assert len(given_up) == 2
    assert given_up[0]["error"] == {"code": "not_delivered", "message": "The receiver answered 503."}
    assert given_up[0]["next_at"] is None
    again = await http.post(f"{path}/deliveries/{given_up[0]['id']}/replay")
    assert again.status_code == 202
    assert (again.json()["state"], again.json()["event_id"]) == ("pending", given_up[0]["event_id"])
    late = await http.post(f"{path}/replay", json={"since": "2999-01-01T00:00:00Z"})
    assert (late.status_code, late.json()) == (202, {"replayed": 0, "more": False})
    since = {"since": given_up[1]["created_at"]}
    assert (await http.post(f"{path}/replay", json=since)).json() == {"replayed": 1, "more": False}
    assert (await http.post(f"{path}/deliveries/dlv_none/replay")).json()["error"]["code"] == (
        "delivery_not_found"
    )
    for body in ({}, {"since": "2026-11-26T00:00:00"}, {"since": "0001-01-01T00:00:00Z"}):
        assert (await http.post(f"{path}/replay", json=body)).status_code == 422
    assert (await http.get(f"{path}/deliveries?cursor=x")).json()["error"]["code"] == "bad_cursor"


async def test_a_ping_is_queued_unless_the_webhook_is_off(http: httpx.AsyncClient) -> None:
    webhook = await made(http, events=["meeting.deleted"])
    path = f"{WEBHOOKS}/{webhook['id']}"
    sent = await http.post(f"{path}/ping")
    assert sent.status_code == 202
    assert (sent.json()["type"], sent.json()["meeting_id"]) == ("webhook.ping", None)
    assert sent.json() in (await http.get(f"{path}/deliveries")).json()["data"]
    await http.patch(path, json={"enabled": False})
    refused = await http.post(f"{path}/ping")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "webhook_disabled")
    assert json.loads(refused.text)["error"]["message"].endswith("enable it first.")
