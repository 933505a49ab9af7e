"""`steno capture`: what a page shows, kept in a folder: its text, its chat, its images."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import typer
from playwright.async_api import Error, Page, async_playwright

from server.cli import terminal
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


def capture(
    url: Annotated[str, typer.Argument(help="Address of the page.")],
    out: Annotated[Path, typer.Option(help="Folder to write into, which is new or empty.")],
) -> None:
    """Keep what a page shows: text in reading order, chat, and images, each once."""
    if urlsplit(url).scheme not in {"http", "https"}:
        terminal.fail("The address of a page begins with https:// or http://.")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        terminal.fail(f"{out} is no empty folder; name a new one.")
    terminal.run(_capture(url, out))


async def _capture(url: str, out: Path) -> None:
    try:
        index = await _kept(url, out)
    except FolderTaken as error:
        raise _not_kept(str(error)) from None
    except Error as error:
        raise _not_kept(f"The page did not open ({error.message.splitlines()[0]}).") from None
    words = len((out / index["text"]).read_text("utf-8").split())
    typer.echo(f"{out}: {words} words, {len(index['images'])} images.")
    if index["left_out"]:
        terminal.tell(f"{len(index['left_out'])} images were left out; {out / 'index.json'} says why.")
    if not index["whole"]:
        terminal.tell("The page was too large to be kept whole.")


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
