"""Real Chromium with a microphone that plays a file, and the scripted server. Skipped without Chromium."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from tests.browser.live_page import LivePage
from tests.browser.scripted_server import ScriptedServer, serving
from tests.browser.voice import speak, write_wav
from tests.support.patience import SECONDS

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = SECONDS * 1000
expect.set_options(timeout=PATIENCE_MS)


def microphone(recording: str) -> list[str]:
    """Chromium's arguments for a microphone that plays a WAV file; `%noloop` at its end plays it once."""
    return [
        *QUIET,
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={recording}",
        # So that a peer connection reaches a server on this machine.
        "--allow-loopback-in-peer-connection",
    ]


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """The driver of the browsers. Its loop runs on this thread, so it must end with the folder's tests."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="package")
def voice_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds of voice at 48 kHz, which the fake microphone repeats."""
    return write_wav(tmp_path_factory.mktemp("voice") / "voice.wav", speak(10, 48_000), 48_000)


@pytest.fixture(scope="package")
def browser(playwright: Playwright, shell: str, voice_file: Path) -> Iterator[Browser]:
    """A browser that gives its microphone to every page."""
    browser = playwright.chromium.launch(executable_path=shell, args=microphone(str(voice_file)))
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def deaf_browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """A browser without a microphone that refuses when a page asks for one."""
    args = [*QUIET, "--use-fake-device-for-media-stream", "--deny-permission-prompts"]
    browser = playwright.chromium.launch(executable_path=chromium, args=args)
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def running_server() -> Iterator[ScriptedServer]:
    """One server for all tests."""
    with serving() as server:
        yield server


@pytest.fixture
def server(running_server: ScriptedServer) -> ScriptedServer:
    """The server without scripts; a test gives it some."""
    running_server.play()
    return running_server


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile with an English interface."""
    context = browser.new_context(locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


def faults_of(page: Page) -> list[str]:
    """Scripts that failed in a tab and breaches of the content security policy, as they come."""
    faults: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # A refused handshake or answer is reported by the browser itself and is what some tests provoke.
        if message.type == "error" and not message.text.startswith(
            ("WebSocket connection", "Failed to load")
        ):
            faults.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: faults.append(str(error)))
    return faults


@pytest.fixture
def tab(context: BrowserContext) -> Iterator[Page]:
    """A tab in which no script may fail and nothing may break the content security policy."""
    page = context.new_page()
    faults = faults_of(page)
    yield page
    assert faults == []


@pytest.fixture
def page(tab: Page) -> Page:
    """What most tests look at: a tab with a profile of its own."""
    return tab


@pytest.fixture(scope="module")
def one_tab(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """A tab for all tests of a file, and what went wrong in it."""
    context = browser.new_context(locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    yield page, faults_of(page)
    context.close()


@pytest.fixture
def document(one_tab: tuple[Page, list[str]], server: ScriptedServer) -> Iterator[Page]:
    """A new document in that tab, into which modules are loaded anew: for those that keep nothing elsewhere.

    It is the text of one of the server's modules, so that no page is loaded and drawn: a test then costs an
    eighth of what it does with a page in a profile of its own. No script may fail in it, as in any tab.
    """
    page, faults = one_tab
    page.goto(f"{server.url}/static/protocol.js")
    faults.clear()
    yield page
    assert faults == []


@pytest.fixture
def live(page: Page, server: ScriptedServer) -> LivePage:
    """The page of the scripted server, not yet opened."""
    return LivePage(page, server.url)
