"""The widget on a page of another site, under a strict policy: what is said is read, whatever happens."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from streaming.events import Gap, Speech
from tests.browser.caption_site import CaptionSite, caption_site, until
from tests.browser.meeting_site import KEY
from tests.support.evalset import ROOT

pytestmark = pytest.mark.browser

CUT_MS = 5_000


@pytest.fixture(scope="module")
def site() -> Iterator[CaptionSite]:
    """One server for the tests of this module."""
    with caption_site() as running:
        yield running


@pytest.fixture(autouse=True)
def whole_again(site: CaptionSite) -> Iterator[None]:
    """The network works when a test is over."""
    yield
    site.cut(refusing=False)


def lines(page: Page) -> Locator:
    """Settled lines."""
    return page.get_by_role("log").locator(".line")


def words(page: Page) -> list[str]:
    """The text of settled lines, in order."""
    return lines(page).locator(".said").all_inner_texts()


def status(page: Page) -> Locator:
    """What the widget says of itself."""
    return page.get_by_role("status")


def button(page: Page, name: str) -> Locator:
    """A button of the widget."""
    return page.get_by_role("button", name=name, exact=True)


def test_the_page_that_partners_copy_shows_what_is_said(page: Page, site: CaptionSite) -> None:
    meeting = site.meeting()
    site.say(meeting, "a", "Good morning.", start=1, speaker="Anna")
    copied = (ROOT / "examples" / "widget.html").read_text()
    assert len(copied.splitlines()) == 5
    for shown, ours in (
        ("http://127.0.0.1:8080", site.url),
        ("MEETING", meeting),
        ("TOKEN", site.token(meeting)),
    ):
        assert copied.count(shown) == 1
        copied = copied.replace(shown, ours)
    page.goto(site.embed(copied))
    expect(status(page)).to_have_text("Live")
    assert words(page) == ["Good morning."]


def test_what_was_said_and_what_is_being_said_is_read_on_a_page_elsewhere(
    page: Page, site: CaptionSite
) -> None:
    meeting = site.meeting()
    site.say(meeting, "a", "Good morning.", start=1, speaker="Anna")
    site.say(meeting, "b", "Shall we begin?", start=3, speaker="Anna")
    page.goto(site.widget(meeting))
    expect(status(page)).to_have_text("Live")
    expect(lines(page)).to_have_count(2)
    site.say(meeting, "c", "Yes,", pending="please go", start=5, final=False, speaker="Boris")
    growing = page.get_by_role("group", name="Words being recognised")
    expect(growing.locator(".committed")).to_have_text("Yes,")
    expect(growing.locator(".tentative")).to_have_text(" please go")
    site.say(meeting, "c", "Yes, please go ahead.", start=5, speaker="Boris")
    expect(lines(page)).to_have_count(3)
    expect(growing.locator(".line")).to_have_count(0)
    assert words(page) == ["Good morning.", "Shall we begin?", "Yes, please go ahead."]
    expect(page.locator(".who:visible")).to_have_text(["Anna", "Boris"])
    site.tell(meeting, Gap(7, 9.5, "packet_loss"))
    expect(lines(page).last).to_contain_text("2.5 s of sound were lost")
    site.end(meeting)
    expect(status(page)).to_have_text("Ended")


def test_only_what_settles_from_now_on_is_read_out(page: Page, site: CaptionSite) -> None:
    meeting = site.meeting()
    site.say(meeting, "a", "Said before.", start=1)
    page.goto(site.widget(meeting))
    log = page.get_by_role("log")
    expect(lines(page)).to_have_count(1)
    expect(log).to_have_attribute("aria-live", "polite")
    first = page.evaluate("window.first ?? null")
    assert first is None, "the widget leaves no name behind"
    assert page.locator("[aria-live]").count() == 1, "pending words are announced nowhere"


def test_lines_of_two_speakers_at_once_stand_in_the_order_of_their_beginning(
    page: Page, site: CaptionSite
) -> None:
    meeting = site.meeting()
    page.goto(site.widget(meeting))
    expect(status(page)).to_have_text("Live")
    site.say(meeting, "b", "Second.", start=2, speaker="Boris")
    expect(lines(page)).to_have_count(1)
    site.say(meeting, "a", "First.", start=1, speaker="Anna")
    site.say(meeting, "c", "Third.", start=3, speaker="Boris")
    expect(lines(page)).to_have_count(3)
    assert words(page) == ["First.", "Second.", "Third."]
    expect(page.locator(".who:visible")).to_have_text(["Anna", "Boris"])


def test_widgets_of_one_meeting_share_one_connection_however_often_the_script_is_loaded(
    page: Page, site: CaptionSite
) -> None:
    meeting = site.meeting()
    before = site.viewers()
    tag = f'<steno-captions meeting="{meeting}" token="{KEY}"></steno-captions>'
    page.goto(site.embed(tag * 3))
    names = page.evaluate("Object.getOwnPropertyNames(window)")
    page.goto(site.embed(site.script() + site.script("?again") + tag * 3))
    expect(page.get_by_role("status").and_(page.get_by_text("Live", exact=True))).to_have_count(3)
    assert site.viewers() == before + 1
    site.say(meeting, "a", "For all of them.", start=1)
    expect(page.get_by_role("log").get_by_text("For all of them.")).to_have_count(3)
    assert page.evaluate("Object.getOwnPropertyNames(window)") == names
    page.evaluate("document.querySelectorAll('steno-captions').forEach((one) => one.parentNode.append(one))")
    expect(page.get_by_role("log").get_by_text("For all of them.")).to_have_count(3)
    assert site.viewers() == before + 1, "a widget that is moved goes on"
    page.evaluate("document.querySelectorAll('steno-captions').forEach((one) => one.remove())")
    until(page, "!document.querySelector('steno-captions')")
    page.goto("about:blank")


def test_a_network_cut_for_five_seconds_leaves_no_hole_and_no_doubled_line(
    page: Page, site: CaptionSite
) -> None:
    meeting = site.meeting()
    page.goto(site.widget(meeting))
    expect(status(page)).to_have_text("Live")
    site.say(meeting, "s0", "Line 0.", start=0)
    site.say(meeting, "s1", "Line", pending="1", start=1, final=False)
    expect(page.locator(".tentative")).to_have_text(" 1")
    site.cut(refusing=True)
    expect(status(page)).to_have_text("Connection lost, trying again")
    page.evaluate("window.goneAt = performance.now()")
    for number in range(1, 6):
        site.say(meeting, f"s{number}", f"Line {number}.", start=number)
    until(page, f"performance.now() - window.goneAt > {CUT_MS}")
    assert words(page) == ["Line 0."]
    site.cut(refusing=False)
    # After so long a time the widget waits for up to eight seconds before it tries again.
    expect(status(page)).to_have_text("Live")
    site.say(meeting, "s6", "Line 6.", start=6)
    expect(lines(page)).to_have_count(7)
    assert words(page) == [f"Line {number}." for number in range(7)]


def test_the_text_follows_until_the_reader_scrolls_up_and_again_when_asked(
    page: Page, site: CaptionSite
) -> None:
    meeting = site.meeting()
    site.history(meeting, [f"Line {number}." for number in range(60)])
    page.goto(site.widget(meeting))
    expect(lines(page).last).to_be_in_viewport()
    place = page.get_by_role("group", name="Live captions")
    place.hover()
    page.mouse.wheel(0, -600)
    expect(button(page, "Newest")).to_be_visible()
    at = place.evaluate("node => node.scrollTop")
    site.say(meeting, "new", "The newest line.", start=200)
    expect(lines(page)).to_have_count(61)
    assert place.evaluate("node => node.scrollTop") == at
    button(page, "Newest").click()
    expect(page.get_by_text("The newest line.")).to_be_in_viewport()
    expect(button(page, "Newest")).to_be_hidden()


def paused(page: Page, site: CaptionSite) -> str:
    """A meeting whose widget is paused after one line."""
    meeting = site.meeting()
    page.goto(site.widget(meeting))
    site.say(meeting, "a", "Before.", start=1)
    expect(lines(page)).to_have_count(1)
    button(page, "Pause").click()
    expect(status(page)).to_have_text("Paused")
    return meeting


def test_a_paused_widget_shows_nothing_new_and_loses_nothing(page: Page, site: CaptionSite) -> None:
    meeting = paused(page, site)
    site.say(meeting, "b", "Meanwhile.", start=2)
    expect(button(page, "Go on, 1 new")).to_be_visible()
    assert words(page) == ["Before."]
    button(page, "Go on, 1 new").click()
    expect(lines(page)).to_have_count(2)


def test_a_press_counts_also_when_the_button_changes_under_it(page: Page, site: CaptionSite) -> None:
    meeting = paused(page, site)
    button(page, "Go on").hover()
    page.mouse.down()
    site.say(meeting, "b", "Meanwhile.", start=2)
    expect(button(page, "Go on, 1 new")).to_be_visible()
    page.mouse.up()
    expect(status(page)).to_have_text("Live")
    expect(lines(page)).to_have_count(2)


def test_it_says_how_far_behind_it_is_while_words_are_owed(page: Page, site: CaptionSite) -> None:
    meeting = site.meeting()
    page.goto(site.widget(meeting))
    expect(status(page)).to_have_text("Live")
    site.tell(meeting, Speech("started", 10))
    expect(page.get_by_text("behind by 3 s")).to_be_visible()
    site.tell(meeting, Speech("stopped", 10.5))
    site.say(meeting, "a", "Done.", start=10)
    expect(page.get_by_text("behind by")).to_have_count(0)


REFUSALS = [
    ("", "This page shows no token, and the server wants one."),
    ("sk_wrong", "The server does not know the token of this page. Ask whoever gave you the page."),
    ("not a token", "The token of this page has characters that no token has."),
]


@pytest.mark.parametrize(("token", "sentence"), REFUSALS)
def test_a_refused_token_is_explained(page: Page, site: CaptionSite, token: str, sentence: str) -> None:
    meeting = site.meeting()
    site.say(meeting, "a", "Not for everybody.", start=1)
    page.goto(site.widget(meeting, token))
    expect(page.get_by_role("alert")).to_have_text(sentence)
    expect(status(page)).to_have_text("No captions")
    assert words(page) == []
    page.locator("steno-captions").evaluate(f"node => node.setAttribute('token', '{KEY}')")
    expect(lines(page)).to_have_count(1)
    expect(page.get_by_role("alert")).to_be_hidden()


def test_a_meeting_that_is_not_there_and_a_page_that_may_not_show_it_are_explained(
    page: Page, site: CaptionSite
) -> None:
    page.goto(site.widget("nobody"))
    expect(page.get_by_role("alert")).to_have_text(
        "There is no such meeting, or the token of this page is for another one."
    )
    page.goto(site.widget(site.meeting(), "", f'server="{site.open}" lang="ru"'))
    expect(page.get_by_role("alert")).to_have_text(
        "Этой странице показывать субтитры нельзя: они для страниц другого адреса."
    )
    page.goto(site.embed(site.script() + "<steno-captions>"))
    expect(page.get_by_role("alert")).to_have_text("This page does not say which meeting to show.")


def test_a_token_of_another_meeting_or_origin_or_time_is_refused_in_plain_words(
    page: Page, site: CaptionSite
) -> None:
    meeting, other = site.meeting(), site.meeting()
    site.say(meeting, "a", "For its own pages.", start=1)
    here = site.embed("")
    page.goto(site.widget(meeting, site.token(meeting, (here,))))
    expect(lines(page)).to_have_count(1)
    for token, sentence in (
        (site.token(other), "or the token of this page is for another one."),
        (site.token(meeting, ("https://else.example",)), "they are for pages of another address."),
        (site.token(meeting, seconds=-60), "The time of this token is over."),
        (site.token(meeting)[:-8] + "AAAAAAAA", "The server does not accept the token of this page."),
    ):
        page.goto(site.widget(meeting, token))
        expect(page.get_by_role("alert")).to_contain_text(sentence)
        assert words(page) == []


def test_a_page_learns_of_captions_states_and_refusals(page: Page, site: CaptionSite) -> None:
    meeting = site.meeting()
    site.say(meeting, "a", "Before.", start=1, speaker="Anna")
    page.goto(site.embed(site.script()))
    page.evaluate(
        """([meeting, token]) => {
            window.heard = [];
            for (const name of ["state", "caption", "error"])
                addEventListener(`steno-${name}`, ({detail}) => window.heard.push([name, detail]));
            const widget = document.createElement("steno-captions");
            Object.entries({meeting, token}).forEach((pair) => widget.setAttribute(...pair));
            document.querySelector("main").append(widget);
        }""",
        [meeting, KEY],
    )
    until(page, "window.heard.length >= 3")
    until(page, "document.querySelector('steno-captions').view.parts.settled.ariaLive === 'polite'")
    site.say(meeting, "b", "Now.", start=2)
    site.end(meeting)
    until(page, "window.heard.length === 5")
    states = [detail["state"] for name, detail in page.evaluate("window.heard") if name == "state"]
    captions = [detail for name, detail in page.evaluate("window.heard") if name == "caption"]
    assert states == ["connecting", "live", "ended"]
    assert [(one["text"], one["speaker"], one["history"]) for one in captions] == [
        ("Before.", "Anna", True),
        ("Now.", None, False),
    ]


def test_a_bar_shows_the_last_lines_and_the_earlier_ones_when_asked(page: Page, site: CaptionSite) -> None:
    meeting = site.meeting()
    site.history(meeting, [f"Line {number}." for number in range(30)])
    page.goto(site.widget(meeting, attributes='layout="bar"'))
    expect(page.get_by_text("Line 29.")).to_be_in_viewport()
    expect(page.get_by_text("Line 20.")).not_to_be_in_viewport()
    history = button(page, "Earlier lines")
    expect(history).to_have_attribute("aria-expanded", "false")
    history.click()
    expect(page.get_by_text("Line 25.")).to_be_in_viewport()


def test_the_keyboard_is_enough(page: Page, site: CaptionSite) -> None:
    meeting = site.meeting()
    site.history(meeting, [f"Line {number}." for number in range(60)])
    page.goto(site.widget(meeting))
    expect(lines(page)).to_have_count(60)
    page.keyboard.press("Tab")
    expect(page.get_by_role("group", name="Live captions")).to_be_focused()
    place = page.get_by_role("group", name="Live captions")
    place.evaluate(
        """node => {
            window.rested = new Promise((done) => node.addEventListener("scrollend", () => done(true)));
        }"""
    )
    page.keyboard.press("Home")
    # The browser scrolls there in steps of its own, and would go on with them after the next key.
    page.evaluate("window.rested")
    expect(button(page, "Newest")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Line 59.")).to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(button(page, "Pause")).to_be_focused()
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(button(page, "Larger text")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator("steno-captions")).to_have_attribute("size", "3")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator("steno-captions")).to_have_attribute("contrast", "more")
