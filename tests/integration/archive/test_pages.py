"""Every list of the API gives pages: none repeats a row, none leaves one out, and each ends."""

from collections.abc import AsyncIterator
from typing import Any, get_origin

import httpx
import pytest

from server.access.access import DEFAULT
from server.http.table import OPERATIONS
from server.store.bot_records import NewBot
from server.store.correction_records import Correction
from server.store.delivery_records import NewDelivery
from server.store.postgres import PostgresStore
from server.store.records import NewMeeting
from server.store.report_records import Failure, NewReport
from streaming.segments import Coverage
from summarizer.template import source_of
from tests.integration.store.made import a_segment, a_session
from tests.support.application import a_key
from tests.support.listening import listens
from tests.support.node import node

ROWS = 5


@pytest.fixture
async def http(store: PostgresStore) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server over the store."""
    secret = await a_key(store, DEFAULT, "view", "manage", name="the caller's")
    parts: dict[str, Any] = {
        "reports": store.reports,
        "notifications": store.notifications,
        "webhooks": store.webhooks,
    }
    async with (
        node(store, **parts) as one,
        one.client(secret) as client,
    ):
        yield client


async def filled(store: PostgresStore) -> dict[str, str]:
    """So many rows of everything that is listed; what has them, by the names of parameters in paths."""
    for _ in range(ROWS):
        await store.delete_meeting((await store.create_meeting(NewMeeting())).id)
        await store.create_meeting(NewMeeting())
    meeting = (await store.create_meeting(NewMeeting())).id
    await store.open_session(meeting, a_session("ses"))
    finals = [a_segment(f"seg_{at}", "слово", start=at) for at in range(ROWS)]
    await store.save("ses", finals, position=0, coverage=Coverage())
    for at in range(ROWS):
        await store.editing.correct(meeting, "seg_0", Correction(at, f"слова {at}", None, "open"))
        await a_key(store, DEFAULT, "view", name=f"key {at}")
        address = f"https://rooms.example/{at}"
        await store.bots.add(NewBot(f"bot_{at}", meeting, DEFAULT, address, address, "Steno", {}))
    failure = Failure("internal", "The server failed to do this.")
    report = {"status": "ok", "template": "general", "template_version": 1, "language": "en"}
    for at in range(ROWS):
        await store.reports.add_report(meeting, NewReport("general", "en", report))
        await store.reports.add_dead_letter("follow_up", meeting, at, step="x", failure=failure)
        await store.reports.put_template(DEFAULT, f"own-{at}", 1, source_of("general"))
        new = [NewDelivery("email", f"{at}-{of}", {"kind": "email", "to": "a@b.example"}) for of in range(2)]
        await store.notifications.add_deliveries(meeting, at, 1, new)
    endpoint = await listens(store)
    for _ in range(ROWS):
        await store.webhooks.ping(DEFAULT, endpoint.id)
    return {"meeting_id": meeting, "webhook_id": endpoint.id, "segment_id": "seg_0"}


async def pages(http: httpx.AsyncClient, path: str, limit: int, **query: Any) -> list[list[dict[str, Any]]]:
    """The rows of all pages of a list."""
    found: list[list[dict[str, Any]]] = []
    while True:
        answer = await http.get(path, params={**query, "limit": limit})
        assert answer.status_code == 200, answer.text
        found.append(answer.json()["data"])
        query["cursor"] = answer.json()["next_cursor"]
        if query["cursor"] is None:
            return found


LISTS = {
    "/v1/meetings": {},
    "/v1/search": {"q": "слово"},
    "/v1/deletions": {},
    "/v1/follow-ups": {},
    "/v1/keys": {},
    "/v1/templates": {},
    "/v1/webhooks/{webhook_id}/deliveries": {},
    "/v1/meetings/{meeting_id}/reports": {},
    "/v1/meetings/{meeting_id}/deliveries": {},
    "/v1/meetings/{meeting_id}/segments/{segment_id}/history": {},
    "/v1/bots": {},
}
"""Each list with what it must be asked."""
OTHERWISE = {
    "/v1/meetings/{meeting_id}/recordings": "a piece for each track of each stream",
    "/v1/meetings/{meeting_id}/pictures": "a meeting keeps 200 slides and 300 images at the most",
    "/v1/notifications/targets": "a workspace has 20 at the most",
    "/v1/usage": "its pages are ranges of days",
    "/v1/webhooks": "a workspace has 20 at the most",
    "/v1/calendars": "a workspace has 50 at the most",
    "/v1/meetings/{meeting_id}/ingest": "a meeting tells of its newest 100",
}
"""Lists that have no cursor, each for its reason."""


async def test_the_pages_of_a_list_are_the_whole_list(http: httpx.AsyncClient, store: PostgresStore) -> None:
    names = await filled(store)
    for path, query in LISTS.items():
        address = path.format_map(names)
        (whole,) = await pages(http, address, 200, **query)
        assert len(whole) >= ROWS, path
        for limit in (1, 2, 3):
            found = await pages(http, address, limit, **query)
            assert [row for page in found for row in page] == whole, path
            assert all(len(page) == limit for page in found[:-1]), path
        for cursor in ("x", "WzEsMl0", "WyIiXQ", "e30"):
            refused = await http.get(address, params={**query, "cursor": cursor})
            assert (refused.status_code, refused.json()["error"]["code"]) == (400, "bad_cursor"), path


async def test_a_page_goes_on_after_a_template_that_was_withdrawn(
    http: httpx.AsyncClient, store: PostgresStore
) -> None:
    for name in ("own-a", "own-b", "own-c"):
        await store.reports.put_template(DEFAULT, name, 1, source_of("general"))
    (whole,) = await pages(http, "/v1/templates", 200)
    page = (await http.get("/v1/templates", params={"limit": len(whole) - 1})).json()
    assert page["data"][-1]["name"] == "own-b"
    await store.reports.withdraw_template(DEFAULT, "own-b")
    rest = (await http.get("/v1/templates", params={"cursor": page["next_cursor"]})).json()["data"]
    assert [one["name"] for one in rest] == ["own-c"]


def test_every_list_of_the_api_is_among_them() -> None:
    """A list is whatever answers with a list of `data`."""
    listing = {
        operation.path
        for operation in OPERATIONS
        for answer in operation.answers.values()
        if answer.model is not None and "data" in answer.model.model_fields
        if get_origin(answer.model.model_fields["data"].annotation) is list
    }
    assert listing == {*LISTS, *OTHERWISE}
    for operation in OPERATIONS:
        if operation.path in LISTS and operation.method == "GET":
            assert operation.query is not None
            assert {"cursor", "limit"} <= set(operation.query.model_fields)
