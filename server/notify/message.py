"""A report becomes a message: subject, text, HTML, and a few lines for chats. Pure functions.

In: the report and what is known of the meeting. Out: `Message`, in the report's language. Only statements
that the words bear out are told, each with its quote and time; what was left out is counted. Whatever was
said, typed as a name or written by a model is shown as text: it becomes no markup, no header and no line of
its own.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

from server.notify.plain import LONGEST_TEXT, one_line
from server.notify.words import length, moment, word
from summarizer.headings import heading
from summarizer.schema import Item, Quote, Report, Section
from summarizer.wording import clock

TOLD: Final = frozenset({"lexical", "recited", "verbatim", "edited"})
"""The support of the statements that are told, if no doubt is flagged."""
ITEMS: Final = 8
"""Statements of one section that are told."""
QUOTES: Final = 2
"""Quotes of one statement that are told."""
SHORT_ITEMS: Final = 5
_LONGEST_QUOTE: Final = 280
_LONGEST_SUBJECT: Final = 140
_SAFE_ID = re.compile(r"[\w.-]{1,100}")


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a meeting. `link`: where its report is read; `unsubscribe`: where mail is stopped."""

    title: str
    started_at: datetime
    seconds: float
    link: str | None = None
    unsubscribe: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """The same in the forms that the kinds of target take. `subject` is one line."""

    subject: str
    text: str
    html: str
    short: str


@dataclass(frozen=True, slots=True)
class Words:
    """A quote as it is shown."""

    time: str
    speaker: str
    text: str
    link: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """A statement as it is shown; one that is nothing but its quote has no `quotes` and the quote's time."""

    text: str
    time: str
    speaker: str
    details: str
    quotes: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A section as it is shown; `more` tells of statements that have no place here."""

    heading: str
    items: tuple[Told, ...]
    more: str


def message(report: Report, about: About) -> Message:
    """The message about a report."""
    language = report.language
    title = one_line(about.title or report.title or heading("untitled", language), LONGEST_TEXT)
    parts = tuple(_parts(report, about.link))
    values = {
        "language": language,
        "title": title,
        "when": f"{moment(about.started_at, language)} · {length(about.seconds, language)}",
        "alarms": [one_line(text) for text in _alarms(report)],
        "notes": [one_line(text) for text in _notes(report)],
        "parts": parts,
        "empty": "" if parts else word("empty", language),
        "link": about.link,
        "unsubscribe": about.unsubscribe,
        "quoted": heading("quoted", language),
        "preview": parts[0].items[0].text if parts else word("ready", language),
        "say": {key: word(key, language) for key in ("ready", "open", "why", "unsubscribe")},
    }
    return Message(
        subject=one_line(word("subject", language, title=title), _LONGEST_SUBJECT),
        text=_template("report.txt").render(values),
        html=_template("report.html").render(values),
        short=_short(parts, values),
    )


def is_told(item: Item) -> bool:
    """Whether the words bear the statement out, as far as that was checked."""
    return item.support in TOLD and not item.flags and bool(item.quotes)


def _alarms(report: Report) -> Iterator[str]:
    """What a reader must know before reading on: that the report is not whole, and why."""
    if report.status in {"partial", "failed"}:
        yield heading(report.status, report.language)
        if report.covered:
            spans = ", ".join(f"{clock(start)}–{clock(end)}" for start, end in report.covered)
            yield heading("covered", report.language).format(spans=spans) + "."
    if report.reason:
        yield report.reason


def _notes(report: Report) -> Iterator[str]:
    """Who wrote it, and what is not told."""
    if report.model is None:
        yield heading("no_model" if report.covered else "nothing", report.language)
    else:
        yield heading("written_by", report.language).format(model=report.model.model)
    doubtful = sum(not is_told(item) for section in report.sections for item in section.items)
    if doubtful:
        yield word("left_out", report.language, count=doubtful)


def _parts(report: Report, link: str | None) -> Iterator[Part]:
    for section in report.sections:
        told = [_told(report, section, item, link) for item in section.items if is_told(item)]
        if told:
            rest = len(told) - ITEMS
            more = word("more", report.language, count=rest) if rest > 0 else ""
            yield Part(one_line(section.heading), tuple(told[:ITEMS]), more)


def _told(report: Report, section: Section, item: Item, link: str | None) -> Told:
    first = item.quotes[0]
    is_quote = item.support == "verbatim" or section.kind == "topics"
    return Told(
        text=one_line(item.text),
        time=clock(first.start_s) if is_quote else "",
        speaker=one_line(first.speaker, 100) if is_quote and section.kind != "topics" else "",
        details=one_line(" · ".join(_details(report.language, section, item))),
        quotes=() if is_quote else tuple(_words(quote, link) for quote in item.quotes[:QUOTES]),
    )


def _words(quote: Quote, link: str | None) -> Words:
    linked = link and _SAFE_ID.fullmatch(quote.segment_id)
    place = f"{link}#segment-{quote.segment_id}" if linked else None
    return Words(
        clock(quote.start_s), one_line(quote.speaker, 100), one_line(quote.text, _LONGEST_QUOTE), place
    )


def _details(language: str, section: Section, item: Item) -> Iterator[str]:
    if section.kind == "actions":
        owner = item.owner
        yield f"{heading('owner', language)}: {owner}" if owner else heading("no_owner", language)
    if due := " · ".join(filter(None, (item.due_text, str(item.due_date or "")))):
        yield f"{heading('due', language)}: {due}"
    if item.certainty == "tentative":
        yield heading("tentative", language)
    if item.support == "edited":
        yield heading("edited", language)


def _short(parts: tuple[Part, ...], values: Mapping[str, object]) -> str:
    alarms, notes = values["alarms"], values["notes"]
    assert isinstance(alarms, list) and isinstance(notes, list)  # noqa: S101, PT018 (built above)
    items = [f"• {item.text}" for part in parts[:2] for item in part.items][:SHORT_ITEMS]
    lines = [str(values["when"]), *alarms, *items, notes[0]]
    if values["link"]:
        lines.append(str(values["link"]))
    return "\n".join(lines)


@cache
def _environment() -> Environment:
    """Escapes in `.html` alone. The templates are the package's own; nobody else's is ever run."""
    return Environment(
        loader=PackageLoader("server.notify"),
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _template(name: str) -> Template:
    return _environment().get_template(name)
