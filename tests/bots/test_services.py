"""The adapters of the large services, each over a page of our own that is built as theirs, in real Chromium.

The live services are not called: what they really show may differ.
"""

import http.server
import threading
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright

from server.recorder.adapter import Adapter, Participant, Phase
from server.recorder.adapters.google_meet import GoogleMeet
from server.recorder.adapters.jitsi import Jitsi
from server.recorder.adapters.sber_jazz import SberJazz
from server.recorder.adapters.teams import Teams
from server.recorder.adapters.telemost import Telemost
from server.recorder.adapters.zoom import Zoom, client_address
from tests.support.chromium import QUIET

PAGES = Path(__file__).parent / "pages"
ADAPTERS: list[Adapter] = [GoogleMeet(), Zoom(), Teams(), Telemost(), SberJazz(), Jitsi()]
SEPARATE = {"telemost", "sber_jazz", "jitsi"}
"""Services that send a track for each participant."""
STATES = """() => [...document.querySelectorAll("template")]
  .map((one) => [one.id, one.dataset.phase, one.dataset.reason || null])"""

pytestmark = pytest.mark.browser


class _Files(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Where the pages are."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=PAGES))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest_asyncio.fixture
async def page(chromium: str) -> AsyncIterator[Page]:
    """An empty page, English, as a bot has it."""
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=chromium, args=QUIET)
        yield await browser.new_page(locale="en-US")
        await browser.close()


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda one: one.name)
async def test_a_bot_joins_hears_who_speaks_and_leaves(adapter: Adapter, site: str, page: Page) -> None:
    await page.goto(f"{site}/{adapter.name}.html")
    assert (await adapter.look(page)).phase is Phase.JOINING
    await adapter.join(page, "Notetaker")
    assert await page.evaluate("given.name") == "Notetaker"
    assert await page.evaluate("[...given.on]") == []
    assert (await adapter.look(page)).phase is Phase.WAITING_ROOM
    await page.evaluate("show('inside')")
    sight = await adapter.look(page)
    assert sight.phase is Phase.RECORDING
    assert sight.participants is not None
    assert set(sight.participants) == {Participant("Anna"), Participant("Boris", speaking=True)}
    assert sight.names == ({"t1": "Anna", "t2": "Boris"} if adapter.name in SEPARATE else {})
    assert adapter.mixed is (adapter.name not in SEPARATE)
    for name, phase, reason in await page.evaluate(STATES):
        await page.evaluate("(name) => show(name)", name)
        sight = await adapter.look(page)
        found_reason = None if sight.reason is None else sight.reason.code
        assert (name, str(sight.phase), found_reason) == (name, phase, reason)
    await page.evaluate("show('inside')")
    await adapter.leave(page)
    assert await page.evaluate("document.body.dataset.state") == "left"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://meet.google.com/abc-defg-hij", "google_meet"),
        ("https://us02web.zoom.us/j/84512345678?pwd=QUJD", "zoom"),
        ("https://teams.microsoft.com/meet/2231234567890?p=abc", "teams"),
        ("https://telemost.yandex.ru/j/12345678901234", "telemost"),
        ("https://jazz.sber.ru/t9xnkj?psw=OAQN", "sber_jazz"),
        ("https://meet.jit.si/QuietRoom", "jitsi"),
        ("https://example.org/QuietRoom", None),
    ],
)
def test_an_address_says_whose_it_is(url: str, name: str | None) -> None:
    assert [one.name for one in ADAPTERS if one.serves(urlsplit(url))] == ([] if name is None else [name])


@pytest.mark.parametrize(
    ("url", "address"),
    [
        (
            "https://us02web.zoom.us/j/84512345678?pwd=a%2Fb.1",
            "https://app.zoom.us/wc/join/84512345678?pwd=a/b.1",
        ),
        ("https://zoom.us/j/84512345678", "https://app.zoom.us/wc/join/84512345678"),
        ("https://app.zoom.us/wc/join/84512345678", None),
        ("https://zoom.us/my/ann", None),
        ("http://127.0.0.1/j/84512345678", None),
        ("https://evil-zoom.us/j/84512345678", None),
    ],
)
def test_zooms_client_for_browsers_has_an_address_of_its_own(url: str, address: str | None) -> None:
    assert client_address(url) == address
