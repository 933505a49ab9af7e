"""The report to read: Markdown and HTML. `schema.to_json` is its third form.

In: a `Report`. Out: text. Whatever was said, typed as a name or written by a model is shown as text and can
become no markup. The quote stands beside each statement and is called "quoted": that words were said does not
prove the statement.
"""

import re
from collections.abc import Callable
from html import escape

from summarizer.headings import heading
from summarizer.schema import Item, Quote, Report, Section
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

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&!$^=])")
_LINE_START = re.compile(r"^([-+]|\d+[.)])(?=\s|$)")
STYLE = (
    ":root{color-scheme:light dark}body{margin:0;font:17px/1.5 system-ui,sans-serif}"
    "article{max-width:44rem;margin:0 auto;padding:1.5rem 1rem 4rem}h1{font-size:1.6rem;line-height:1.25}"
    "h2{font-size:1.15rem;margin:2rem 0 .5rem}ul{list-style:none;margin:0;padding:0}li{margin:.6rem 0}"
    ".note,.detail{color:light-dark(#555,#aaa);font-size:.9rem}.note{margin:.2rem 0}"
    "blockquote{margin:.2rem 0 .2rem .2rem;padding-left:.8rem;border-left:3px solid light-dark(#ccc,#555);"
    "font-size:.95rem}.cite{font-variant-numeric:tabular-nums;margin-right:.3rem}"
)
"""The style sheet of a page, which names its hash in a Content-Security-Policy."""


def markdown(report: Report) -> str:
    """CommonMark."""
    parts = [f"# {_md(title(report))}", *(f"_{_md(note)}_" for note in notes(report))]
    if report.gist:
        parts.append(_md(report.gist))
    for section in filter(has_items, report.sections):
        parts.append(f"## {_md(section.heading)}")
        parts.append("\n".join(_md_item(report, section, item) for item in section.items))
    if talk := list(talk_time(report)):
        parts.append(f"## {heading('talk_time', report.language)}")
        parts.append("\n".join(f"- {_md(name)}: {_md(spent)}" for name, spent in talk))
    return "\n\n".join(part for part in parts if part) + "\n"


def html(report: Report, *, links: bool = True) -> str:
    """A fragment to be placed in a page that shows the transcript: each quote is a link `#segment-ID` with
    `data-start` in seconds. Without `links` it stands for itself."""
    cite = _link if links else _moment
    parts = [f'<article class="report" lang="{escape(report.language)}">', f"<h1>{_h(title(report))}</h1>"]
    parts += [f'<p class="note">{_h(note)}</p>' for note in notes(report)]
    if report.gist:
        parts.append(f"<p>{_h(report.gist)}</p>")
    for section in filter(has_items, report.sections):
        items = "".join(_html_item(report, section, item, cite) for item in section.items)
        parts.append(f"<section><h2>{_h(section.heading)}</h2><ul>{items}</ul></section>")
    if talk := list(talk_time(report)):
        name = _h(heading("talk_time", report.language))
        rows = "".join(f"<li>{_h(who)}: {_h(spent)}</li>" for who, spent in talk)
        parts.append(f"<section><h2>{name}</h2><ul>{rows}</ul></section>")
    return "\n".join([*parts, "</article>", ""])


def page(report: Report) -> str:
    """The same as a page of its own, readable without a style sheet of somebody else's."""
    return (
        f'<!doctype html>\n<html lang="{escape(report.language)}">\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_h(title(report))}</title>\n<style>{STYLE}</style>\n"
        f"<body>\n{html(report, links=False)}</body>\n</html>\n"
    )


def _md_item(report: Report, section: Section, item: Item) -> str:
    if is_its_quote(section, item) and item.quotes:
        first = item.quotes[0]
        name = f" **{_md(first.speaker)}:**" if first.speaker and section.kind != "topics" else ""
        return f"- `{clock(first.start_s)}`{name} {_md(item.text)}"
    doubts = details(report, section, item)
    lines = [f"- {_md(item.text)}" + (f" — {_md('; '.join(doubts))}" if doubts else "")]
    lines += [
        f"  > {heading('quoted', report.language)} `{clock(quote.start_s)}` {_md(spoken(quote))}\n"
        for quote in item.quotes
    ]
    return "\n".join(lines)


def _html_item(report: Report, section: Section, item: Item, cite: Callable[[Quote], str]) -> str:
    if is_its_quote(section, item) and item.quotes:
        first = item.quotes[0]
        name = f" <b>{_h(first.speaker)}:</b>" if first.speaker and section.kind != "topics" else ""
        return f"<li>{cite(first)}{name} {_h(item.text)}</li>"
    doubts = "".join(f' <span class="detail">{_h(text)}</span>' for text in details(report, section, item))
    label = _h(heading("quoted", report.language))
    quotes = "".join(
        f"<blockquote>{label} {cite(quote)} {_h(spoken(quote))}</blockquote>" for quote in item.quotes
    )
    return f"<li>{_h(item.text)}{doubts}{quotes}</li>"


def _link(quote: Quote) -> str:
    return (
        f'<a class="cite" href="#segment-{escape(quote.segment_id)}" data-start="{quote.start_s:.3f}">'
        f"{clock(quote.start_s)}</a>"
    )


def _moment(quote: Quote) -> str:
    return f'<span class="cite">{clock(quote.start_s)}</span>'


def _md(text: str) -> str:
    return _LINE_START.sub(r"\\\1", _MARKUP.sub(r"\\\1", one_line(text)))


def _h(text: str) -> str:
    return escape(one_line(text))
