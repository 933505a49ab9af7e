"""Opens a page in Chromium and keeps what it shows in a folder.

In: an address and a folder that is new or empty. Out: the index of what was kept, which lies in the folder
too. Playwright, which this loads, is large: whoever may do without imports this where it is needed.
"""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Error, Page, async_playwright

from server.recorder.browser import found, launched
from server.recorder.keeping import FolderTaken, keep
from server.recorder.snapshot import taken
from streaming.errors import StenoError

OPEN_MS: Final = 30_000
SETTLE_MS: Final = 5_000
"""How long a page that goes on loading is waited for."""
SCREENS: Final = 40
"""How far down a page is looked, for images that load when they are seen."""
SCROLL: Final = """async (screens) => {
  const root = document.scrollingElement || document.documentElement;
  for (let at = 0; at < screens && root.scrollTop + innerHeight < root.scrollHeight; at += 1) {
    root.scrollBy({ top: innerHeight, behavior: "instant" });
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  }
  root.scrollTo({ top: 0, behavior: "instant" });
}"""


async def captured(url: str, out: Path) -> dict[str, Any]:
    """The index. Raises `StenoError` `page_not_kept`."""
    try:
        return await _kept(url, out)
    except FolderTaken as error:
        raise _not_kept(str(error)) from None
    except Error as error:
        raise _not_kept(f"The page did not open ({error.message.splitlines()[0]}).") from None


async def _kept(url: str, out: Path) -> dict[str, Any]:
    path = found()
    if path is None:
        raise _not_kept("No Chromium is installed (apt-get install chromium).")
    async with async_playwright() as driver:
        browser = await launched(driver, path)
        try:
            page = await browser.new_page(accept_downloads=False)
            answer = await page.goto(url, timeout=OPEN_MS)
            if answer is not None and not answer.ok:
                raise _not_kept(f"The server answered {answer.status}.")
            await _settle(page)
            shot = await taken(page, datetime.now(UTC))
        finally:
            await browser.close()
    return await asyncio.to_thread(keep, shot, out)


def _not_kept(sentence: str) -> StenoError:
    return StenoError("page_not_kept", sentence)


async def _settle(page: Page) -> None:
    """Wait for what is loaded late, for a while."""
    with suppress(Error):
        await page.wait_for_load_state("networkidle", timeout=SETTLE_MS)
    with suppress(Error, TimeoutError):
        async with asyncio.timeout(SETTLE_MS / 1_000):
            await page.evaluate(SCROLL, SCREENS)
    with suppress(Error):
        await page.wait_for_load_state("networkidle", timeout=SETTLE_MS)
