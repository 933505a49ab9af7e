"""Slides on a meeting's page: each between the words at its time, large in a window, to eye, key and screen
reader."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Request, ViewportSize, expect

from server.store.picture_records import NewPicture
from server.store.records import NewMeeting, NewSession, StoredSegment
from streaming.events import Caption
from streaming.segments import Coverage, Segment
from tests.browser.edited_site import EditedSite, edited_site
from tests.browser.meeting_site import KEY
from tests.unit.server.recorder.glances import a_jpeg

pytestmark = pytest.mark.browser

LENGTH = 200.0
SAID = ((10.0, "Good morning, everyone."), (50.0, "Here is the budget."), (90.0, "Any questions?"))
SHOWN = (2.3, 55.3, 60.3, 95.3)
"""Seconds at which slides were shown: one before anything was said, two while somebody spoke, one at the
end."""
STEPS = 60
"""Of a second of the page's time each."""
STEP_MS = 500
"""How long each may take by the clock on the wall."""


@dataclass(frozen=True)
class Slides:
    """Servers, and their meetings: one with slides, one in which nothing was said, one with many lines."""

    site: EditedSite
    held: str
    silent: str
    long: str

    def show(self, meeting: str, at: float) -> None:
        """Somebody showed a slide."""
        raw = a_jpeg(1280, 720)
        new = NewPicture("slide", "image/jpeg", raw, hashlib.sha256(raw).hexdigest(), 1280, 720)

        async def act() -> None:
            store = self.site.aside.value.store
            held = await store.meeting(meeting)
            assert held is not None
            assert held.started_at is not None
            ago = (datetime.now(UTC) - held.started_at).total_seconds() - at
            await store.pictures.add(meeting, new, ago)

        self.site.aside.run(act())


async def _meeting(site: EditedSite, said: Any, *, over: bool = True) -> str:
    meeting = (await site.aside.value.store.create_meeting(NewMeeting(title="Budget review"))).id
    name = f"s-{meeting}"
    await site.aside.value.store.open_session(meeting, NewSession(name, "pcm_s16le", 16_000, 1), ago=LENGTH)
    segments = [
        StoredSegment(Segment(f"{meeting}-{seq}", start, start + 3, text, "en", speaker="Anna"), "", seq)
        for seq, (start, text) in enumerate(said, 1)
    ]
    await site.aside.value.store.save(name, segments, position=1, coverage=Coverage())
    if over:
        await site.aside.value.store.close_session(name, position=1, duration=LENGTH, coverage=Coverage())
    return meeting


@pytest.fixture(scope="module")
def slides() -> Iterator[Slides]:
    """Meetings in which slides were shown."""
    with edited_site() as site:
        many = [(at / 5, f"Line {at} of a long meeting.") for at in range(950)]
        held, silent, long = (site.aside.run(_meeting(site, said)) for said in (SAID, (), many))
        made = Slides(site, held, silent, long)
        for at in SHOWN:
            made.show(held, at)
        made.show(silent, 30.0)
        made.show(long, 0.5)
        made.show(long, 189.1)
        made.show(long, 199.0)
        yield made


def opened(page: Page, slides: Slides, meeting: str) -> Locator:
    page.goto(f"{slides.site.url}/meetings/{meeting}")
    pictures = page.locator(".slide img")
    expect(pictures.first).to_be_attached()
    return pictures


def until(page: Page, wanted: Locator) -> None:
    """Let the page's time go on until something is there, a second at a time: to what goes over the network
    in between a page that hurries on would not listen."""
    for _ in range(STEPS):
        page.clock.run_for(1_000)
        with suppress(AssertionError):
            expect(wanted).to_be_attached(timeout=STEP_MS)
            return
    raise AssertionError("it did not come")


def order(page: Page) -> list[str]:
    """What stands in the transcript, from above to below: words by their time, slides by what is said of
    them."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("#said .slide img, #said .words")].map((node) =>
        [node.getBoundingClientRect().top, node.alt || node.querySelector(".text").textContent])
        .sort(([one], [other]) => one - other).map(([, name]) => name)"""
    )
    return found


def test_slides_stand_between_the_words_at_their_time(page: Page, slides: Slides) -> None:
    pictures = opened(page, slides, slides.held)
    expect(pictures).to_have_count(len(SHOWN))
    assert order(page) == [
        "Slide at 0:02",
        SAID[0][1],
        SAID[1][1],
        "Slide at 0:55",
        "Slide at 1:00",
        SAID[2][1],
        "Slide at 1:35",
    ]
    first = pictures.first
    first.scroll_into_view_if_needed()
    expect(first).to_have_js_property("naturalWidth", 1280)


def test_a_slide_is_seen_large_in_a_window(page: Page, slides: Slides) -> None:
    small = opened(page, slides, slides.held).nth(1)
    page.get_by_role("button", name="Slide at 0:55").click()
    window = page.get_by_role("dialog", name="Slide at 0:55")
    large = window.get_by_role("img", name="Slide at 0:55")
    expect(large).to_have_js_property("naturalWidth", 1280)
    sizes = [one.bounding_box() for one in (small, large)]
    assert sizes[0] is not None
    assert sizes[1] is not None
    assert sizes[1]["width"] > 2 * sizes[0]["width"]
    page.keyboard.press("Escape")
    expect(window).to_have_count(0)
    expect(page.get_by_role("button", name="Slide at 0:55")).to_be_focused()


def test_the_keyboard_comes_to_a_slide_through_its_line(page: Page, slides: Slides) -> None:
    opened(page, slides, slides.held)
    lines = page.locator("#said li")
    lines.first.focus()
    page.keyboard.press("ArrowDown")
    expect(lines.nth(1)).to_be_focused()
    for name in ("Slide at 0:55", "Slide at 1:00"):
        page.keyboard.press("Tab")
        while not page.evaluate("document.activeElement.matches('.slide button')"):
            page.keyboard.press("Tab")
        expect(page.get_by_role("button", name=name)).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#said')") is None


def test_they_are_named_in_the_language_of_the_page(page: Page, slides: Slides) -> None:
    pictures = opened(page, slides, slides.held)
    page.locator("[data-interface=ru]").click()
    expect(pictures.first).to_have_attribute("alt", "Слайд на 0:02")
    expect(pictures).to_have_count(len(SHOWN))
    pictures.nth(3).click()
    window = page.get_by_role("dialog", name="Слайд на 1:35")
    expect(window.get_by_role("button", name="Закрыть")).to_be_visible()


def test_slides_of_a_meeting_in_which_nothing_was_said_are_shown(page: Page, slides: Slides) -> None:
    pictures = opened(page, slides, slides.silent)
    expect(page.locator("#nothing")).to_be_visible()
    expect(pictures).to_be_visible()
    pictures.click()
    expect(page.get_by_role("dialog", name="Slide at 0:30")).to_be_visible()


def test_a_slide_far_below_is_not_loaded_before_it_is_seen(page: Page, slides: Slides) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/pictures/" in request.url:
            asked.append(request.url.rpartition("/")[2])

    page.on("request", note)
    pictures = opened(page, slides, slides.long)
    expect(pictures).to_have_count(3)
    expect(page.locator("li", has_text="Line 945 ").locator(".slide")).to_have_count(1)
    expect(page.locator("li", has_text="Line 949 ").locator(".slide")).to_have_count(1)
    pictures.first.scroll_into_view_if_needed()
    expect(pictures.first).to_have_js_property("complete", True)
    assert asked == ["1"]
    pictures.last.scroll_into_view_if_needed()
    expect(pictures.last).to_have_js_property("naturalWidth", 1280)


def test_slides_of_a_live_meeting_come_while_it_lasts(page: Page, slides: Slides) -> None:
    site = slides.site

    async def begun() -> str:
        meeting = await _meeting(site, SAID[:1], over=False)
        site.aside.value.hub.open(meeting, 0)
        return meeting

    live = site.aside.run(begun())
    page.clock.install()
    page.goto(f"{site.url}/meetings/{live}")
    expect(page.locator("#said li")).to_have_count(1)
    slides.show(live, 60.0)
    until(page, page.locator("#said li").first.locator(".slide"))
    segment = Segment("next", 50.0, 53.0, "Here is the budget.", "en", speaker="Anna")

    async def say() -> None:
        site.aside.value.hub.publish(live, Caption(0, segment, final=True))

    site.aside.run(say())
    until(page, page.locator("#said li").nth(1).locator(".slide"))
    expect(page.locator("#said li").first.locator(".slide")).to_have_count(0)


def test_who_was_given_a_link_sees_them_and_nobody_else(page: Page, slides: Slides) -> None:
    site = slides.site
    headers = {"Authorization": f"Bearer {KEY}"}
    asked = {"scope": "view", "ttl_seconds": 600}
    made = page.request.post(f"{site.locked}/v1/meetings/{slides.held}/tokens", data=asked, headers=headers)
    page.goto(f"{site.locked}/meetings/{slides.held}#token={made.json()['token']}")
    first = page.locator(".slide img").first
    expect(first).to_have_js_property("naturalWidth", 1280)
    source = first.get_attribute("src") or ""
    assert page.request.get(source).status == 200
    assert page.request.get(source.partition("?")[0]).status == 401


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_axe_finds_nothing_to_complain_of(browser: Browser, slides: Slides, theme: Any, width: int) -> None:
    size = ViewportSize(width=width, height=900)
    context = browser.new_context(locale="en-GB", color_scheme=theme, viewport=size)
    page = context.new_page()
    pictures = opened(page, slides, slides.held)
    expect(pictures).to_have_count(len(SHOWN))
    for large in (False, True):
        if large:
            pictures.first.click()
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
