"""A message tells what the words bear out, beside the words, and nothing in it is more than text."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from server.notify.message import ITEMS, About, message
from server.notify.plain import one_line
from summarizer.schema import Section
from tests.support.reports import ABOUT, ACTIONS, DECISIONS, QUESTIONS, item, quote, report

LINK = "https://steno.example/meetings/mtg_1"


class Page(HTMLParser):
    """The tags of a page, its links, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data

    def links(self) -> list[str | None]:
        return [value for name, value in self.attributes if name in {"href", "src", "background"}]


def bullets(*items: object) -> Section:
    return replace(QUESTIONS, items=items)  # type: ignore[arg-type]


def test_each_statement_stands_beside_its_quotes_and_their_times() -> None:
    made = message(report(), ABOUT)
    for text in (made.text, Page(made.html).text):
        statement, first, second = (
            text.index("launches with Stripe on 4 November"),
            text.index("3:05 Ann: "),
            text.index("3:11 Ben: "),
        )
        assert statement < first < second < text.index("Action items")
        assert "we launch with Stripe on November fourth, everybody agreed?" in text
        assert "Owner: Priya · Due: by Thursday · 2026-11-05" in text
        assert "1:02:05 Ben: Who pays for it?" in text
        assert "Written by qwen3." in text
    assert made.subject == "Report: Launch review"
    assert "4 November 2026, 09:30 UTC · 1 h 12 min" in made.text


@pytest.mark.parametrize(
    "doubtful",
    [
        item("Everything is free", support="weak"),
        item("Everything is free", flags=("number",)),
        item("Everything is free", flags=("negation",), support="edited"),
        replace(item("Everything is free"), quotes=()),
    ],
)
def test_what_the_words_do_not_bear_out_is_left_out_and_counted(doubtful: object) -> None:
    made = message(report(DECISIONS, bullets(doubtful, item("A good one"))), ABOUT)
    for text in (made.text, made.html, made.short):
        assert "Everything is free" not in text
    assert "without doubt: 1." in made.text
    assert "A good one" in made.text


def test_a_section_of_nothing_but_doubts_has_no_heading() -> None:
    made = message(report(bullets(item("x", support="weak"))), ABOUT)
    assert "Questions asked" not in made.text
    assert "There is nothing in it to tell here." in made.text


@pytest.mark.parametrize("support", ["lexical", "recited", "verbatim", "edited"])
def test_what_the_words_bear_out_is_told(support: str) -> None:
    assert "A good one" in message(report(bullets(item("A good one", support=support))), ABOUT).text


def test_it_is_said_that_no_model_wrote_it() -> None:
    made = message(report(QUESTIONS, model=None, status="extractive"), ABOUT)
    for text in (made.text, made.html, made.short):
        assert "No language model was used" in text


def test_it_is_said_that_it_is_not_whole_how_far_it_goes_and_why() -> None:
    reason = "The language model is busy."
    made = message(report(status="partial", covered=((0.0, 1800.0),), reason=reason), ABOUT)
    for text in (made.text, Page(made.html).text, made.short):
        assert "This report is incomplete." in text
        assert "Covers 0:00–30:00." in text
        assert reason in text
    whole = message(report(), ABOUT)
    assert "Covers" not in whole.text


def test_it_speaks_the_language_of_the_meeting() -> None:
    made = message(report(ACTIONS, language="ru", model=None), ABOUT)
    assert made.subject == "Отчёт: Launch review"
    for words in (
        "Языковая модель не использовалась",
        "4 ноября 2026, 09:30 UTC · 1 ч 12 мин",
        "цитата 23:22",
    ):
        assert words in made.text
    assert '<html lang="ru">' in made.html


def test_of_a_long_section_the_rest_is_counted() -> None:
    made = message(report(bullets(*(item(f"Point {n}") for n in range(ITEMS + 3)))), ABOUT)
    assert f"Point {ITEMS - 1}" in made.text
    assert f"Point {ITEMS}" not in made.text
    assert "and 3 more in the report" in made.text


def test_links_are_those_that_were_given_and_nothing_is_loaded() -> None:
    stop = "https://steno.example/unsubscribe/abc"
    page = Page(message(report(), replace(ABOUT, link=LINK, unsubscribe=stop)).html)
    assert page.links() == [f"{LINK}#segment-s1-4"] * 3 + [LINK, stop]
    assert not page.tags & {"img", "script", "link", "iframe"}
    assert "url(" not in message(report(), ABOUT).html
    assert Page(message(report(), ABOUT).html).links() == []


HOSTILE = (
    "<script>x</script> **bold** [x](https://evil.example) {{ 7 * 7 }} {% raw %} \" onclick='x' &lt;b&gt;"
)


def test_markup_in_what_was_said_is_text() -> None:
    sections = replace(
        DECISIONS,
        heading=HOSTILE,
        items=(item(HOSTILE, quote(HOSTILE, speaker=HOSTILE[:60], segment='"><b>'), owner=HOSTILE),),
    )
    plain = message(report(), ABOUT)
    made = message(report(sections, reason=HOSTILE, title=HOSTILE), replace(ABOUT, title="", link=LINK))
    page = Page(made.html)
    assert page.tags <= Page(plain.html).tags | {"a", "div"}
    assert {name for name, _ in page.attributes} <= {name for name, _ in Page(plain.html).attributes} | {
        "href"
    }
    assert page.text.count(HOSTILE) >= 4
    assert HOSTILE in made.text
    assert page.links() == [LINK]


def test_nothing_that_was_typed_makes_a_line_of_its_own() -> None:
    title = "Launch\r\nBcc: all@example.org\u2028\x00\u202e\n\nreview"
    made = message(report(), About(title, ABOUT.started_at, 1.0))
    assert made.subject == "Report: Launch Bcc: all@example.org review"
    assert made.text.splitlines()[0] == "Launch Bcc: all@example.org review"


def test_a_long_subject_is_cut() -> None:
    made = message(report(), replace(ABOUT, title="long " * 100))
    assert len(made.subject) <= 140
    assert made.subject.endswith("…")


@pytest.mark.parametrize("text", ["\ud800x", "\x85x\xa0", "x\u2066\ufeff", "\tx\v"])
def test_one_line_is_storable_and_has_no_hidden_characters(text: str) -> None:
    assert one_line(text) == "x"
