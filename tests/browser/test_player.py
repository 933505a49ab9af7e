"""The player of a meeting's page: words that are clicked are heard, what is heard is marked, keys work."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, CDPSession, Page, ViewportSize, expect

from tests.browser.player_site import HOURS, LINES, PlayerSite, player_site
from tests.support.busy import times_slower

pytestmark = pytest.mark.browser

DESKTOP = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=360, height=740)
OPEN_SECONDS = 1.0
APART = 0.15
COLLECT = """
    const Made = window.Audio;
    window.audios = [];
    window.Audio = function () { const one = new Made(); window.audios.push(one); return one; };
"""
TIMES = "() => audios.filter((one) => !one.paused).map((one) => one.currentTime)"


@pytest.fixture(scope="module")
def site() -> Iterator[PlayerSite]:
    """Recorded meetings."""
    with player_site() as served:
        yield served


def opened(page: Page, site: PlayerSite, meeting: str) -> Page:
    """The page with its player."""
    page.add_init_script(COLLECT)
    page.goto(f"{site.url}/meetings/{meeting}")
    expect(page.get_by_role("region", name="Recording")).to_be_visible()
    expect(page.locator("#said[data-heard]")).to_be_visible()
    return page


def busy_seconds(devtools: CDPSession) -> float:
    """Seconds of a processor that the page's thread has taken: other work on the machine does not count."""
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == "ThreadTime"))


def now(page: Page) -> float:
    """Seconds of the meeting that the player is at."""
    told = page.get_by_role("slider", name="Place in the recording").get_attribute("aria-valuenow")
    return float(told or "nan")


def click_word(page: Page, line: int, word: str) -> None:
    """Click in the midst of a word of a line."""
    box: Any = page.evaluate(
        """([line, word]) => {
            const words = document.querySelectorAll('#said li')[line].querySelector('.words');
            words.scrollIntoView({ block: 'center' });
            const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) {
                const at = walker.currentNode.data.indexOf(word);
                if (at < 0) continue;
                const range = document.createRange();
                range.setStart(walker.currentNode, at);
                range.setEnd(walker.currentNode, at + word.length);
                const { left, top, width, height } = range.getBoundingClientRect();
                return [left + width / 2, top + height / 2];
            }
        }""",
        [line, word],
    )
    page.mouse.click(*box)


def test_a_click_on_a_word_plays_the_sound_of_that_moment_on_every_track(
    page: Page, site: PlayerSite
) -> None:
    opened(page, site, site.talk)
    click_word(page, 3, "office")
    begin = 3 * 4 + 5 * 3.9 / 11
    page.wait_for_function(
        f"() => audios.length === 2 && audios.every((one) => !one.paused && one.currentTime > {begin + 0.5})"
    )
    one, other = page.evaluate(TIMES)
    assert begin < one < begin + 3
    assert abs(one - other) < APART
    assert page.evaluate("() => [...CSS.highlights.get('spoken')][0].toString()") in {
        "office", "was", "agreed", "by", "everybody", "today",
    }  # fmt: skip
    expect(page.locator("#said li[data-spoken]")).to_have_count(1)
    page.get_by_role("button", name="Pause").click()
    assert page.evaluate(TIMES) == []


def test_a_track_that_has_a_hole_waits_for_its_place(page: Page, site: PlayerSite) -> None:
    opened(page, site, site.talk)
    click_word(page, 9, "The")  # At 36 s: the second track has nothing from 30 to 40 s.
    page.wait_for_function("() => audios.filter((one) => !one.paused).length === 1")
    page.wait_for_function("() => audios.filter((one) => !one.paused && one.currentTime > 0.3).length === 2")
    first, second = sorted(page.evaluate(TIMES), reverse=True)
    assert first > 40
    assert abs(first - 40 - second) < APART


def test_the_transcript_follows_until_the_reader_scrolls(page: Page, site: PlayerSite) -> None:
    opened(page, site, site.talk)
    page.get_by_role("slider", name="Place in the recording").press("PageUp")
    page.get_by_role("button", name="Play").click()
    expect(page.locator("#said li[data-spoken]")).to_be_in_viewport()
    page.locator("#main").hover()
    page.mouse.wheel(0, -4000)
    back = page.get_by_role("button", name="Back to the words")
    expect(back).to_be_visible()
    expect(page.locator("#said li[data-spoken]")).not_to_be_in_viewport()
    back.click()
    expect(page.locator("#said li[data-spoken]")).to_be_in_viewport()
    expect(back).to_be_hidden()


def test_keys_play_and_go_but_not_where_something_is_typed(page: Page, site: PlayerSite) -> None:
    opened(page, site, site.talk)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert now(page) == 20
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.wait_for_function("() => audios.some((one) => one.currentTime > 20.2)")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    before = now(page)
    page.get_by_role("combobox", name="Speed").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    assert now(page) == before
    page.get_by_role("combobox", name="Speed").select_option("1.5")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => audios.some((one) => !one.paused && one.playbackRate === 1.5)")


def test_a_moment_in_the_address_is_where_it_will_be_heard(page: Page, site: PlayerSite) -> None:
    page.add_init_script(COLLECT)
    page.goto(f"{site.url}/meetings/{site.talk}#t=33.5")
    expect(page.locator("#player-at")).to_have_text("0:33")


def test_what_was_not_recorded_has_no_player(page: Page, site: PlayerSite) -> None:
    page.goto(f"{site.url}/meetings/{site.silent}")
    expect(page.locator("#said li")).to_have_count(2)
    expect(page.locator("#player")).to_be_hidden()


def test_missing_sound_is_told_and_the_page_speaks_russian(page: Page, site: PlayerSite) -> None:
    opened(page, site, site.talk)
    expect(page.locator("#player-note")).to_contain_text("red marks show where it is missing")
    page.get_by_role("button", name="Русский").click()
    expect(page.get_by_role("region", name="Запись")).to_be_visible()
    expect(page.get_by_role("button", name="Слушать")).to_be_visible()
    expect(page.locator("#player-note")).to_contain_text("красным отмечено")


def test_four_hours_open_within_a_second_and_can_be_heard_anywhere(page: Page, site: PlayerSite) -> None:
    page.goto(f"{site.url}/meetings/{site.silent}")  # The browser has the scripts.
    expect(page.locator("#said li")).to_have_count(2)
    page.add_init_script(COLLECT)
    opened_in = []
    for _ in range(3):
        tab = page.context.new_page()  # Of a process of its own, whose whole time is counted.
        devtools = page.context.new_cdp_session(tab)
        devtools.send("Performance.enable")
        begun = time.monotonic()
        tab.goto(f"{site.url}/meetings/{site.long}", wait_until="commit")
        tab.wait_for_function(
            "() => document.querySelector('#player')?.hidden === false && document.querySelector('#said li')"
        )
        opened_in.append((busy_seconds(devtools), time.monotonic() - begun))
        tab.close()
    busy, waited = min(opened_in)
    print(f"a page of {HOURS} hours is open after {busy:.2f} s of its processor, {waited:.2f} s by the clock")
    assert 0.05 < busy < OPEN_SECONDS * times_slower()
    page.goto(f"{site.url}/meetings/{site.long}")
    slider = page.get_by_role("slider", name="Place in the recording")
    expect(slider).to_be_visible()
    slider.click(position={"x": (slider.bounding_box() or {"width": 0})["width"] * 0.75, "y": 20})
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => audios[0].currentTime > 3 * 3600 + 1")
    assert abs(page.evaluate("() => audios[0].duration") - HOURS * 3600) < 0.1
    page.wait_for_function("() => document.querySelector('#said li[data-spoken]')")
    expect(page.locator("#said li[data-spoken]")).to_be_in_viewport()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_to_complain_of(
    browser: Browser, site: PlayerSite, theme: Any, size: ViewportSize
) -> None:
    context = browser.new_context(locale="en-GB", color_scheme=theme, viewport=size, reduced_motion="reduce")
    page = opened(context.new_page(), site, site.talk)
    page.get_by_role("slider", name="Place in the recording").press("PageUp")
    expect(page.locator("#said li")).to_have_count(LINES)
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
