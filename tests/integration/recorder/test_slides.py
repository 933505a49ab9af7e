"""A bot in a meeting in which somebody shows three slides and then a film: real Chromium, and a connection
within one page."""

import asyncio
import functools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest

from server.access.access import DEFAULT
from server.recorder.glance import WIDEST
from server.recorder.sending import Capture
from server.store.bot_records import Bot
from server.store.picture_records import LARGEST, Picture
from server.store.postgres import PostgresStore
from tests.support.attending import PAGES, attending, need_browser
from tests.support.sites import Files, pages

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

SLIDES = 3
OFF_SECONDS = 2.0
WATCH_SECONDS = 90.0


@dataclass
class Site:
    """Where the page is, and when (Unix seconds) each of its slides began, the film, and the end of it."""

    loop: asyncio.AbstractEventLoop
    url: str = ""
    began: list[float] = field(default_factory=list)
    told: list[asyncio.Event] = field(default_factory=lambda: [asyncio.Event() for _ in range(SLIDES + 2)])

    def tell(self, at: float) -> None:
        """The next one began."""
        self.told[len(self.began)].set()
        self.began.append(at)


class _Pages(Files):
    def __init__(self, site: Site, *given: object, **more: object) -> None:
        self.site = site
        super().__init__(*given, **more)  # type: ignore[arg-type]

    def do_GET(self) -> None:  # noqa: N802 - the name that the library gives it
        """Serve a page, or take what it tells."""
        split = urlsplit(self.path)
        if split.path != "/began":
            super().do_GET()
            return
        self.site.loop.call_soon_threadsafe(self.site.tell, float(parse_qs(split.query)["at"][0]))
        self.send_response(204)
        self.end_headers()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A meeting that a bot can go to."""
    need_browser()
    served = Site(asyncio.get_running_loop())
    with pages(PAGES, functools.partial(_Pages, served)) as url:
        served.url = f"{url}/slides.html"
        yield served


async def seen(
    store: PostgresStore, site: Site, capture: Capture, last: int
) -> tuple[Bot, tuple[Picture, ...]]:
    """A bot that has watched until the last one of so many began, and what it kept."""
    async with attending(store, site.url, capture) as (bot, _):
        async with asyncio.timeout(WATCH_SECONDS):
            await site.told[last].wait()
    return await store.bots.get(DEFAULT, bot.id), await store.pictures.of_meeting(bot.meeting_id)


async def test_each_slide_is_kept_at_its_time_and_the_film_is_not(store: PostgresStore, site: Site) -> None:
    bot, slides = await seen(store, site, Capture(slides=True), SLIDES + 1)
    assert (bot.state, bot.code, bot.not_kept) == ("done", "asked", 0)
    meeting = await store.meeting(bot.meeting_id)
    assert meeting is not None
    assert meeting.started_at is not None
    began = [max(0.0, at - meeting.started_at.timestamp()) for at in site.began[:SLIDES]]
    assert [one.at for one in slides] == pytest.approx(began, abs=OFF_SECONDS)
    for one in slides:
        assert (one.kind, one.media_type) == ("slide", "image/jpeg")
        assert 0 < one.width <= WIDEST
        assert one.width * 9 == one.height * 16
        assert one.size <= LARGEST["slide"]


async def test_without_being_asked_a_bot_takes_no_pictures(store: PostgresStore, site: Site) -> None:
    bot, slides = await seen(store, site, Capture(), 1)
    assert (bot.state, bot.code) == ("done", "asked")
    assert slides == ()
