"""A meeting's page under its reader's hands: words corrected, speakers named, files, links, live or long."""

import re
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.browser.edited_site import MANY, EditedSite, edited_site
from tests.browser.meeting_site import SAID
from tests.browser.pictures import pictured
from tests.support.busy import times_slower

PHONE_WIDTH = 360
pytestmark = pytest.mark.browser

AT_ONCE = 1.0
"""Seconds by the clock from the address to the first words of four hours, in a browser that has nothing of
the page yet: the best of `TRIES`, since others use the processor as well."""
TRIES = 5
FRAME_MS = 100.0
"""Of half of the frames while ten thousand lines are scrolled through: tests share the processor, for which
single frames wait long."""

NO_CLIPBOARD = """
const kept = navigator.clipboard;
window.readCopied = () => kept.readText();
Object.defineProperty(navigator, "clipboard", { value: undefined });
"""
"""As on an address without HTTPS."""
NO_COPY = f"{NO_CLIPBOARD} document.execCommand = () => false;"


@pytest.fixture(scope="module")
def site() -> Iterator[EditedSite]:
    """Meetings to be edited."""
    with edited_site() as served:
        yield served


def opened(page: Page, site: EditedSite, meeting: str) -> Locator:
    page.goto(f"{site.url}/meetings/{meeting}")
    lines = page.locator("#said li")
    expect(lines.first).to_be_visible()
    return lines


def test_a_line_is_corrected_in_its_place_and_that_is_undone(page: Page, site: EditedSite) -> None:
    line = opened(page, site, site.whole).nth(2)
    line.locator(".text").dblclick()
    field = page.get_by_role("textbox", name="What was said")
    field.fill("Left as it was.")
    page.keyboard.press("Escape")
    expect(line).to_contain_text(SAID[2][2])
    line.hover()
    line.get_by_role("button", name="Correct these words").click()
    field.fill("The figures are in the second document.")
    page.keyboard.press("Enter")
    expect(line.locator(".text")).to_have_text("The figures are in the second document.")
    expect(line).to_be_focused()
    expect(page.locator("#done-text")).to_have_text("Corrected.")
    line.get_by_role("button", name="corrected").click()
    history = page.get_by_role("dialog", name="What this said before")
    expect(history.locator(".words")).to_have_text(["The figures are in the second document.", SAID[2][2]])
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Undo").click()
    expect(line.locator(".text")).to_have_text(SAID[2][2])
    page.reload()
    expect(page.locator("#said li").nth(2).locator(".text")).to_have_text(SAID[2][2])


def test_somebody_elses_correction_is_not_overwritten(page: Page, site: EditedSite, browser: Browser) -> None:
    line = opened(page, site, site.whole).nth(4)
    other = browser.new_page(locale="en-GB")
    theirs = opened(other, site, site.whole).nth(4)
    for who, here in ((other, theirs), (page, line)):
        here.locator(".text").dblclick()
        who.get_by_role("textbox", name="What was said").fill("Решаем завтра.")
    other.keyboard.press("Enter")
    expect(theirs.locator(".text")).to_have_text("Решаем завтра.")
    page.keyboard.press("Enter")
    expect(line.get_by_role("alert")).to_contain_text("Somebody else has corrected these words meanwhile")
    other.close()


def test_a_speaker_is_named_by_their_name_and_gets_it_back(page: Page, site: EditedSite) -> None:
    lines = opened(page, site, site.whole)
    lines.first.get_by_role("button", name="S1").click()
    window = page.get_by_role("dialog", name="Name the speaker")
    expect(window).to_contain_text("Shown in all 3 of this speaker’s utterances")
    window.get_by_label("Name").fill("Anna Petrova")
    page.keyboard.press("Enter")
    expect(page.locator("#said .who")).to_have_text(
        ["Anna Petrova", "S2", "Anna Petrova", "S2", "Anna Petrova"]
    )
    expect(page.get_by_role("region", name="Report")).to_contain_text("Anna Petrova")
    lines.first.get_by_role("button", name="Anna Petrova").click()
    page.get_by_role("button", name="Call them “S1” again").click()
    expect(lines.first.locator(".who")).to_have_text("S1")


def test_the_keyboard_walks_through_the_lines_as_one_place(page: Page, site: EditedSite) -> None:
    lines = opened(page, site, site.whole)
    lines.first.focus()
    page.keyboard.press("End")
    expect(lines.nth(5)).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    expect(lines.nth(1)).to_be_focused()
    page.keyboard.press("Tab")
    expect(lines.nth(1).locator(".who")).to_be_focused()
    page.keyboard.press("Tab")
    expect(lines.nth(1).locator(".pencil")).to_be_focused()
    lines.nth(1).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="What was said")).to_be_focused()
    page.keyboard.press("Escape")
    expect(lines.nth(1)).to_be_focused()


def test_a_link_lets_others_read_and_nothing_else(page: Page, site: EditedSite, browser: Browser) -> None:
    page.goto(f"{site.locked}/meetings/{site.whole}")
    page.get_by_label("API key").fill("sk_right")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Share a link").click()
    window = page.get_by_role("dialog", name="Share a link")
    window.get_by_label("30 days").check()
    window.get_by_role("button", name="Make the link").click()
    link = window.get_by_role("textbox", name="Link").input_value()
    assert link.startswith(f"{site.locked}/meetings/{site.whole}#token=")
    reader = browser.new_page(locale="en-GB")
    reader.goto(link)
    expect(reader.locator("#said li").first).to_contain_text(SAID[0][2])
    expect(reader.locator("#shared")).to_be_visible()
    expect(reader.get_by_role("button", name="Correct these words")).to_have_count(0)
    for name in ("Share a link", "Delete"):
        expect(reader.get_by_role("button", name=name, exact=True)).to_be_hidden()
    reader.goto("about:blank")
    reader.goto(link[:-4])
    expect(reader.get_by_role("alert")).to_have_text("This link is no longer good. Ask for a new one.")
    reader.close()


def test_of_a_report_as_well_a_link_shows_nothing_to_change(
    page: Page, site: EditedSite, browser: Browser
) -> None:
    meeting = site.make_reported("Budget")
    opened(page, site, meeting)
    expect(page.get_by_role("button", name=re.compile("^Edit:")).first).to_be_visible()
    asked = httpx.post(
        f"{site.locked}/v1/meetings/{meeting}/tokens",
        json={"scope": "view"},
        headers={"Authorization": "Bearer sk_right"},
        trust_env=False,
    )
    reader = browser.new_page(locale="en-GB")
    reader.goto(f"{site.locked}/meetings/{meeting}#token={asked.json()['token']}")
    report = reader.get_by_role("region", name="Report")
    expect(report.get_by_role("button", name="Save as Markdown")).to_be_visible()
    expect(report.get_by_role("button", name=re.compile("^Edit:"))).to_have_count(0)
    expect(report.get_by_role("button", name="Write")).to_have_count(0)
    reader.close()


def test_a_report_says_which_of_its_words_were_corrected_since(page: Page, site: EditedSite) -> None:
    line = opened(page, site, site.make_reported("Launch")).last
    told = page.get_by_role("region", name="Report").get_by_text("The words were corrected since")
    expect(page.get_by_role("region", name="Report")).to_contain_text("I will send the notes")
    expect(told).to_have_count(0)
    line.locator(".text").dblclick()
    page.get_by_role("textbox", name="What was said").fill("Agreed. Boris sends the notes.")
    page.keyboard.press("Enter")
    expect(told.first).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(told).to_have_count(0)


@pytest.mark.parametrize("clipboard", ["not given to the page", "refused"])
def test_a_link_is_copied_without_https_as_well(page: Page, site: EditedSite, clipboard: str) -> None:
    page.context.grant_permissions(["clipboard-read"])
    page.add_init_script(NO_CLIPBOARD if clipboard == "not given to the page" else NO_COPY)
    opened(page, site, site.whole)
    page.get_by_role("button", name="Share a link").click()
    window = page.get_by_role("dialog", name="Share a link")
    window.get_by_role("button", name="Make the link").click()
    window.get_by_role("button", name="Copy").click()
    if clipboard == "refused":
        expect(window.get_by_role("status")).to_have_text("The link is selected: copy it by hand.")
    else:
        expect(window.get_by_role("status")).to_have_text("Copied.")
        link = window.get_by_role("textbox", name="Link").input_value()
        assert page.evaluate("readCopied()") == link
    assert page.evaluate("document.activeElement.value ?? getSelection().toString()")


@pytest.mark.parametrize(
    ("name", "begins"), [("Text", b"Weekly planning"), ("Subtitles (SRT)", b"1\n00:00:03")]
)
def test_files_are_made_of_what_stands_there(page: Page, site: EditedSite, name: str, begins: bytes) -> None:
    opened(page, site, site.whole)
    page.locator("#downloads summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=name, exact=True).click()
    assert download.value.path().read_bytes().startswith(begins)


def test_a_live_meeting_goes_on_in_the_same_list_and_is_edited_there(page: Page, site: EditedSite) -> None:
    site.say("We begin with the budget.", 1.0)
    lines = opened(page, site, site.live)
    site.say("And then", 10.0, final=False)
    expect(page.locator("#said li.growing")).to_contain_text("And then")
    lines.first.locator(".text").dblclick()
    page.get_by_role("textbox", name="What was said").fill("We begin with the budgets.")
    page.keyboard.press("Enter")
    expect(lines.first.locator(".text")).to_have_text("We begin with the budgets.")
    lines.first.get_by_role("button", name="S1").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Anna")
    page.keyboard.press("Enter")
    expect(page.locator("#said .who")).to_have_text(["Anna", "Anna"])
    site.say("And then the launch.", 10.0)
    expect(lines).to_have_text(
        ["0:01Anna We begin with the budgets. corrected", "0:10Anna And then the launch."]
    )
    site.end()
    expect(page.locator("#state")).to_have_text("Ended")


def seconds_to_words(browser: Browser, url: str) -> float:
    """By the clock, from the address to the first words in sight, in a browser that has nothing yet."""
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    began = time.monotonic()
    page.goto(url, wait_until="commit")
    page.wait_for_function("() => document.querySelector('#said li')?.checkVisibility()")
    took = time.monotonic() - began
    context.close()
    return took


def test_four_hours_open_at_once_and_scroll_smoothly(page: Page, site: EditedSite, browser: Browser) -> None:
    long = site.make_long()
    took = [seconds_to_words(browser, f"{site.url}/meetings/{long}") for _ in range(TRIES)]
    lines = opened(page, site, long)
    expect(lines).to_have_count(MANY)
    frames: Any = page.evaluate(
        """() => new Promise((done) => {
          const place = document.getElementById("main");
          const [frames, step] = [[], place.scrollHeight / 60];
          let last = performance.now();
          const frame = (now) => {
            frames.push(now - last);
            last = now;
            place.scrollTop += step;
            if (frames.length < 60) requestAnimationFrame(frame);
            else done(frames);
          };
          requestAnimationFrame(frame);
        })"""
    )
    print(f"first words after {', '.join(f'{one:.2f}' for one in sorted(took))} s")
    print(f"frames of {median(frames):.0f} ms, up to {max(frames):.0f} ms")
    page.goto(f"{site.url}/meetings/{long}#segment-l-09000")
    expect(page.locator("#said li[data-at]")).to_contain_text("9000:")
    assert min(took) < AT_ONCE * times_slower()
    assert median(frames) < FRAME_MS * times_slower()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE_WIDTH, 1440])
def test_axe_finds_nothing_to_complain_of(browser: Browser, site: EditedSite, theme: Any, width: int) -> None:
    size = ViewportSize(width=width, height=900)
    context = browser.new_context(locale="en-GB", color_scheme=theme, viewport=size)
    page = context.new_page()
    lines = opened(page, site, site.whole)
    if width == PHONE_WIDTH:
        pictured(page, "meeting/meeting")
    for part in (
        lines.nth(1).locator(".pencil"),
        page.locator("#downloads summary"),
        page.get_by_role("button", name="Share a link"),
    ):
        page.keyboard.press("Escape")
        part.click()
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
