"""axe finds nothing to complain of, in every state of the page, in both themes and on a phone."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ViewportSize, expect

from tests.browser.live_page import LivePage
from tests.browser.pictures import pictured
from tests.browser.scripted_server import ScriptedServer, Stream

pytestmark = pytest.mark.browser

DESKTOP = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=360, height=740)
SMALLEST_TARGET = 44


async def meeting(stream: Stream) -> None:
    """Every kind of line that there is."""
    await stream.welcome()
    await stream.tell("load", level="rare_partials")
    await stream.caption(1, "a", "Good morning, everyone.", speaker="Anna")
    await stream.caption(2, "b", "Thanks for watching!", flags=["suspected_hallucination"])
    await stream.tell("gap", start=3.0, end=5.4, reason="packet_loss")
    await stream.caption(6, "c", "Let us", pending="begin with", final=False)
    await stream.cue("end")
    await stream.caption(7, "c", "Let us begin with the budget.", start=6.0)
    await stream.farewell(received=200.0, transcribed=170.0, silence=30.0)


@pytest.fixture(params=[("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE), ("dark", PHONE)], ids=str)
def themed(request: pytest.FixtureRequest, browser: Browser, server: ScriptedServer) -> Iterator[LivePage]:
    """The page in one theme and size."""
    theme, size = request.param
    context = browser.new_context(locale="en-GB", color_scheme=theme, viewport=size)
    yield LivePage(context.new_page(), server.url)
    context.close()


def check(live: LivePage) -> None:
    """No violation, nothing wider than the screen, and every target large enough for a finger."""
    results = Axe().run(live.page)
    assert results.violations_count == 0, results.generate_report()
    assert live.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = live.page.evaluate(
        """(least) => [...document.querySelectorAll('button, a, label.plain, .choices label, #key')]
            .map((node) => [node.id || node.textContent.trim(), node.getBoundingClientRect()])
            .filter(([, box]) => box.width && (box.height < least || box.width < least))
            .map(([name]) => name)""",
        SMALLEST_TARGET,
    )
    assert small == []


def test_before_while_and_after(themed: LivePage, server: ScriptedServer) -> None:
    server.play(meeting)
    check(themed.open())
    themed.start()
    expect(themed.growing).to_have_count(1)
    expect(themed.notice).not_to_be_empty()
    check(themed)
    if themed.page.viewport_size == DESKTOP:
        pictured(themed.page, "live/live")
    for panel in ("Add sound", "Share"):
        themed.button(panel).click()
        check(themed)
        themed.page.keyboard.press("Escape")
    server.cue("end")
    expect(themed.growing).to_have_count(0)
    themed.stop()
    check(themed)


def test_when_something_is_wrong(themed: LivePage, server: ScriptedServer) -> None:
    server.key = "sk_right"
    themed.open().start()
    expect(themed.page.get_by_label("API key")).to_be_focused()
    check(themed)
