"""Pages that are hard to take: large ones, and one that never answers. In real Chromium."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from playwright.async_api import Page, Playwright

from server.recorder import snapshot
from server.recorder.browser import launched

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
LINES = 100_000
TALK = f"""<!doctype html><title>Talk</title><div role="log"></div><p>after</p>
<script>document.querySelector("div").innerHTML = "word<br>".repeat({LINES})</script>"""
BUSY = """<!doctype html><title>Busy</title><p>words</p>
<script>window.work = () => { setTimeout(() => { for (;;); }); };</script>"""


@pytest_asyncio.fixture
async def page(driver: Playwright, chromium: str) -> AsyncIterator[Page]:
    browser = await launched(driver, chromium)
    yield await browser.new_page()
    await browser.close()


async def test_a_long_chat_is_taken_whole(page: Page) -> None:
    await page.set_content(TALK)
    shot = await snapshot.taken(page, NOW)
    assert (shot.whole, shot.title) == (True, "Talk")
    assert [len(one.split()) for one in shot.chat] == [LINES]
    assert len(shot.text.split()) == LINES + 1


async def test_a_page_that_never_answers_is_given_up(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "FRAME_SECONDS", 0.3)
    await page.set_content(BUSY)
    await page.evaluate("work()")
    async with asyncio.timeout(60):
        shot = await snapshot.taken(page, NOW, 0.6)
    assert (shot.whole, shot.text) == (False, "")
