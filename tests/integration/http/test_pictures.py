"""The calls on what was seen of a meeting, over a real PostgreSQL: what they say, and to whom."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from server.access.access import DEFAULT
from server.http.pictures import EXTENSIONS, SECURITY
from server.recorder.sending import Order, Sending
from server.store.picture_records import NewPage, NewPicture, PictureKind
from server.store.postgres import PostgresStore
from server.store.records import NewMeeting
from tests.support.node import node

KEY = "sk_pictures"
JPEG = b"\xff\xd8\xff\xe0 a slide"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def a_picture(media_type: str = "image/jpeg", data: bytes = JPEG) -> NewPicture:
    kind: PictureKind = "slide" if media_type == "image/jpeg" else "page"
    return NewPicture(kind, media_type, data, hashlib.sha256(data).hexdigest())


@asynccontextmanager
async def client(store: PostgresStore, **options: str) -> AsyncIterator[httpx.AsyncClient]:
    """Of a server over the store."""
    async with (
        node(store, **options) as one,  # type: ignore[arg-type]
        one.client() as made,
    ):
        yield made


@pytest.fixture
async def http(store: PostgresStore) -> AsyncIterator[httpx.AsyncClient]:
    """A client that needs no key."""
    async with client(store) as made:
        yield made


async def test_pictures_are_listed_and_seen(store: PostgresStore, http: httpx.AsyncClient) -> None:
    bot = await Sending(store.bots).send(DEFAULT, Order("https://meet.example/standup"))
    meeting = bot.meeting_id
    await store.pictures.add(meeting, a_picture())
    page = NewPicture("page", "image/png", b"\x89PNG", "0" * 64, 640, 480, "A chart", ("https://x/a",))
    await store.pictures.add(meeting, page)
    await store.pictures.missed(bot.id, 4)
    listed = (await http.get(f"/v1/meetings/{meeting}/pictures")).json()
    assert listed["not_kept"] == 4
    slide, image = listed["data"]
    assert slide == {
        "number": 1,
        "kind": "slide",
        "at": 0.0,
        "media_type": "image/jpeg",
        "size": len(JPEG),
        "sha256": hashlib.sha256(JPEG).hexdigest(),
        "width": None,
        "height": None,
        "title": "",
        "sources": [],
        "url": f"/v1/meetings/{meeting}/pictures/1",
    }
    assert (image["width"], image["title"], image["sources"]) == (640, "A chart", ["https://x/a"])
    slides = (await http.get(f"/v1/meetings/{meeting}/pictures", params={"kind": "slide"})).json()
    assert slides["data"] == [slide]
    answer = await http.get(slide["url"])
    assert answer.content == JPEG
    headers = answer.headers
    assert (headers["content-type"], headers["x-content-type-options"]) == ("image/jpeg", "nosniff")
    assert headers["cache-control"] == "private, max-age=3600"
    assert headers["content-disposition"] == 'inline; filename="slide-1.jpg"'


@pytest.mark.parametrize("media_type", EXTENSIONS)
async def test_a_picture_is_nothing_that_a_browser_would_run(
    store: PostgresStore, http: httpx.AsyncClient, media_type: str
) -> None:
    meeting = (await store.create_meeting(NewMeeting())).id
    await store.pictures.add(meeting, a_picture(media_type, SVG))
    answer = await http.get(f"/v1/meetings/{meeting}/pictures/1")
    assert answer.headers["content-type"] == media_type
    assert answer.headers["content-security-policy"] == SECURITY
    kind = answer.headers["content-disposition"].partition(";")[0]
    assert kind == ("attachment" if media_type == "image/svg+xml" else "inline")


@pytest.mark.parametrize("number", ["0", "2", "-1", "1.0", "x", "٣", "9" * 40])
async def test_a_number_that_is_none_finds_nothing(
    store: PostgresStore, http: httpx.AsyncClient, number: str
) -> None:
    meeting = (await store.create_meeting(NewMeeting())).id
    await store.pictures.add(meeting, a_picture())
    answer = await http.get(f"/v1/meetings/{meeting}/pictures/{number}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "picture_not_found")


async def test_the_page_is_read_as_text(store: PostgresStore, http: httpx.AsyncClient) -> None:
    meeting = (await store.create_meeting(NewMeeting())).id
    text = "<b>Планёрка</b>\n\n--- chat ---\nAnna: hello"
    await store.pictures.keep_page(meeting, NewPage("https://x/", "Standup", text))
    answer = await http.get(f"/v1/meetings/{meeting}/page")
    assert answer.text == text
    headers = answer.headers
    assert headers["content-type"] == "text/plain; charset=utf-8"
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")
    assert headers["content-disposition"] == 'inline; filename="Standup.txt"'


async def test_who_may_read_the_transcript_may_see_the_pictures_and_nobody_else(store: PostgresStore) -> None:
    meeting = (await store.create_meeting(NewMeeting())).id
    other = (await store.create_meeting(NewMeeting())).id
    await store.pictures.add(meeting, a_picture())
    await store.pictures.keep_page(meeting, NewPage("https://x/", "Standup", "text"))
    paths = [f"/v1/meetings/{meeting}/{what}" for what in ("transcript", "pictures", "pictures/1", "page")]
    async with client(store, api_key=KEY) as http:
        key = {"Authorization": f"Bearer {KEY}"}
        tokens = {}
        for named in (meeting, other):
            asked = {"scope": "view", "ttl_seconds": 60}
            made = await http.post(f"/v1/meetings/{named}/tokens", json=asked, headers=key)
            tokens[named] = made.json()["token"]
        for path in paths:
            assert (await http.get(path)).status_code == 401
            assert (await http.get(path, headers=key)).status_code == 200
            assert (await http.get(path, params={"token": tokens[meeting]})).status_code == 200
            assert (await http.get(path, params={"token": tokens[other]})).status_code == 404
            missing = path.replace(meeting, "mtg_x")
            answer = await http.get(missing, headers=key)
            assert answer.json()["error"]["code"] == "meeting_not_found"
