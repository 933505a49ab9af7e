"""A meeting's page: what it says of the sound and the words, to eye, key and screen reader."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.meeting_site import KEY, SAID, MeetingSite, meeting_site

pytestmark = pytest.mark.browser

DESKTOP = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=360, height=740)


@pytest.fixture(scope="module")
def site() -> Iterator[MeetingSite]:
    """Meetings that have been."""
    with meeting_site() as served:
        yield served


@pytest.fixture(params=[("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE), ("dark", PHONE)], ids=str)
def themed(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A tab in one theme and size."""
    theme, size = request.param
    context = browser.new_context(locale="en-GB", color_scheme=theme, viewport=size)
    yield context.new_page()
    context.close()


def test_it_tells_what_was_said_and_where_every_second_went(page: Page, site: MeetingSite) -> None:
    page.goto(f"{site.url}/meetings/{site.whole}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Weekly planning · Планирование")
    expect(page.locator("#state")).to_have_text("Ended")
    expect(page.locator("#received")).to_have_text("3 min 24 s received, every second accounted for")
    expect(page.locator("#legend li")).to_have_text(
        [
            "Speech2 min 33 s · 75%written down",
            "Silence35.2 s · 17%nobody spoke",
            "Doubtful3.5 s · 1.7%written down, but may not have been said",
            "Lost11.9 s · 5.8%received, but not written down",
        ]
    )
    expect(page.locator("#loss-list li")).to_have_text(
        [
            "2:11–2:19: the speech model failed",
            "3:20–3:24: the server was lost and the stream did not come back",
        ]
    )
    expect(page.locator("#said li")).to_have_count(len(SAID))
    expect(page.locator("#said li").nth(3)).to_have_text("1:14Thanks for watching! may not have been said")


def test_the_report_leads_to_the_words_that_it_quotes(page: Page, site: MeetingSite) -> None:
    page.goto(f"{site.url}/meetings/{site.whole}")
    report = page.get_by_role("region", name="Report")
    expect(report).to_contain_text("no language model was used")
    expect(report).to_contain_text("Anna I will send the notes this afternoon.")
    expect(report).not_to_contain_text("Thanks for watching")
    report.get_by_role("button", name="2:19: go to these words").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#said li[data-at]")).to_contain_text("Agreed. I will send the notes")
    expect(page.locator("#said li[data-at]")).to_be_focused()


def test_the_report_can_be_kept_and_opened(page: Page, site: MeetingSite) -> None:
    page.goto(f"{site.locked}/meetings/{site.whole}")
    page.get_by_label("API key").fill(KEY)
    page.get_by_role("button", name="Continue").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as Markdown").click()
    assert "I will send the notes" in download.value.path().read_text("utf-8")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Open as a page").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Weekly planning · Планирование")


def test_a_meeting_without_words_has_no_report_to_show(page: Page, site: MeetingSite) -> None:
    page.goto(f"{site.url}/meetings/{site.empty}")
    expect(page.locator("#nothing")).to_be_visible()
    expect(page.get_by_role("region", name="Report")).to_be_hidden()


def test_the_bar_is_walked_over_by_keys_and_tells_each_moment(page: Page, site: MeetingSite) -> None:
    page.goto(f"{site.url}/meetings/{site.whole}")
    bar = page.get_by_role("slider", name="Timeline of the sound")
    bar.focus()
    expect(bar).to_have_attribute("aria-valuetext", "0:00–0:02: silence 2.1 s")
    page.keyboard.press("ArrowRight")
    expect(bar).to_have_attribute("aria-valuetext", "0:02–0:04: speech 1.0 s, silence 1.1 s")
    page.keyboard.press("End")
    expect(page.locator("#readout")).to_have_text("3:21–3:24: lost 2.1 s")
    page.keyboard.press("PageDown")
    expect(bar).to_have_attribute("aria-valuenow", "85")
    page.keyboard.press("Enter")
    expect(page.locator("#said li[data-at]")).to_contain_text("Agreed. I will send the notes")


def test_the_pointer_tells_the_moment_under_it(page: Page, site: MeetingSite) -> None:
    page.goto(f"{site.url}/meetings/{site.whole}")
    bar = page.get_by_role("slider")
    box = bar.bounding_box()
    assert box is not None
    bar.hover(position={"x": box["width"] * 135 / 203.5, "y": 40})
    expect(page.locator("#readout")).to_contain_text("lost 2.1 s")


def test_every_class_that_occurs_is_seen_however_short(page: Page, site: MeetingSite) -> None:
    page.goto(f"{site.url}/meetings/{site.whole}")
    expect(page.locator("#timeline i.lost").first).to_be_visible()
    heights = page.locator("#timeline i.lost, #timeline i.quarantined").evaluate_all(
        "(parts) => parts.map((part) => part.getBoundingClientRect().height)"
    )
    assert min(heights) >= 10


def test_a_live_meeting_and_one_without_sound_say_so(page: Page, site: MeetingSite) -> None:
    page.goto(f"{site.url}/meetings/{site.live}")
    expect(page.locator("#state")).to_have_text("Live now")
    expect(page.locator("#received")).to_have_text("6 s received, of which 2 s still being heard")
    page.goto(f"{site.url}/meetings/{site.empty}")
    expect(page.locator("#received")).to_have_text("No sound was received.")
    expect(page.get_by_role("slider")).to_be_hidden()
    expect(page.locator("#nothing")).to_be_visible()


def test_russian_is_spoken_as_well(page: Page, site: MeetingSite) -> None:
    page.goto(f"{site.url}/meetings/{site.whole}")
    page.get_by_role("button", name="Русский").click()
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    expect(page.locator("#received")).to_have_text("Получено 3 мин 24 с, учтена каждая секунда")
    page.get_by_role("slider").focus()
    expect(page.locator("#readout")).to_have_text("0:00–0:02: тишина 2,1 с")


def test_what_cannot_be_read_is_said(page: Page, site: MeetingSite) -> None:
    page.goto(f"{site.url}/meetings/nobody")
    expect(page.get_by_role("alert")).to_have_text("There is no such meeting. It may have been deleted.")
    page.goto(f"{site.locked}/meetings/{site.whole}")
    expect(page.get_by_role("alert")).to_have_text("This server needs an API key. Enter it below.")
    page.get_by_label("API key").fill(KEY)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("alert")).to_be_hidden()


def test_a_server_that_does_not_answer_is_asked_again(page: Page, site: MeetingSite) -> None:
    page.clock.install()
    for path, heading in (("meetings", "Meetings"), (f"meetings/{site.whole}", "Weekly planning")):
        page.route("**/v1/signin", lambda route: route.abort())
        page.goto(f"{site.url}/{path}")
        expect(page.get_by_role("alert")).to_have_text(
            "The server does not answer. It is asked again by itself."
        )
        page.unroute_all()
        page.clock.run_for(10_000)
        expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
        expect(page.get_by_role("alert")).to_be_hidden()


def test_a_key_that_did_not_arrive_is_asked_for_again(page: Page, site: MeetingSite) -> None:
    for path in ("meetings", f"meetings/{site.whole}"):
        page.context.clear_cookies()
        page.goto(f"{site.locked}/{path}")
        page.get_by_label("API key").fill(KEY)
        page.route("**/v1/signin", lambda route: route.abort())
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("alert")).to_contain_text("Check the connection and enter the key again")
        page.unroute_all()
        page.get_by_role("button", name="Continue").click()
        expect(page.locator("#content")).to_be_visible()
        expect(page.get_by_role("alert")).to_be_hidden()


def test_a_live_meeting_is_asked_about_until_its_page_is_left(page: Page, site: MeetingSite) -> None:
    page.clock.install()
    page.goto(f"{site.url}/meetings/{site.live}")
    expect(page.locator("#state")).to_have_text("Live now")
    with page.expect_request("**/coverage*"):
        page.clock.run_for(10_000)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(60_000)
    assert [url for url in asked if "coverage" in url] == []


def test_axe_finds_nothing_to_complain_of(themed: Page, site: MeetingSite) -> None:
    themed.goto(f"{site.url}/meetings/{site.whole}")
    themed.get_by_role("slider").focus()
    results = Axe().run(themed)
    assert results.violations_count == 0, results.generate_report()
    assert themed.evaluate("document.documentElement.scrollWidth <= innerWidth")
