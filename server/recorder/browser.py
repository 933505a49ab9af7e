"""A headless Chromium for one bot: found on the PATH, led through the proxy, with the capture script in it.

In: scripts, and who takes what they send. Out: a `Tab`, whose `gone` says that the page or the browser is no
more. Nothing is downloaded, nothing is kept of a bot that is over.
"""

import asyncio
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import psutil
import structlog
from playwright.async_api import Browser, Error, Page, Playwright, ProxySettings, async_playwright

from server.recorder import reasons
from server.recorder.adapter import NotJoined

NAMES: Final = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
CAPTURE: Final = Path(__file__).parent / "page" / "capture.js"
BINDING: Final = "stenoTake"
CLOSE_SECONDS: Final = 5.0
QUIET: Final = (
    "--disable-background-networking",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
)
"""A browser that asks nobody for anything but its page."""
MEETING: Final = (
    "--autoplay-policy=no-user-gesture-required",
    # A page without a microphone would offer names (mDNS) in place of addresses, which not every peer
    # resolves.
    "--disable-features=WebRtcHideLocalIpsWithMdns,OptimizationHints,MediaRouter,Translate",
    # The proxy checks this machine's own addresses as well.
    "--proxy-bypass-list=<-loopback>",
)

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Tab:
    """An open page; `gone` is set when it is no more."""

    page: Page
    gone: asyncio.Event = field(default_factory=asyncio.Event)


def found() -> str | None:
    """The installed browser."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


async def launched(
    driver: Playwright, path: str, *arguments: str, proxy: ProxySettings | None = None
) -> Browser:
    """A headless browser, in Chromium's sandbox where there can be one. Raises Playwright's `Error`.

    Root has none, nor has a container whose system calls are filtered: there the container is the wall, and
    the log says so.
    """
    launch = partial(driver.chromium.launch, executable_path=path, args=[*QUIET, *arguments], proxy=proxy)
    if os.geteuid() == 0:
        return await launch(chromium_sandbox=False)
    try:
        return await launch(chromium_sandbox=True)
    except Error as error:
        if "sandbox" not in str(error).lower():
            raise
    _log.warning("browser_without_sandbox")
    return await launch(chromium_sandbox=False)


@asynccontextmanager
async def browsing(
    proxy: str, take: Callable[[Any], None], *, executable: str | None = None
) -> AsyncIterator[Tab]:
    """A browser with one empty page until the block ends. `take` gets what the capture script sends.

    Raises `NotJoined` `no_browser`, Playwright's `Error`.
    """
    path = executable or found()
    if path is None:
        raise NotJoined(reasons.NO_BROWSER)
    mark = f"--steno-bot={secrets.token_hex(8)}"
    try:
        async with async_playwright() as driver:
            browser = await launched(driver, path, *MEETING, mark, proxy={"server": proxy})
            # English, so that an adapter finds the words that it looks for.
            context = await browser.new_context(locale="en-US", viewport={"width": 1280, "height": 720})
            await context.expose_binding(BINDING, lambda _, message: take(message))
            await context.add_init_script(path=CAPTURE)
            tab = Tab(await context.new_page())
            browser.on("disconnected", lambda _: tab.gone.set())
            tab.page.on("crash", lambda _: tab.gone.set())
            tab.page.on("close", lambda _: tab.gone.set())
            tab.page.on("dialog", lambda dialog: dialog.accept())
            try:
                yield tab
            finally:
                await _close(browser, mark)
    finally:
        await asyncio.to_thread(_kill, mark)


async def _close(browser: Browser, mark: str) -> None:
    """In good order, if it answers."""
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await browser.close()
    except (Error, TimeoutError):
        await asyncio.to_thread(_kill, mark)


def _kill(mark: str) -> None:
    """End whatever is left of a browser, also one that is frozen: it is known by a word of its own."""
    for process in psutil.process_iter(["cmdline"]):
        if mark in (process.info["cmdline"] or ()):
            with suppress(psutil.Error):
                end(process.children(recursive=True))
            end([process])


def end(processes: Iterable[psutil.Process]) -> None:
    """Kill processes, of which any may have ended by itself meanwhile."""
    for one in processes:
        with suppress(psutil.Error):
            one.kill()
