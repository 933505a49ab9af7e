"""A document to print or to send on, before it is one: headings and lines of plain text. Pure.

In: a `Report`. Out: a `Sheet`, of which `server.documents` makes PDF and DOCX. Nothing in it is markup.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from summarizer.headings import heading
from summarizer.schema import Item, Report, Section
from summarizer.wording import (
    clock,
    details,
    has_items,
    is_its_quote,
    notes,
    one_line,
    spoken,
    talk_time,
    title,
)


@dataclass(frozen=True, slots=True)
class SheetLine:
    """`text`, said `at` some time (as it is shown) by `who`; `detail` stands after it, `quotes` below
    it, each a time and words. What is "" is left out."""

    text: str
    at: str = ""
    who: str = ""
    detail: str = ""
    quotes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Lines under a heading, which may be ""."""

    heading: str
    lines: tuple[SheetLine, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole document. `language` is a code such as `ru`; `notes` stand small below the title."""

    title: str
    language: str
    notes: tuple[str, ...]
    lead: str
    parts: tuple[Part, ...]


def of_report(report: Report) -> Sheet:
    """The report, with the quote beside each statement."""
    parts = [
        Part(one_line(section.heading), tuple(_line(report, section, item) for item in section.items))
        for section in filter(has_items, report.sections)
    ]
    if talk := tuple(_talk(report)):
        parts.append(Part(heading("talk_time", report.language), talk))
    return Sheet(
        one_line(title(report)),
        report.language,
        tuple(one_line(note) for note in notes(report)),
        one_line(report.gist or ""),
        tuple(parts),
    )


def _talk(report: Report) -> Iterator[SheetLine]:
    for name, spent in talk_time(report):
        yield SheetLine(one_line(spent), who=one_line(name))


def _line(report: Report, section: Section, item: Item) -> SheetLine:
    if is_its_quote(section, item) and item.quotes:
        first = item.quotes[0]
        who = one_line(first.speaker) if section.kind != "topics" else ""
        return SheetLine(one_line(item.text), clock(first.start_s), who)
    quotes = tuple((clock(quote.start_s), one_line(spoken(quote))) for quote in item.quotes)
    return SheetLine(one_line(item.text), detail="; ".join(details(report, section, item)), quotes=quotes)
