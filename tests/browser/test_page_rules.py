"""The page's pure modules, asked directly: backlog, delay, captions, the wire."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from server.http.catalogue import CATALOGUE
from streaming.errors import Close
from tests.browser.scripted_server import ScriptedServer

pytestmark = pytest.mark.browser


@pytest.fixture
def page(document: Page) -> Page:
    """The modules are loaded from the server that serves the page."""
    return document


def ask(page: Page, module: str, body: str) -> Any:
    """Run `body` with the module as `m` and return its value."""
    return page.evaluate(f"async () => {{ const m = await import('/static/{module}.js'); {body} }}")


BACKLOG = """
const backlog = new m.Backlog(16000, 3);
const second = (value) => new Int16Array(16000).fill(value).buffer;
const sent = () => {
    const all = [];
    for (let pcm = backlog.take(); pcm; pcm = backlog.take()) all.push(...new Int16Array(pcm));
    return all;
};
const seconds = (samples) => samples.filter((_, i) => i % 16000 === 0);
"""


def test_audio_is_kept_until_it_is_acknowledged(page: Page) -> None:
    body = "[1, 2, 3].forEach((v) => backlog.push(second(v))); sent(); backlog.forget(16000);"
    again = (
        "backlog.rewind(16000); return {again: seconds(sent()), lost: backlog.lost, heard: backlog.heard};"
    )
    assert ask(page, "backlog", BACKLOG + body + again) == {"again": [2, 3], "lost": 0, "heard": 3}


def test_audio_is_sent_again_from_within_a_frame(page: Page) -> None:
    body = (
        "[1, 2].forEach((v) => backlog.push(second(v))); sent(); backlog.rewind(8000); const again = sent();"
    )
    assert ask(page, "backlog", BACKLOG + body + "return [again.length, again[0], again.at(-1)];") == [
        24_000,
        1,
        2,
    ]


def test_a_full_backlog_forgets_what_was_sent_first(page: Page) -> None:
    body = "[1, 2, 3].forEach((v) => backlog.push(second(v))); sent(); backlog.push(second(4));"
    after = "return {lost: backlog.lost, rest: seconds(sent()), heard: backlog.heard};"
    assert ask(page, "backlog", BACKLOG + body + after) == {"lost": 0, "rest": [4], "heard": 4}


def test_silence_stands_for_forgotten_audio_and_is_counted(page: Page) -> None:
    body = "for (const v of [1, 2, 3]) backlog.push(second(v)); sent(); backlog.push(second(4)); sent();"
    again = "backlog.rewind(0); return {again: seconds(sent()), lost: backlog.lost};"
    assert ask(page, "backlog", BACKLOG + body + again) == {"again": [0, 2, 3, 4], "lost": 1}


def test_a_backlog_full_of_unsent_audio_refuses_and_counts(page: Page) -> None:
    body = "[1, 2, 3, 4, 5].forEach((v) => backlog.push(second(v)));"
    after = (
        "return {lost: backlog.lost, unsent: backlog.unsent, sent: seconds(sent()), heard: backlog.heard};"
    )
    assert ask(page, "backlog", BACKLOG + body + after) == {
        "lost": 2,
        "unsent": 3,
        "sent": [1, 2, 3],
        "heard": 3,
    }


def delay(page: Page, steps: str, heard: float) -> Any:
    """What is shown after some steps on a delay `d`."""
    return ask(page, "delay", f"let d = m.NO_DELAY; {steps}; return m.behind(d, {heard});")


STARTED = "d = m.afterSpeech(d, {started: true, at: 10})"
WORDS = "d = m.afterCaption(d, {end: 12, final: false}, 12.8)"
MORE_WORDS = "d = m.afterCaption(d, {end: 12.6, final: false}, 13)"
STOPPED = "d = m.afterSpeech(d, {started: false, at: 13})"
SETTLED = "d = m.afterCaption(d, {end: 13, final: true}, 14)"


@pytest.mark.parametrize(
    ("steps", "heard", "shown"),
    [
        ("", 100, None),
        (STARTED, 10.5, 0.5),
        (f"{STARTED}; {WORDS}", 13, 1.8),
        (f"{STARTED}; {WORDS}", 20, 8),
        (f"{STARTED}; {WORDS}; {STOPPED}", 13.5, 1.8),
        (f"{STARTED}; {WORDS}; {MORE_WORDS}", 13, 0.7),
        (f"{STARTED}; {WORDS}; {STOPPED}; {SETTLED}", 14.4, 1.5),
        (f"{STARTED}; {WORDS}; {STOPPED}; {SETTLED}", 20, None),
        (f"{STARTED}; {SETTLED}; {STOPPED}", 20, None),
        (f"{STARTED}; {STOPPED}; d = m.afterAck(d, 13)", 14, None),
        (f"{STARTED}; {STOPPED}", 30, None),
        (f"{STARTED}; {WORDS}; {STOPPED}; {SETTLED}; {STARTED.replace('10', '60')}", 60.4, 1.5),
    ],
)
def test_delay_is_measured_at_arrival_and_grows_only_in_a_stall(
    page: Page, steps: str, heard: float, shown: float | None
) -> None:
    assert delay(page, steps, heard) == (shown if shown is None else pytest.approx(shown))


STORE = """
const caption = (fields) => ({type: "caption", seq: 1, segment: "a", start: 0, end: 1, text: "", pending: "",
    final: false, language: "en", speaker: null, track: null, flags: [], ...fields});
const run = (...events) => events.reduce(m.reduce, m.IDLE);
"""


def test_a_final_line_stays_as_it_is_when_history_is_replayed(page: Page) -> None:
    body = """
    const state = run(caption({text: "Ask not.", final: true}), caption({text: "Ask", pending: "what"}));
    return state.lines.map(({text, pending, final}) => [text, pending, final]);"""
    assert ask(page, "store", STORE + body) == [["Ask not.", "", True]]


def test_lines_stand_in_the_order_of_their_beginning(page: Page) -> None:
    body = """
    const state = run(
        caption({segment: "b", start: 5, text: "second", final: true}),
        caption({segment: "a", start: 1, text: "first", final: true}),
        {type: "gap", start: 3, end: 4, reason: "loss"});
    return state.lines.map(({kind, text}) => text || kind);"""
    assert ask(page, "store", STORE + body) == ["first", "gap", "second"]


def test_a_line_that_came_to_nothing_leaves(page: Page) -> None:
    body = """return run(caption({pending: "um"}), caption({final: true})).lines.length;"""
    assert ask(page, "store", STORE + body) == 0


def test_tentative_words_stay_while_the_recogniser_is_silent_for_a_moment(page: Page) -> None:
    body = """
    const pending = (...events) => run(...events).lines[0]?.pending;
    const words = caption({text: "Ask not", pending: "what your"});
    return [
        pending(words, caption({text: "Ask not"})),
        pending(words, caption({text: "Ask not what your"})),
        pending(words, caption({text: "Ask not", final: true})),
        pending(caption({pending: "um"}), caption({})) ?? null,
    ];"""
    assert ask(page, "store", STORE + body) == ["what your", "", "", None]


def test_the_end_of_a_line_never_goes_back(page: Page) -> None:
    body = """return run(caption({text: "a", end: 4}), caption({text: "a b", end: 3})).lines[0].end;"""
    assert ask(page, "store", STORE + body) == 4


def test_a_cut_session_keeps_what_was_committed_and_drops_what_was_not(page: Page) -> None:
    body = """
    const state = run(
        {type: "ready", session: "s", meeting: "m", resumeToken: "t", position: 0},
        caption({text: "Ask not", pending: "what"}),
        caption({segment: "b", start: 2, pending: "um"}),
        {type: "closed", problem: {code: "lost"}});
    return [state.phase, state.lines.map(({text, pending, final}) => [text, pending, final])];"""
    assert ask(page, "store", STORE + body) == ["ended", [["Ask not", "", True]]]


def test_the_page_holds_a_bounded_number_of_lines(page: Page) -> None:
    body = """
    let state = m.IDLE;
    for (let i = 0; i < m.MOST_LINES + 5; i += 1) {
        state = m.reduce(state, caption({segment: `s${i}`, start: i, text: "x", final: true}));
    }
    return [state.lines.length === m.MOST_LINES, state.lines[0].id, state.pruned];"""
    assert ask(page, "store", STORE + body) == [True, "s5", 5]


@pytest.mark.parametrize(
    "frame",
    [
        "null",
        "'no json'",
        "'[]'",
        '\'{"type":"unknown"}\'',
        '\'{"type":"constructor"}\'',
        "new ArrayBuffer(4)",
    ],
)
def test_what_is_not_of_the_wire_is_nothing(page: Page, frame: str) -> None:
    assert ask(page, "protocol", f"return m.parse({frame});") is None


def test_fields_of_the_wrong_type_become_harmless(page: Page) -> None:
    message = '{"type":"caption","seq":"x","segment":7,"text":{},"end":null,"flags":"no","final":"yes"}'
    parsed = ask(page, "protocol", f"return m.parse({message!r});")
    assert parsed == {
        "type": "caption",
        "seq": 0,
        "segment": "7",
        "start": 0,
        "end": 0,
        "text": "",
        "pending": "",
        "final": False,
        "language": "",
        "speaker": None,
        "track": None,
        "flags": [],
        "label": None,
        "version": 0,
    }


def test_addresses_stay_behind_a_path_prefix(page: Page) -> None:
    body = """
    const base = "https://host/steno/";
    return [m.streamUrl(base), m.transcriptUrl(base, "a/b", "txt", true)];"""
    assert ask(page, "protocol", body) == [
        "wss://host/steno/v1/stream",
        "https://host/steno/v1/meetings/a%2Fb/transcript?format=txt&download=1",
    ]


def test_waits_double_half_by_chance_and_respect_the_server(page: Page) -> None:
    body = """
    const {wait} = m;
    return [wait(0, 0, 0), wait(0, 0, 1), wait(1, 0, 1), wait(2, 0, 0), wait(50, 0, 1), wait(2, 5, 0.5)];"""
    assert ask(page, "backoff", body) == [0.125, 0.25, 0.5, 0.5, 8, 5.5]


RESUMED = """
const resumed = {type: "resumed", position: 16000};
const said = (segment, start, text, more) =>
    caption({segment, start, end: start + 0.9, text, final: true, ...more});
const before = [
    {type: "ready", session: "s", meeting: "m", resumeToken: "t", position: 0},
    said("a", 0, "stored"), said("b", 1, "heard"), caption({segment: "c", start: 2, end: 2.5, text: "still"}),
    resumed,
];
const texts = (...events) => run(...before, ...events).lines.map(({text}) => text);
"""


def test_lines_whose_audio_is_sent_again_give_way_to_what_is_heard_in_their_place(page: Page) -> None:
    body = """return [
        texts(), texts(said("x", 1.1, "heard")), texts(said("x", 1.1, "heard"), said("y", 2, "still here")),
        texts(said("b", 1, "heard again")), texts(said("x", 1.1, "heard", {track: "1"})),
        texts({type: "ended"}),
    ];"""
    assert ask(page, "store", STORE + RESUMED + body) == [
        ["stored", "heard", "still"],
        ["stored", "heard", "still"],
        ["stored", "heard", "still here"],
        ["stored", "heard again", "still"],
        ["stored", "heard", "heard", "still"],
        ["stored"],
    ]


def test_every_sentence_exists_in_both_languages_with_the_same_values(page: Page) -> None:
    body = """
    const places = (sentence) => [...(sentence ?? "").matchAll(/\\{\\w+\\}/g)].map(([place]) => place).sort();
    const {en, ru} = m.SENTENCES;
    const shown = [...document.querySelectorAll("[data-t], [data-t-label]")];
    const keys = shown.map((node) => node.dataset.t ?? node.dataset.tLabel);
    return [...Object.keys(en), ...Object.keys(ru), ...keys].filter(
        (key) => !en[key] || !ru[key] || places(en[key]).join() !== places(ru[key]).join());"""
    assert ask(page, "i18n", body) == []


@pytest.mark.parametrize("module", ["report", "meeting", "widget", "meetings", "settings", "admin"])
def test_the_other_pages_and_parts_speak_both_languages_as_well(page: Page, module: str) -> None:
    body = """
    const places = (sentence) => [...(sentence ?? "").matchAll(/\\{\\w+\\}/g)].map(([place]) => place).sort();
    const {en, ru} = m.SENTENCES;
    return [...Object.keys(en), ...Object.keys(ru)].filter(
        (key) => !en[key] || !ru[key] || places(en[key]).join() !== places(ru[key]).join());"""
    assert ask(page, f"{module}/sentences", body) == []


def test_a_report_is_asked_for_after_pauses_that_grow_and_never_by_a_hidden_page(
    tab: Page, server: ScriptedServer
) -> None:
    body = """
    const asked = [];
    const hide = (hidden) => {
        Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
    };
    let gone = 0;
    window.report = {asked, hide, gone: () => gone};
    window.report.follower = new m.Follower(async () => { asked.push(Date.now()); }, () => { gone += 1; });
    window.report.follower.start();
    return [0, 1, 2, 6, 50].map(m.pause);"""
    # The clock stays with the profile.
    tab.clock.install()
    tab.goto(server.url)
    tab.clock.pause_at("2030-01-01")
    assert ask(tab, "report/follow", body) == [2000, 2800, 3920, 15000, 15000]
    tab.clock.run_for(4_800)
    assert tab.evaluate("report.asked.length") == 2
    tab.evaluate("report.hide(true)")
    tab.clock.run_for(60_000)
    assert tab.evaluate("report.asked.length") == 2
    tab.evaluate("report.hide(false)")
    assert tab.evaluate("report.asked.length") == 3
    tab.clock.run_for(21 * 60_000)
    assert tab.evaluate("[report.gone(), report.asked.length < 100]") == [1, True]
    tab.evaluate("report.hide(false)")
    assert tab.evaluate("report.gone()") == 1


def test_every_reason_of_the_check_is_said_in_both_languages(page: Page) -> None:
    room = Path(__file__).parents[2] / "summarizer"
    told = [
        text
        for name in ("verify.py", "assemble.py", "edits.py")
        for text in re.findall(
            r'f?"((?:it|the cited lines|the section|a cited line) [^"]+)"', (room / name).read_text()
        )
    ]
    reasons = [re.sub(r"\{[^}]+\}", "7", text) for text in told]
    assert len(reasons) >= 9
    body = f"return {reasons}.filter((one) => ['en', 'ru'].some((language) => m.why(one, language) === one));"
    assert ask(page, "report/sentences", body) == []


def test_every_refusal_of_a_stream_and_every_close_has_a_sentence_in_both_languages(page: Page) -> None:
    refusals = [refusal.code for refusal in CATALOGUE if max(refusal.answers) >= Close.DONE]
    body = f"""
    const {{parse, closeReason, ENDED}} = await import("/static/protocol.js");
    const reasons = [
        ...{refusals}.map((code) => [code, parse(JSON.stringify({{type: "error", code}})).code]),
        ...{[int(close) for close in Close]}.map((code) => [code, closeReason(code)])];
    const told = (reason) => ["en", "ru"].every((language) => `problem_${{reason}}` in m.SENTENCES[language]);
    return reasons.filter(([code, reason]) => !told(reason) || (reason === "lost" && code > 999))
        .map(([code]) => code);"""
    # The page takes it for the end that it asked for, or for the loss of its session.
    assert ask(page, "i18n", body) == ["session_ended"]
