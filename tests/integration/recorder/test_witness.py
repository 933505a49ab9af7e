"""What the scripts of a page send becomes pictures of the meeting, on a real PostgreSQL, within bounds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from server.access.access import DEFAULT
from server.recorder import album, witness
from server.recorder.album import Album
from server.recorder.sending import Capture, Order, Sending
from server.recorder.witness import Witness
from server.store import pictures
from server.store.bot_records import Bot
from server.store.picture_records import Picture
from server.store.postgres import PostgresStore
from server.store.postgres_pictures import PostgresPictures
from tests.unit.server.recorder.glances import a_jpeg, sent, text

NOW = 1_000.0
PICTURE = a_jpeg()


@dataclass
class Seeing:
    """A witness, and the time."""

    store: PostgresStore
    bot: Bot
    witness: Witness
    seconds: float = 0.0

    def show(self, value: int, **more: Any) -> bool:
        """The page shows a grey picture, still; whether it is wanted."""
        found = False
        for _ in range(2):
            self.seconds += 2.0
            at = (NOW - 100.0 + self.seconds) * 1_000
            found = self.witness.take(sent(value, at=at, **more))
        return found

    def give(self, data: Any = None, key: str = "a-1") -> None:
        """The page sends the picture."""
        self.witness.take({"key": key, "jpeg": text(PICTURE) if data is None else data})

    async def kept(self) -> tuple[Picture, ...]:
        return await self.store.pictures.of_meeting(self.bot.meeting_id)

    async def not_kept(self) -> int:
        return await self.store.pictures.not_kept(self.bot.meeting_id)


@asynccontextmanager
async def seeing(store: PostgresStore, records: PostgresPictures | None = None) -> AsyncIterator[Seeing]:
    """A witness whose album is stored when the block ends."""
    bot = await Sending(store.bots).send(DEFAULT, Order("https://meet.example/standup"))
    records = records or store.pictures
    made = Album(records, meeting=bot.meeting_id, bot=bot.id, wall=lambda: NOW)
    given = Seeing(store, bot, Witness(Capture(slides=True), made, lambda: given.seconds))
    async with asyncio.TaskGroup() as tasks:
        yield given
        tasks.create_task(made.run())
        given.witness.close()
        given.witness.close()


async def test_a_picture_that_is_wanted_is_stored_at_its_time(store: PostgresStore) -> None:
    async with seeing(store) as page:
        assert page.show(90)
        page.give()
        assert not page.show(90), "it is kept already"
        assert page.show(200)
        page.give()
    first, second = await page.kept()
    assert (first.kind, first.media_type, first.size) == ("slide", "image/jpeg", len(PICTURE))
    assert (first.width, first.height, first.title, first.sources) == (640, 360, "", ())
    found = await store.pictures.get(page.bot.meeting_id, second.number)
    assert found is not None
    assert found[1] == PICTURE
    assert await page.not_kept() == 0


async def test_a_picture_that_nobody_asked_for_is_not_kept(store: PostgresStore) -> None:
    async with seeing(store) as page:
        page.give()
        assert page.show(90)
        page.give(key="b-1")
        page.give()
        page.give()
    assert len(await page.kept()) == 1
    assert await page.not_kept() == 0


@pytest.mark.parametrize("data", ["", "no jpeg", text(b"<html>"), 7])
async def test_what_comes_in_place_of_a_picture_is_counted_as_not_kept(
    store: PostgresStore, data: Any
) -> None:
    async with seeing(store) as page:
        assert page.show(90)
        page.give(data)
    assert await page.kept() == ()
    assert await page.not_kept() == 1


async def test_a_picture_that_was_asked_for_and_does_not_come_is_counted(store: PostgresStore) -> None:
    async with seeing(store) as page:
        assert page.show(90)
        assert page.show(200)
        page.give()
    assert len(await page.kept()) == 1
    assert await page.not_kept() == 1


async def test_beyond_the_bound_pictures_are_not_asked_for_and_counted(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witness, "MOST", {"slide": 2})
    async with seeing(store) as page:
        wanted = []
        for value in (10, 60, 110, 160):
            wanted.append(page.show(value))
            page.give()
    assert wanted == [True, True, False, False]
    assert len(await page.kept()) == 2
    assert await page.not_kept() == 2


async def test_what_the_store_does_not_take_and_what_does_not_fit_is_counted(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "MOST", {"slide": 1})
    monkeypatch.setattr(album, "MOST_WAITING", 3)
    async with seeing(store) as page:
        for value in (10, 60, 110, 160, 210):
            assert page.show(value)
            page.give()
    assert len(await page.kept()) == 1
    assert await page.not_kept() == 4


async def test_a_meeting_that_is_deleted_meanwhile_ends_nothing(store: PostgresStore) -> None:
    async with seeing(store) as page:
        assert page.show(90)
        page.give()
        await store.delete_meeting(page.bot.meeting_id)
    assert await page.kept() == ()
