"""How the parts of a report are worded, whatever form it is read in: times, notes, doubts, shares. Pure.

In: values of a `Report`. Out: plain text, of which each form makes its own.
"""

import re
from collections.abc import Iterator

from summarizer.headings import heading
from summarizer.schema import Item, Quote, Report, Section

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\s]+")
_LONGEST_QUOTE = 280
_SPEAKERS = 12


def clock(seconds: float) -> str:
    """`1:02:03`, or `2:03` within the first hour."""
    whole = max(0, int(seconds))
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def title(report: Report) -> str:
    """What stands above it."""
    return report.title or heading("untitled", report.language)


def notes(report: Report) -> Iterator[str]:
    """How it came to be and what it covers, a sentence each."""
    language = report.language
    if report.status in {"partial", "failed"}:
        yield heading(report.status, language)
    if report.reason:
        yield report.reason
    if report.model is None:
        yield heading("no_model" if report.covered else "nothing", language)
    else:
        yield heading("written_by", language).format(model=report.model.model)
    if report.covered:
        spans = ", ".join(f"{clock(start)}–{clock(end)}" for start, end in report.covered)
        yield heading("covered", language).format(spans=spans)


def talk_time(report: Report) -> Iterator[tuple[str, str]]:
    """Names, and how long each spoke."""
    total = sum(spent for _, spent in report.stats.talk_time)
    for name, spent in report.stats.talk_time[:_SPEAKERS]:
        share = f" ({spent / total:.0%})" if total else ""
        yield name or heading("unknown", report.language), clock(spent) + share
    rest = sum(spent for _, spent in report.stats.talk_time[_SPEAKERS:])
    if rest:
        yield heading("others", report.language), f"{clock(rest)} ({rest / total:.0%})"


def details(report: Report, section: Section, item: Item) -> list[str]:
    """What stands after a statement: owner, due date, doubts."""
    language = report.language
    details = []
    if section.kind == "actions":
        details.append(
            f"{heading('owner', language)}: {item.owner}" if item.owner else heading("no_owner", language)
        )
    if due := " · ".join(filter(None, (item.due_text, str(item.due_date or "")))):
        details.append(f"{heading('due', language)}: {due}")
    if item.certainty == "tentative":
        details.append(heading("tentative", language))
    if item.support in {"weak", "edited"}:
        details.append(heading(item.support, language))
    return details + [heading(f"flag_{flag}", language) for flag in item.flags]


def is_its_quote(section: Section, item: Item) -> bool:
    """Whether the statement is the words that were said, so that no quote need stand beside it."""
    return item.support == "verbatim" or section.kind == "topics"


def spoken(quote: Quote) -> str:
    """Who said what, shortened."""
    text = quote.text if len(quote.text) <= _LONGEST_QUOTE else quote.text[: _LONGEST_QUOTE - 1] + "…"
    return f"{quote.speaker}: {text}" if quote.speaker else text


def one_line(text: str) -> str:
    """Without breaks and control characters."""
    return _CONTROL.sub(" ", text).strip()


def has_items(section: Section) -> bool:
    """Whether it is shown: one whose every item was removed by hand is not."""
    return bool(section.items)
