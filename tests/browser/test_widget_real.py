"""Speech into the microphone of one page is read in the widget of a page elsewhere, as soon as it is told."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import soxr
from playwright.sync_api import Browser, Page, Playwright, expect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from loadtest.wer import compare
from tests.browser.caption_site import page_elsewhere, until
from tests.browser.conftest import microphone
from tests.browser.live_page import LivePage
from tests.browser.voice import write_wav
from tests.support.aside import aside
from tests.support.busy import times_slower
from tests.support.process import Server, steno
from tests.support.recordings import RATE, samples
from tests.support.server import running

pytestmark = [pytest.mark.browser, pytest.mark.model]

SPOKEN_SECONDS = 6.1
SPOKEN = "Good morning everyone, thanks for joining. Let us start with the quarterly budget review."
MOST_ERRORS = 0.35
MOST_MS = 300
KEY = "sk_right"
ARTIFACTS = Path(__file__).parents[2] / "artifacts" / "widget"
NOTE = """() => {
    const widget = document.querySelector("steno-captions");
    window.seen = {};
    const note = () => {
        const text = [...widget.shadowRoot.querySelectorAll(".line .said")].map((one) => one.textContent);
        for (const one of text) window.seen[one.trim()] ??= Date.now();
    };
    new MutationObserver(note).observe(widget.shadowRoot, {subtree: true, childList: true});
    note();
}"""


@pytest.fixture(scope="module")
def browser(
    playwright: Playwright, shell: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """A browser whose microphone plays the beginning of the sample once, then is silent."""
    spoken = soxr.resample(samples()[: int(SPOKEN_SECONDS * RATE)], RATE, 48_000)
    recording = write_wav(tmp_path_factory.mktemp("meeting") / "meeting.wav", spoken, 48_000)
    browser = playwright.chromium.launch(executable_path=shell, args=microphone(f"{recording}%noloop"))
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def server(models: Path) -> Iterator[Server]:
    """A server that asks for a key."""
    with steno("tiny.en", models, api_key=KEY) as running:
        yield running


class Watcher:
    """A viewer beside the browser: when each text left the server, by the clock of this machine."""

    def __init__(self, url: str, meeting: str) -> None:
        self.told: dict[str, float] = {}
        self._address = f"{url.replace('http', 'ws', 1)}/v1/meetings/{meeting}/captions"
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        headers = {"Authorization": f"Bearer {KEY}"}
        with (
            suppress(ConnectionClosed),
            connect(self._address, additional_headers=headers, proxy=None) as socket,
        ):
            for message in socket:
                now, event = time.time() * 1000, json.loads(message)
                if event["type"] == "caption":
                    text, pending = event["text"], event.get("pending", "")
                    self.told.setdefault(f"{text} {pending}".strip(), now)

    def finish(self) -> dict[str, float]:
        """All texts, when the meeting is over."""
        self._thread.join(timeout=20)
        return self.told


@pytest.fixture
def elsewhere() -> Iterator[Callable[[str, str], str]]:
    """Serve a page with a body and leave to use a server; its address."""
    with ExitStack() as serving:

        def serve(body: str, server: str) -> str:
            site = serving.enter_context(aside(lambda: running(page_elsewhere([body], server))))
            return site.value.replace("127.0.0.1", "localhost")

        yield serve


def test_speech_in_one_page_is_read_in_a_widget_elsewhere_at_once(
    page: Page, server: Server, elsewhere: Callable[[str, str], str]
) -> None:
    live = LivePage(page, server.url)
    live.open().start()
    live.enter_key(KEY)
    live.wait_until_live()
    meeting = page.evaluate(
        """async (key) => {
            const answer = await fetch("v1/meetings?limit=1", {headers: {Authorization: `Bearer ${key}`}});
            return (await answer.json()).data[0].id;
        }""",
        KEY,
    )
    watcher = Watcher(server.url, meeting)
    viewer = page.context.new_page()
    body = (
        f'<script type="module" src="{server.url}/static/widget.js"></script>'
        f'<steno-captions meeting="{meeting}" token="{KEY}"></steno-captions>'
    )
    viewer.goto(elsewhere(body, server.url))
    until(viewer, "document.querySelector('steno-captions').state === 'live'")
    viewer.evaluate(NOTE)
    began = time.time() * 1000
    lines = viewer.get_by_role("log").locator(".line .said")
    expect(lines.last).to_contain_text("review")
    page.bring_to_front()
    live.stop()
    expect(viewer.get_by_role("status")).to_have_text("Ended")
    words = " ".join(lines.all_inner_texts())
    assert compare(SPOKEN, words).rate <= MOST_ERRORS, words
    told = {text: at for text, at in watcher.finish().items() if at > began}
    late = delays(told, viewer.evaluate("window.seen"))
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    (ARTIFACTS / "delay.json").write_text(json.dumps(sorted(late)) + "\n")
    assert len(late) >= 4, late
    assert sorted(late)[-2] <= MOST_MS * times_slower(), late
    viewer.close()


def delays(told: dict[str, float], seen: dict[str, float]) -> list[int]:
    """Milliseconds from when a text left the server until it stood in the widget."""
    return [round(seen[text] - at) for text, at in told.items() if text in seen]
