"""What the widget knows of a meeting, asked directly: order, repetition, the end, the delay."""

from typing import Any

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

CAPTIONS = """
const {Captions, MOST} = await import("/static/widget/captions.js");
const captions = new Captions();
let seq = 0;
const caption = (segment, start, text, more) => captions.hear({type: "caption", seq: ++seq, segment, start,
    end: start + 1, text, pending: "", final: true, language: "en", speaker: null, track: null, flags: [],
    ...more}, more?.now ?? 1000 + start + 1);
const speech = (started, at, now, track = null) => captions.hear({type: "speech", started, at, track}, now);
const texts = () => captions.settled.map(({text}) => text);
const growing = () => [...captions.growing.values()].map(({text, pending}) => text + pending);
"""


@pytest.fixture
def page(document: Page) -> Page:
    """The modules are loaded from the server that serves the page."""
    return document


def ask(page: Page, body: str) -> Any:
    """Run `body` beside empty captions and return its value."""
    return page.evaluate(f"async () => {{ {CAPTIONS} {body} }}")


def test_lines_stand_by_their_beginning_and_once(page: Page) -> None:
    body = """
    caption("b", 5, "second"); caption("a", 1, "first"); caption("b", 5, "second, told again");
    const ids = caption("a", 1, "", {final: false, pending: "late"});
    return [texts(), ids, captions.indexOf(captions.line("b")), captions.seq];"""
    assert ask(page, body) == [["first", "second, told again"], [], 1, 4]


def test_a_line_that_grew_settles_in_its_place(page: Page) -> None:
    body = """
    caption("a", 1, "So", {final: false, pending: " far"});
    const before = [texts(), growing()];
    caption("b", 3, "later"); caption("a", 1, "So far.");
    return [before, texts(), growing()];"""
    assert ask(page, body) == [[[], ["So far"]], ["So far.", "later"], []]


def test_a_draft_that_came_to_nothing_leaves(page: Page) -> None:
    body = """
    caption("a", 1, "", {final: false, pending: "um"});
    return [caption("a", 1, ""), texts(), growing()];"""
    assert ask(page, body) == [["a"], [], []]


def test_at_the_end_what_is_committed_stays_and_what_is_not_goes(page: Page) -> None:
    body = """
    caption("a", 1, "Said", {final: false, pending: "and"});
    caption("b", 2, "", {final: false, pending: "um"});
    const ids = captions.hear({type: "ended"}, 1010);
    return [ids, captions.settled.map(({text, pending, final}) => [text, pending, final]), growing()];"""
    assert ask(page, body) == [["a", "b"], [["Said", "", True]], []]


def test_the_oldest_lines_leave_first_and_are_counted(page: Page) -> None:
    body = """
    for (let at = 0; at < MOST + 3; at += 1) caption(`s${at}`, at, `${at}`);
    return [captions.settled.length === MOST, captions.left, texts()[0], captions.line("s0")];"""
    assert ask(page, body) == [True, 3, "3", None]


def test_how_far_behind_is_known_from_the_freshest_event(page: Page) -> None:
    body = """
    caption("old", 1, "Long ago.", {now: 1500}); captions.begin();
    const quiet = captions.behind(1600);
    speech(true, 600, 1600);
    const soon = captions.behind(1600.5), late = captions.behind(1603);
    caption("a", 600, "Words", {final: false, now: 1603.5});
    const shown = captions.behind(1603.6);
    speech(false, 601.2, 1603.8);
    caption("a", 600, "Words.", {now: 1604});
    return [quiet, soon, late, Math.round(shown), captions.behind(1700)];"""
    assert ask(page, body) == [None, 0.5, 3, 3, None]


def test_the_track_that_waits_longest_counts(page: Page) -> None:
    body = """
    speech(true, 10, 1010, "a"); speech(true, 12, 1012, "b");
    return captions.behind(1013);"""
    assert ask(page, body) == 3
