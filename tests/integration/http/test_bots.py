"""The calls on recorder bots, over a real PostgreSQL."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from server.store.postgres import PostgresStore
from tests.support.node import node

URL = "https://meet.example/standup"
BOTS = "/v1/bots"


@pytest.fixture
async def http(store: PostgresStore) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server over the store, which sends nobody."""
    async with (
        node(store) as one,
        one.client() as client,
    ):
        yield client


async def test_a_bot_is_sent_read_listed_and_called_off(http: httpx.AsyncClient) -> None:
    leave_when = {"empty_seconds": 30, "silence_seconds": 600, "max_minutes": 90}
    body = {"meeting_url": URL, "name": "Notes", "join_at": "2999-01-01T09:00:00+03:00"}
    more: dict[str, Any] = {"leave_when": leave_when, "template": "standup", "title": "Standup"}
    answer = await http.post(BOTS, json=body | more)
    assert answer.status_code == 201, answer.text
    bot = answer.json()
    assert answer.headers["location"] == f"{BOTS}/{bot['id']}"
    assert (bot["status"], bot["reason"], bot["name"]) == ("scheduled", None, "Notes")
    assert bot["capture"] == {"page": False, "slides": False}
    assert (bot["join_at"], bot["leave_when"]) == ("2999-01-01T06:00:00Z", leave_when)
    meeting = (await http.get(f"/v1/meetings/{bot['meeting_id']}")).json()
    assert (meeting["title"], meeting["template"]) == ("Standup", "standup")
    assert (await http.get(f"{BOTS}/{bot['id']}")).json() == bot
    history = bot.pop("history")
    assert (await http.get(BOTS)).json() == {"data": [bot], "next_cursor": None}
    assert (await http.get(BOTS, params={"status": "done"})).json()["data"] == []
    left = await http.post(f"{BOTS}/{bot['id']}/leave")
    assert left.status_code == 202
    reason = {"code": "cancelled", "message": "The bot was called off before it had joined."}
    assert (left.json()["status"], left.json()["reason"]) == ("done", reason)
    assert left.json()["history"][:1] == history
    assert (await http.post(f"{BOTS}/{bot['id']}/leave")).json() == left.json()


async def test_what_a_bot_keeps_of_what_it_sees_is_asked_for(
    store: PostgresStore, http: httpx.AsyncClient
) -> None:
    body = {"meeting_url": URL, "capture": {"slides": True}}
    asked = {"page": False, "slides": True}
    bot = (await http.post(BOTS, json=body)).json()
    assert bot["capture"] == asked
    assert (await http.get(f"{BOTS}/{bot['id']}")).json() == bot
    assert (await store.bots.get("default", bot["id"])).capture == asked
    both = {"meeting_url": f"{URL}2", "capture": {"page": True, "slides": True}}
    assert (await http.post(BOTS, json=both)).json()["capture"] == both["capture"]


async def test_a_bot_joins_a_meeting_that_was_made_before(http: httpx.AsyncClient) -> None:
    meeting = (await http.post("/v1/meetings", json={"title": "Launch"})).json()["id"]
    bot = (await http.post(BOTS, json={"meeting_url": URL, "meeting_id": meeting, "title": "Other"})).json()
    assert bot["meeting_id"] == meeting
    assert (await http.get(f"/v1/meetings/{meeting}")).json()["title"] == "Launch"
    answer = await http.post(BOTS, json={"meeting_url": f"{URL}2", "meeting_id": "mtg_x"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "meeting_not_found")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://meet.example/x", "must begin with https:// or http:// and name a host"),
        ("file:///etc/passwd", "must begin with https:// or http:// and name a host"),
        ("http://[::1]/x", "leads into this machine or a private network"),
        ("http://localhost:8080/v1/keys", "leads into this machine or a private network"),
        ("http://169.254.169.254/latest", "leads into this machine or a private network"),
        ("https://user:secret@meet.example/", "must not hold a user's name or password"),
        ("https://meet.example:99999/", "cannot be read"),
    ],
)
async def test_an_address_that_is_none_of_a_meeting_is_refused(
    http: httpx.AsyncClient, url: str, why: str
) -> None:
    answer = await http.post(BOTS, json={"meeting_url": url})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error["message"]) == ("meeting_url_refused", f"The meeting's address {why}.")
    assert (await http.get(BOTS)).json()["data"] == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"meeting_url": ""},
        {"meeting_url": URL, "name": ""},
        {"meeting_url": URL, "name": "a\nb"},
        {"meeting_url": URL, "join_at": "tomorrow"},
        {"meeting_url": URL, "join_at": "3000-01-01T00:00:00Z"},
        {"meeting_url": URL, "leave_when": {"empty_seconds": 0}},
        {"meeting_url": URL, "leave_when": {"max_minutes": 9_999}},
        {"meeting_url": URL, "capture": {"slides": "sometimes"}},
        {"meeting_url": URL, "capture": True},
    ],
)
async def test_what_is_wrong_with_an_order_is_named(http: httpx.AsyncClient, body: dict[str, Any]) -> None:
    answer = await http.post(BOTS, json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_field")
