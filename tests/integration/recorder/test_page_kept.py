"""A bot keeps the page of its meeting: its text with the chat, and its images, in real Chromium."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page, async_playwright

from server.access.access import DEFAULT
from server.recorder import images, witness
from server.recorder.adapter import Phase
from server.recorder.album import Album
from server.recorder.browser import found, launched
from server.recorder.sending import Capture, Order, Sending
from server.recorder.witness import Witness
from server.store.bot_records import Bot
from server.store.postgres import PostgresStore
from tests.support.attending import PAGES, attending, need_browser
from tests.support.looking import eventually
from tests.support.sites import pages

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

BUSY = "<p>Busy</p><script>setTimeout(() => { while (true); }, 200)</script>"


@pytest.fixture(autouse=True)
def _browser() -> None:
    need_browser(calls=False)


async def inside(store: PostgresStore, bot: Bot) -> None:
    """Wait until a bot is in its meeting."""

    async def there() -> bool:
        return (await store.bots.get(DEFAULT, bot.id)).state == "recording"

    await eventually(there)


async def test_a_bot_that_leaves_keeps_the_page(store: PostgresStore) -> None:
    need_browser()
    with pages(PAGES) as url:
        async with attending(store, f"{url}/chat.html", Capture(page=True)) as (bot, _):
            await inside(store, bot)
    page = await store.pictures.page(bot.meeting_id)
    assert page is not None
    assert (page.title, page.url, page.whole) == ("Standup", f"{url}/chat.html", True)
    said = "Boris: the notes are at https://example.org/notes"
    assert page.text == f"Weekly standup\n\nAnna\n\n{said}\n\n--- chat ---\n{said}\n"
    chart, logo = sorted(await store.pictures.of_meeting(bot.meeting_id), key=lambda one: one.number)
    assert (chart.kind, chart.media_type, chart.width) == ("page", "image/png", 8)
    assert (chart.title, chart.sources) == ("A chart; The same chart", ("data:",))
    assert (logo.media_type, logo.title) == ("image/svg+xml", "A logo")
    left = await store.bots.get(DEFAULT, bot.id)
    assert (left.state, left.code, left.not_kept) == ("done", "asked", 0)


@asynccontextmanager
async def looking(
    store: PostgresStore, capture: Capture, content: str
) -> AsyncIterator[tuple[Witness, Page, Bot]]:
    """A witness before a page; what it saw is stored when the block ends."""
    bot = await Sending(store.bots).send(DEFAULT, Order("https://meet.example/standup"))
    album = Album(store.pictures, meeting=bot.meeting_id, bot=bot.id, wall=time.time)
    one = Witness(capture, album, time.monotonic)
    async with async_playwright() as driver:
        path = found()
        assert path is not None
        browser = await launched(driver, path)
        page = await browser.new_page()
        await page.set_content(content)
        async with asyncio.TaskGroup() as tasks:
            yield one, page, bot
            tasks.create_task(album.run())
            one.close()
        await browser.close()


async def text(store: PostgresStore, bot: Bot) -> str | None:
    page = await store.pictures.page(bot.meeting_id)
    return None if page is None else page.text


async def test_a_page_is_kept_when_the_bot_has_been_in_for_a_while(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witness, "SETTLED_SECONDS", 0.0)
    async with looking(store, Capture(page=True), "<p>Anna: hello</p>") as (one, page, bot):
        staying = asyncio.create_task(one.stay(page))
        one.see(Phase.WAITING_ROOM)
        one.see(Phase.RECORDING)
        await staying
    assert await text(store, bot) == "Anna: hello\n"


async def test_what_is_shown_when_the_meeting_is_over_takes_the_place_of_nothing(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witness, "SETTLED_SECONDS", 0.0)
    async with looking(store, Capture(page=True), "<p>Anna: hello</p>") as (one, page, bot):
        one.see(Phase.RECORDING)
        await one.stay(page)
        await page.set_content("<p>The meeting has ended.</p>")
        one.see(Phase.ENDED)
        await one.leave(page)
    assert await text(store, bot) == "Anna: hello\n"


async def test_it_is_kept_where_nothing_else_was_seen(store: PostgresStore) -> None:
    async with looking(store, Capture(page=True), "<p>The meeting has ended.</p>") as (one, page, bot):
        one.see(Phase.RECORDING)
        one.see(Phase.ENDED)
        await one.leave(page)
    assert await text(store, bot) == "The meeting has ended.\n"


async def test_images_that_are_left_out_are_counted_once(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "MOST", 1)
    monkeypatch.setattr(witness, "SETTLED_SECONDS", 0.0)
    drawn = (f'<img src="data:image/svg+xml,<svg id=%27{name}%27/>" alt="{name}">' for name in "ab")
    async with looking(store, Capture(page=True), "".join(drawn)) as (one, page, bot):
        one.see(Phase.RECORDING)
        await one.stay(page)
        await one.leave(page)
    assert [one.title for one in await store.pictures.of_meeting(bot.meeting_id)] == ["a"]
    assert await store.pictures.not_kept(bot.meeting_id) == 1


@pytest.mark.parametrize(
    ("capture", "phase"),
    [
        (Capture(), Phase.RECORDING),
        (Capture(slides=True), Phase.RECORDING),
        (Capture(page=True), Phase.DENIED),
    ],
)
async def test_a_bot_that_was_not_asked_or_was_not_in_keeps_no_page(
    store: PostgresStore, capture: Capture, phase: Phase
) -> None:
    async with looking(store, capture, "<p>Anna: hello</p>") as (one, page, bot):
        one.see(phase)
        await one.leave(page)
    assert await text(store, bot) is None


async def test_a_page_that_does_not_answer_or_is_gone_keeps_no_bot_from_leaving(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witness, "LOOK_SECONDS", 1.0)
    async with looking(store, Capture(page=True), BUSY) as (one, page, bot):
        one.see(Phase.RECORDING)
        await asyncio.wait_for(one.leave(page), 10)
        await page.close()
        await one.leave(page)
    assert await text(store, bot) in {None, "Busy\n", "\n"}
