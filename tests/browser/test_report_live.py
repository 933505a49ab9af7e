"""The report under the transcript of the live page, from the end of the meeting on."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.live_page import LivePage
from tests.browser.report_desk import LINES, quoted, show_again, written
from tests.browser.scripted_server import ScriptedServer, Stream

pytestmark = pytest.mark.browser

PHONE = ViewportSize(width=360, height=740)


async def meeting(stream: Stream) -> None:
    """Everything that was said, at once."""
    await stream.welcome()
    for seq, line in enumerate(LINES, 1):
        where = {"start": line.start, "end": line.end, "speaker": line.speaker}
        await stream.caption(seq, line.id, line.text, **where)
    await stream.farewell(received=48.0, transcribed=48.0)


def hold_and_end(live: LivePage, server: ScriptedServer) -> None:
    """A whole meeting."""
    server.play_next(meeting)
    live.open().start()
    expect(live.finals).to_have_count(len(LINES))
    live.stop()


@pytest.fixture
def report(live: LivePage) -> Any:
    """The report's section."""
    return live.page.get_by_role("region", name="Report")


def test_it_appears_under_the_transcript_and_gives_way_to_the_one_that_is_written(
    live: LivePage, server: ScriptedServer, report: Any
) -> None:
    server.reports.store(quoted(), writing=True)
    hold_and_end(live, server)
    expect(report).to_contain_text("The language model is writing the report.")
    expect(report).to_contain_text("I will send the contract to the lawyers by Friday.")
    expect(report.get_by_role("heading", name="Report")).to_be_in_viewport()
    expect(live.finals.last).to_be_in_viewport()
    place = live.finals.last.bounding_box()
    server.reports.finish(written())
    expect(report).to_contain_text("Written by qwen3-8b.")
    expect(report).to_contain_text("the launch moves to 10 May.")
    assert live.finals.last.bounding_box() == place
    asked = server.reports.asked
    show_again(live.page)
    assert server.reports.asked == asked, "what is written is not asked for again"


def test_a_quote_leads_to_its_words_and_a_button_back(
    live: LivePage, server: ScriptedServer, report: Any
) -> None:
    server.reports.store(written())
    hold_and_end(live, server)
    live.page.set_viewport_size({"width": 900, "height": 420})
    quote = report.get_by_role("button", name="0:02: go to these words")
    expect(quote).to_have_count(0)
    quote = report.get_by_role("button", name="0:09: go to these words")
    quote.focus()
    live.page.keyboard.press("Enter")
    expect(live.finals.nth(1)).to_be_focused()
    expect(live.finals.nth(1)).to_be_in_viewport()
    live.button("Back to the report").click()
    expect(quote).to_be_focused()
    expect(quote).to_be_in_viewport()
    expect(live.button("Back to the report")).to_be_hidden()
    live.page.locator("#to-report").click()
    expect(report.get_by_role("heading", name="Report", exact=True)).to_be_focused()


def test_a_reader_within_the_report_keeps_it_until_they_want_the_new_one(
    live: LivePage, server: ScriptedServer, report: Any
) -> None:
    server.reports.store(quoted(), writing=True)
    hold_and_end(live, server)
    live.page.set_viewport_size({"width": 700, "height": 420})
    moment = report.locator(".moment").last
    moment.focus()
    place = moment.bounding_box()
    server.reports.finish(written())
    show_again(live.page)
    expect(report.get_by_text("A new version of the report is here.")).to_be_visible()
    assert moment.bounding_box() == place
    report.get_by_role("button", name="Show it").click()
    expect(report).to_contain_text("Written by qwen3-8b.")
    expect(live.button("Show it")).to_be_hidden()


def test_it_is_asked_for_again_when_the_server_could_not_answer(
    live: LivePage, server: ScriptedServer, report: Any
) -> None:
    server.reports.store(quoted())
    server.play_next(meeting)
    live.open().start()
    expect(live.finals).to_have_count(len(LINES))
    server.refusal = 503
    with live.page.expect_response("**/report"):
        live.stop()
    expect(report).to_be_hidden()
    server.refusal = None
    show_again(live.page)
    expect(report).to_contain_text("I will send the contract")


def test_no_report_leaves_the_page_as_it_is(live: LivePage, server: ScriptedServer, report: Any) -> None:
    hold_and_end(live, server)
    expect(report).to_be_hidden()
    expect(live.page.locator("#to-report")).to_be_hidden()


def test_a_new_meeting_takes_the_report_away(live: LivePage, server: ScriptedServer, report: Any) -> None:
    server.reports.store(quoted())
    hold_and_end(live, server)
    expect(report).to_be_visible()
    live.button("New captions").click()
    expect(report).to_be_hidden()


@pytest.fixture(params=["light", "dark"])
def phone(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A narrow screen."""
    context = browser.new_context(locale="en-GB", color_scheme=request.param, viewport=PHONE)
    yield context.new_page()
    context.close()


def test_axe_finds_nothing_on_a_phone(phone: Page, server: ScriptedServer) -> None:
    server.reports.store(written())
    live = LivePage(phone, server.url)
    hold_and_end(live, server)
    expect(phone.get_by_role("region", name="Report")).to_contain_text("Written by qwen3-8b.")
    results = Axe().run(phone)
    assert results.violations_count == 0, results.generate_report()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
