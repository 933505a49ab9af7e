"""Whatever is said, the report without a model is valid, quotes word for word, and shows text as text."""

from datetime import date
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from summarizer.dates import due_date
from summarizer.evidence import Evidence
from summarizer.extractive import extractive_report
from summarizer.forms import statements
from summarizer.ladder import Answered, Ask, Done, Failed, after
from summarizer.numbers import numbers
from summarizer.prompt import numbered
from summarizer.render import html, markdown
from summarizer.schema import Line, from_json, to_json
from summarizer.template import built_in
from summarizer.verify import Candidate, check

DAY = date(2026, 2, 28)
HOSTILE = (
    "<script>alert(1)</script> I will send the report tomorrow",
    '"><img src=x onerror=alert(1)> can you please check this?',
    "[click](javascript:alert(1)) and ![x](http://evil) cost 1,000,000 euros on May 5",
    "# Decisions\n\n* approved **now** `code` | a | b |",
    "Давайте так: я отправлю письмо до пятницы, <b>две</b> тысячи",
)
SPOKEN = str.split("we launch the red remote not on Friday я решим две тысячи two Anna ?")
texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=80),
    st.lists(st.sampled_from(SPOKEN)).map(" ".join),
)
times = st.floats(0, 20_000)
speakers = st.sampled_from(["", "Anna", "Ольга", "<i>Eve</i>", "*A*\n# B"])


@st.composite
def meetings(draw: st.DrawFn) -> list[Line]:
    rows = draw(st.lists(st.tuples(speakers, times, st.floats(0, 60), texts), max_size=25))
    return [
        Line(str(number), speaker, start, start + length, text)
        for number, (speaker, start, length, text) in enumerate(rows)
    ]


class Tags(HTMLParser):
    """The names of tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen |= {tag, *(name for name, _ in attrs)}


OURS = set(str.split("article class lang h1 p section h2 ul li a href data-start b span blockquote"))
PLAIN = {"heading", "paragraph", "bullet_list", "list_item", "inline", "text", "em", "strong", "code_inline"}
PLAIN |= {"softbreak", "blockquote"}


@settings(max_examples=60)
@given(meetings())
def test_any_meeting_has_a_valid_report_that_quotes_word_for_word(meeting: list[Line]) -> None:
    report = extractive_report("m", meeting)
    assert from_json(to_json(report)) == report
    said = {line.id: line for line in meeting}
    for section in report.sections:
        assert section.items
        for item in section.items:
            (quote,) = item.quotes
            assert quote.text in said[quote.segment_id].text
            assert item.cites == (quote.segment_id,)


@settings(max_examples=60)
@given(meetings(), texts)
def test_what_was_said_becomes_no_markup(meeting: list[Line], title: str) -> None:
    report = extractive_report("m", meeting, title=title, reason="<script>")
    page = Tags()
    page.feed(html(report))
    assert page.seen <= OURS
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown(report))
    kinds = {
        token.type.removesuffix("_open").removesuffix("_close")
        for block in tokens
        for token in [block, *(block.children or [])]
    }
    assert kinds <= PLAIN


@settings(max_examples=60)
@given(meetings(), texts, st.lists(st.text(max_size=3), max_size=6), st.none() | texts, st.none() | texts)
def test_any_statement_is_kept_or_dropped_with_a_reason(
    meeting: list[Line], text: str, cites: list[str], owner: str | None, due: str | None
) -> None:
    result = check("x", "actions", [Candidate(text, tuple(cites), owner, due)], Evidence(meeting), DAY)
    assert len(result.items) + len(result.dropped) == 1
    ids = {line.id for line in meeting}
    assert all(item.cites and set(item.cites) <= ids for item in result.items)
    assert all(dropped.why for dropped in result.dropped)


@settings(max_examples=100)
@given(st.text(max_size=200) | texts)
def test_any_words_can_be_read(words: str) -> None:
    assert numbers(words) == numbers(words)
    found = due_date(words, DAY)
    assert found is None or isinstance(found, date)
    form = statements(built_in("general").sections, numbered([]))
    step: object = after(Ask("text"), Answered(words), form.read)
    assert isinstance(step, (Ask, Done, Failed))
