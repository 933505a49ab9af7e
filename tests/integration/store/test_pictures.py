"""Pictures and page texts on a real PostgreSQL: numbered, on the meeting's clock, bounded."""

import asyncio
import hashlib
from dataclasses import replace

import pytest

from server.recorder.sending import Order, Sending
from server.store import pictures
from server.store.picture_records import NewPage, NewPicture, PictureKind
from server.store.postgres import PostgresStore
from server.store.records import NewMeeting
from streaming.errors import NotFound
from tests.integration.store.made import a_session

PAGE = NewPage("https://meet.example/a", "Standup", "Anna: hello")


def a_picture(data: bytes = b"\xff\xd8\xffone", kind: PictureKind = "slide") -> NewPicture:
    return NewPicture(kind, "image/jpeg", data, hashlib.sha256(data).hexdigest(), 1280, 720)


async def a_meeting(store: PostgresStore) -> str:
    return (await store.create_meeting(NewMeeting())).id


async def test_a_picture_is_kept_with_its_bytes(store: PostgresStore) -> None:
    meeting = await a_meeting(store)
    new = replace(a_picture(b"\x89PNG", "page"), title="A chart", sources=("https://x/a", "https://x/b"))
    assert await store.pictures.add(meeting, new) == 1
    (one,) = await store.pictures.of_meeting(meeting)
    assert (one.number, one.kind, one.size, one.title) == (1, "page", 4, "A chart")
    assert (one.sources, one.width, one.height) == (("https://x/a", "https://x/b"), 1280, 720)
    assert await store.pictures.get(meeting, 1) == (one, b"\x89PNG")
    assert await store.pictures.get(meeting, 2) is None
    assert await store.pictures.get(await a_meeting(store), 1) is None


async def test_its_time_is_on_the_meetings_clock(store: PostgresStore) -> None:
    meeting = await a_meeting(store)
    await store.pictures.add(meeting, a_picture(b"early"), ago=30.0)
    (before,) = await store.pictures.of_meeting(meeting)
    assert before.at == 0.0, "the clock has not begun"
    await store.open_session(meeting, a_session("ses_a"), ago=100.0)
    await store.pictures.add(meeting, a_picture(b"late"), ago=10.0)
    early, late = await store.pictures.of_meeting(meeting)
    assert (early.number, late.number) == (1, 2)
    assert early.at == pytest.approx(70.0, abs=5.0)
    assert late.at == pytest.approx(90.0, abs=5.0)


async def test_pictures_are_listed_by_time_and_by_kind(store: PostgresStore) -> None:
    meeting = await a_meeting(store)
    await store.pictures.add(meeting, a_picture(b"second"), ago=10.0)
    await store.pictures.add(meeting, a_picture(b"first"), ago=20.0)
    await store.pictures.add(meeting, a_picture(b"image", "page"))
    assert [one.number for one in await store.pictures.of_meeting(meeting)] == [2, 1, 3]
    assert [one.number for one in await store.pictures.of_meeting(meeting, "page")] == [3]


async def test_an_image_of_a_page_is_kept_once_and_a_slide_each_time(store: PostgresStore) -> None:
    meeting = await a_meeting(store)
    image = replace(a_picture(kind="page"), sources=("https://x/a",))
    assert await store.pictures.add(meeting, image) == 1
    assert await store.pictures.add(meeting, replace(image, sources=("https://x/b",), title="B")) == 1
    (one,) = await store.pictures.of_meeting(meeting)
    assert (one.sources, one.title) == (("https://x/b",), "B")
    assert [await store.pictures.add(meeting, a_picture()) for _ in range(2)] == [2, 3]


async def test_many_writers_give_each_a_number_of_its_own(store: PostgresStore) -> None:
    meeting = await a_meeting(store)
    new = [a_picture(bytes([number])) for number in range(8)]
    numbers = await asyncio.gather(*(store.pictures.add(meeting, one) for one in new))
    assert sorted(one or 0 for one in numbers) == list(range(1, 9))


@pytest.mark.parametrize("bound", ["MOST", "LARGEST", "ALL"])
async def test_beyond_a_bound_nothing_is_kept(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    limits = {"MOST": 2, "LARGEST": 5, "ALL": 10}
    monkeypatch.setattr(pictures, bound, {"slide": limits[bound], "page": limits[bound]})
    meeting = await a_meeting(store)
    kept = [await store.pictures.add(meeting, a_picture(data)) for data in (b"1111", b"2222", b"333333")]
    assert kept == [1, 2, None]
    other = await store.pictures.add(meeting, a_picture(b"4444", "page"))
    assert other == 3, "each kind has a bound of its own"


async def test_what_was_not_kept_is_counted_for_the_meeting(store: PostgresStore) -> None:
    bot = await Sending(store.bots).send("default", Order("https://meet.example/standup"))
    assert await store.pictures.not_kept(bot.meeting_id) == 0
    await store.pictures.missed(bot.id, 2)
    await store.pictures.missed(bot.id, 1)
    assert await store.pictures.not_kept(bot.meeting_id) == 3
    assert (await store.bots.get("default", bot.id)).not_kept == 3


async def test_the_page_is_what_it_showed_last(store: PostgresStore) -> None:
    meeting = await a_meeting(store)
    assert await store.pictures.page(meeting) is None
    await store.pictures.keep_page(meeting, replace(PAGE, last_resort=True))
    await store.pictures.keep_page(meeting, replace(PAGE, text="Anna: hello\0", whole=False))
    await store.pictures.keep_page(meeting, replace(PAGE, text="You have left.", last_resort=True))
    page = await store.pictures.page(meeting)
    assert page is not None
    assert (page.text, page.title, page.url, page.whole) == ("Anna: hello", "Standup", PAGE.url, False)


async def test_a_page_is_cut_where_it_is_too_long(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "LONGEST_TEXT", 4)
    meeting = await a_meeting(store)
    await store.pictures.keep_page(meeting, PAGE)
    page = await store.pictures.page(meeting)
    assert page is not None
    assert (page.text, page.whole) == ("Anna", False)


async def test_they_go_with_their_meeting(store: PostgresStore) -> None:
    meeting = await a_meeting(store)
    await store.pictures.add(meeting, a_picture())
    await store.pictures.keep_page(meeting, PAGE)
    receipt = await store.delete_meeting(meeting)
    assert (receipt.removed["pictures"], receipt.removed["pages"]) == (1, 1)
    assert await store.pictures.of_meeting(meeting) == ()
    assert await store.pictures.page(meeting) is None
    with pytest.raises(NotFound):
        await store.pictures.add(meeting, a_picture())
    with pytest.raises(NotFound):
        await store.pictures.keep_page(meeting, PAGE)
