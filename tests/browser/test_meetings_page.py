"""The list of meetings: found, opened at the words, deleted with a receipt; by eye, key and screen reader."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.meeting_site import KEY
from tests.browser.meetings_site import MANY, MeetingsSite, meetings_site

pytestmark = pytest.mark.browser

ARTIFACTS = Path(__file__).parents[2] / "artifacts" / "meetings"
"""Pictures of the page, for people to look at."""
SIZES = [ViewportSize(width=width, height=height) for width, height in ((360, 740), (900, 700), (1440, 900))]


@pytest.fixture(scope="module")
def site() -> Iterator[MeetingsSite]:
    """One server for the tests of this module."""
    with meetings_site() as served:
        yield served


def test_the_newest_come_first_and_more_when_they_are_scrolled_to(page: Page, site: MeetingsSite) -> None:
    page.goto(f"{site.url}/meetings")
    rows = page.locator("#list > li")
    expect(rows.first).to_contain_text("Design review")
    expect(rows.first.locator(".state")).to_have_text("Live now")
    expect(rows.nth(1)).to_contain_text("3 min 24 s")
    expect(rows.nth(1)).to_contain_text("English, Russian")
    expect(rows.nth(1)).to_contain_text("report ready")
    rows.last.scroll_into_view_if_needed()
    expect(rows).to_have_count(MANY + 2)


def test_what_was_said_is_found_while_it_is_typed_and_opened_at_its_time(
    page: Page, site: MeetingsSite
) -> None:
    page.goto(f"{site.url}/meetings")
    page.get_by_label("Find").press_sequentially("серв")
    hit = page.locator("#hit-list > li")
    expect(hit).to_have_count(1)
    expect(hit.locator("mark")).to_have_text("сервера")
    expect(page.locator("#list > li")).to_have_count(1)
    hit.get_by_role("link").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/meetings/{site.whole}#t=92.3")
    expect(page.locator("#said li[data-at]")).to_contain_text("заказываем два сервера")
    expect(page.locator("#said li[data-at]")).to_be_focused()
    page.go_back()
    expect(page.get_by_label("Find")).to_have_value("серв")
    expect(hit).to_have_count(1)


def test_the_list_is_narrowed_by_state_and_by_day(page: Page, site: MeetingsSite) -> None:
    page.goto(f"{site.url}/meetings")
    rows = page.locator("#list > li")
    expect(rows.first).to_be_visible()
    page.get_by_label("State").select_option("ended")
    expect(rows).to_have_count(1)
    page.get_by_label("From").fill("2099-01-01")
    expect(page.get_by_text("No meeting has this.")).to_be_visible()
    page.get_by_label("From").fill("2001-01-01")
    expect(rows).to_have_count(1)
    page.get_by_label("To").fill("2001-01-02")
    expect(rows).to_have_count(0)


def test_a_meeting_is_deleted_after_a_question_and_its_receipt_is_shown(
    page: Page, site: MeetingsSite
) -> None:
    page.goto(f"{site.url}/meetings?q=%22Stand-up+7%22")
    expect(page.locator("#list > li")).to_have_count(1)
    page.get_by_role("button", name="Delete: Stand-up 7").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#list > li")).to_have_count(1)
    page.get_by_role("button", name="Delete: Stand-up 7").press("Enter")
    page.get_by_role("button", name="Delete for good").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("“Stand-up 7” is deleted")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the receipt").click()
    assert '"receipt": "' in download.value.path().read_text("utf-8")
    page.get_by_role("button", name="Close").press("Enter")
    expect(page.locator("#list > li")).to_have_count(0)
    page.reload()
    expect(page.get_by_text("No meeting has this.")).to_be_visible()


def test_who_may_only_read_is_shown_nothing_to_delete(page: Page, site: MeetingsSite) -> None:
    reads = {"asks_for_key": True, "signed_in": True, "scopes": ["view"]}
    page.route("**/v1/signin", lambda route: route.fulfill(json=reads))
    page.goto(f"{site.url}/meetings")
    expect(page.locator("#list > li").first).to_contain_text("Design review")
    expect(page.get_by_role("button", name="Delete")).to_have_count(0)


def test_a_key_is_asked_for_and_other_pages_lead_here(page: Page, site: MeetingsSite) -> None:
    page.goto(site.locked)
    page.get_by_role("link", name="Meetings").click()
    expect(page.get_by_role("alert")).to_have_text("This server needs an API key. Enter it below.")
    page.get_by_label("API key").fill(KEY)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Weekly planning").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Weekly planning")
    page.get_by_role("link", name="Meetings").click()
    expect(page.locator("#list > li").first).to_be_visible()
    page.get_by_role("button", name="Русский").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Встречи")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_and_pictures_are_taken(browser: Browser, site: MeetingsSite, theme: str) -> None:
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(
        locale="en-GB",
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        bypass_csp=True,
    )
    page = context.new_page()
    for name, query in (("list", ""), ("found", "?q=two+or+budget+or+сервера"), ("delete", "?status=live")):
        page.goto(f"{site.url}/meetings{query}")
        expect(page.locator("#list > li").first).to_be_visible()
        if name == "delete":
            page.get_by_role("button", name="Delete: Design review").click()
        for size in SIZES:
            page.set_viewport_size(size)
            page.screenshot(path=ARTIFACTS / f"{name}-{size['width']}-{theme}.png")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, size)
        page.set_viewport_size(SIZES[0])
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
    context.close()
