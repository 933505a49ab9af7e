"""The calls on calendars, over the whole application and a site that publishes one."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import structlog

from tests.support.application import application
from tests.support.calendar_site import PATH, CalendarSite
from tests.support.feeds import feed
from tests.support.looking import eventually

CALENDARS = "/v1/calendars"
SOON = (datetime.now(UTC) + timedelta(hours=2)).replace(microsecond=0)
MEETING = f"UID:a\nSUMMARY:Launch\nDTSTART:{SOON:%Y%m%dT%H%M%SZ}\nLOCATION:https://telemost.yandex.ru/j/12345678901234"
OTHER = f"UID:b\nSUMMARY:Lunch\nDTSTART:{SOON:%Y%m%dT%H%M%SZ}\nLOCATION:https://meet.jit.si/Lunch"


@pytest.fixture
async def http(database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    served = application(database_url, allow_private_webhooks=True)
    async with served as one, one.client() as client:
        yield client


async def read(http: httpx.AsyncClient, calendar: str) -> dict[str, Any]:
    """The calendar once it has been looked at."""
    found: dict[str, Any] = {}

    async def looked_at() -> bool:
        found.update((await http.get(f"{CALENDARS}/{calendar}")).json())
        return bool(found["state"] != "new")

    await eventually(looked_at)
    return found


async def test_a_calendar_is_added_read_and_deleted(http: httpx.AsyncClient) -> None:
    with structlog.testing.capture_logs() as logs:
        async with CalendarSite(feed(MEETING, OTHER)).served() as site:
            asked = {"url": site.url, "name": "Ann", "bot_name": "Steno", "filter": {"without": ["lunch"]}}
            answer = await http.post(CALENDARS, json=asked)
            assert answer.status_code == 201, answer.text
            made = answer.json()
            assert answer.headers["location"] == f"{CALENDARS}/{made['id']}"
            assert (made["state"], made["name"], made["bot_name"]) == ("new", "Ann", "Steno")
            found = await read(http, made["id"])
            (bot,) = (await http.get("/v1/bots")).json()["data"]
            texts = [answer.text, str(found), (await http.get(CALENDARS)).text]
    assert found["state"] == "ok"
    assert [(one["title"], one["service"], one["bot_joins_at"]) for one in found["meetings"]] == [
        ("Launch", "telemost", (SOON - timedelta(minutes=2)).isoformat().replace("+00:00", "Z")),
        ("Lunch", "jitsi", None),
    ]
    booked, passed_over = (one["bot_id"] for one in found["meetings"])
    assert (bot["meeting_url"], bot["join_at"]) == (
        "https://telemost.yandex.ru/j/12345678901234",
        found["meetings"][0]["bot_joins_at"],
    )
    assert (bot["id"], passed_over) == (booked, None)
    assert found["url"] == site.url.replace(PATH, "/…")
    assert not [text for text in (*texts, str(logs)) if PATH in text]
    assert (await http.delete(f"{CALENDARS}/{made['id']}")).json() == {"id": made["id"]}
    assert (await http.get(f"{CALENDARS}/{made['id']}")).status_code == 404
    assert (await http.get(CALENDARS)).json() == {"data": [], "next_cursor": None}
    assert (await http.get("/v1/bots")).json()["data"] == []


async def test_why_a_calendar_is_not_read_is_told(http: httpx.AsyncClient) -> None:
    async with CalendarSite(status=404).served() as site:
        made = (await http.post(CALENDARS, json={"url": site.url})).json()
        found = await read(http, made["id"])
    assert found["state"] == "failing"
    assert found["error"] == {
        "code": "feed_not_found",
        "message": "The calendar's server answered 404: its address may have changed.",
    }


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": "ftp://calendar.example/a.ics"},
        {"url": "file:///etc/passwd"},
        {"url": "https:///a.ics"},
        {"url": "https://ann:pw@calendar.example/a.ics"},
        {"url": "https://calendar.example:port/a.ics"},
        {"url": "https://calendar.example/a b"},
        {"url": "https://calendar.example/a", "bot_name": ""},
        {"url": "https://calendar.example/a", "filter": {"services": ["phone"]}},
        {"url": "https://calendar.example/a", "filter": {"title": "x"}},
        {"url": "https://calendar.example/a", "notify": {"targets": [{"kind": "pigeon"}]}},
    ],
)
async def test_what_is_no_calendar_is_refused(http: httpx.AsyncClient, body: Any) -> None:
    answer = await http.post(CALENDARS, json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_field")


async def test_webcal_is_https_and_the_same_calendar(http: httpx.AsyncClient) -> None:
    made = await http.post(CALENDARS, json={"url": "webcal://calendar.invalid/a.ics"})
    assert made.json()["url"] == "https://calendar.invalid/…"
    again = await http.post(CALENDARS, json={"url": "https://calendar.invalid/a.ics"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "calendar_exists")
