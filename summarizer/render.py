"""The report to read: Markdown and HTML. `schema.to_json` is its third form.

In: a `Report`. Out: text. Whatever was said, typed as a name or written by a model is shown as text and can
become no markup. The quote stands beside each statement and is called "quoted": that words were said does not
prove the statement.
"""

import re
from collections.abc import Callable, Iterator
from html import escape

from summarizer.headings import heading
from summarizer.schema import Item, Quote, Report, Section

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&!$^=])")
_LINE_START = re.compile(r"^([-+]|\d+[.)])(?=\s|$)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\s]+")
STYLE = (
    ":root{color-scheme:light dark}body{margin:0;font:17px/1.5 system-ui,sans-serif}"
    "article{max-width:44rem;margin:0 auto;padding:1.5rem 1rem 4rem}h1{font-size:1.6rem;line-height:1.25}"
    "h2{font-size:1.15rem;margin:2rem 0 .5rem}ul{list-style:none;margin:0;padding:0}li{margin:.6rem 0}"
    ".note,.detail{color:light-dark(#555,#aaa);font-size:.9rem}.note{margin:.2rem 0}"
    "blockquote{margin:.2rem 0 .2rem .2rem;padding-left:.8rem;border-left:3px solid light-dark(#ccc,#555);"
    "font-size:.95rem}.cite{font-variant-numeric:tabular-nums;margin-right:.3rem}"
)
"""The style sheet of a page, which names its hash in a Content-Security-Policy."""
_SECTION_QUOTE = 280
_SPEAKERS = 12


def clock(seconds: float) -> str:
    """`1:02:03`, or `2:03` within the first hour."""
    whole = max(0, int(seconds))
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def markdown(report: Report) -> str:
    """CommonMark."""
    parts = [f"# {_md(_title(report))}", *(f"_{_md(note)}_" for note in _notes(report))]
    if report.gist:
        parts.append(_md(report.gist))
    for section in filter(_has_items, report.sections):
        parts.append(f"## {_md(section.heading)}")
        parts.append("\n".join(_md_item(report, section, item) for item in section.items))
    if talk := list(_talk_time(report)):
        parts.append(f"## {heading('talk_time', report.language)}")
        parts.append("\n".join(f"- {_md(name)}: {_md(spent)}" for name, spent in talk))
    return "\n\n".join(part for part in parts if part) + "\n"


def html(report: Report, *, links: bool = True) -> str:
    """A fragment to be placed in a page that shows the transcript: each quote is a link `#segment-ID` with
    `data-start` in seconds. Without `links` it stands for itself."""
    cite = _link if links else _moment
    parts = [f'<article class="report" lang="{escape(report.language)}">', f"<h1>{_h(_title(report))}</h1>"]
    parts += [f'<p class="note">{_h(note)}</p>' for note in _notes(report)]
    if report.gist:
        parts.append(f"<p>{_h(report.gist)}</p>")
    for section in filter(_has_items, report.sections):
        items = "".join(_html_item(report, section, item, cite) for item in section.items)
        parts.append(f"<section><h2>{_h(section.heading)}</h2><ul>{items}</ul></section>")
    if talk := list(_talk_time(report)):
        name = _h(heading("talk_time", report.language))
        rows = "".join(f"<li>{_h(who)}: {_h(spent)}</li>" for who, spent in talk)
        parts.append(f"<section><h2>{name}</h2><ul>{rows}</ul></section>")
    return "\n".join([*parts, "</article>", ""])


def _has_items(section: Section) -> bool:
    """Whether it is shown: one whose every item was removed by hand is not."""
    return bool(section.items)


def page(report: Report) -> str:
    """The same as a page of its own, readable without a style sheet of somebody else's."""
    return (
        f'<!doctype html>\n<html lang="{escape(report.language)}">\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_h(_title(report))}</title>\n<style>{STYLE}</style>\n"
        f"<body>\n{html(report, links=False)}</body>\n</html>\n"
    )


def _title(report: Report) -> str:
    return report.title or heading("untitled", report.language)


def _notes(report: Report) -> Iterator[str]:
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


def _talk_time(report: Report) -> Iterator[tuple[str, str]]:
    total = sum(spent for _, spent in report.stats.talk_time)
    for name, spent in report.stats.talk_time[:_SPEAKERS]:
        share = f" ({spent / total:.0%})" if total else ""
        yield name or heading("unknown", report.language), clock(spent) + share
    rest = sum(spent for _, spent in report.stats.talk_time[_SPEAKERS:])
    if rest:
        yield heading("others", report.language), f"{clock(rest)} ({rest / total:.0%})"


def _details(report: Report, section: Section, item: Item) -> list[str]:
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


def _is_its_quote(section: Section, item: Item) -> bool:
    return item.support == "verbatim" or section.kind == "topics"


def _md_item(report: Report, section: Section, item: Item) -> str:
    if _is_its_quote(section, item) and item.quotes:
        first = item.quotes[0]
        name = f" **{_md(first.speaker)}:**" if first.speaker and section.kind != "topics" else ""
        return f"- `{clock(first.start_s)}`{name} {_md(item.text)}"
    details = _details(report, section, item)
    lines = [f"- {_md(item.text)}" + (f" — {_md('; '.join(details))}" if details else "")]
    lines += [
        f"  > {heading('quoted', report.language)} `{clock(quote.start_s)}` {_md(_spoken(quote))}\n"
        for quote in item.quotes
    ]
    return "\n".join(lines)


def _html_item(report: Report, section: Section, item: Item, cite: Callable[[Quote], str]) -> str:
    if _is_its_quote(section, item) and item.quotes:
        first = item.quotes[0]
        name = f" <b>{_h(first.speaker)}:</b>" if first.speaker and section.kind != "topics" else ""
        return f"<li>{cite(first)}{name} {_h(item.text)}</li>"
    details = "".join(f' <span class="detail">{_h(text)}</span>' for text in _details(report, section, item))
    label = _h(heading("quoted", report.language))
    quotes = "".join(
        f"<blockquote>{label} {cite(quote)} {_h(_spoken(quote))}</blockquote>" for quote in item.quotes
    )
    return f"<li>{_h(item.text)}{details}{quotes}</li>"


def _spoken(quote: Quote) -> str:
    text = quote.text if len(quote.text) <= _SECTION_QUOTE else quote.text[: _SECTION_QUOTE - 1] + "…"
    return f"{quote.speaker}: {text}" if quote.speaker else text


def _link(quote: Quote) -> str:
    return (
        f'<a class="cite" href="#segment-{escape(quote.segment_id)}" data-start="{quote.start_s:.3f}">'
        f"{clock(quote.start_s)}</a>"
    )


def _moment(quote: Quote) -> str:
    return f'<span class="cite">{clock(quote.start_s)}</span>'


def _line(text: str) -> str:
    return _CONTROL.sub(" ", text).strip()


def _md(text: str) -> str:
    return _LINE_START.sub(r"\\\1", _MARKUP.sub(r"\\\1", _line(text)))


def _h(text: str) -> str:
    return escape(_line(text))
