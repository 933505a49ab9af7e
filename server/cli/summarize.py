"""`steno summarize`: a transcript file in, its report out, with no server.

Without a language model the report is made of the words themselves; with one it is written by the template,
and each statement is held against the transcript before it is shown.
"""

import asyncio
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from server.cli import llm, terminal
from summarizer.drafts import Meeting
from summarizer.endpoint import Endpoint
from summarizer.finish import finished, from_words
from summarizer.render import markdown, page
from summarizer.schema import Report, to_json
from summarizer.template import Template


class ReportFormat(StrEnum):
    """What a report can be written as."""

    MD = "md"
    HTML = "html"
    JSON = "json"


def summarize(
    transcript: Annotated[Path, typer.Argument(help="Transcript as JSON, such as Steno exports.")],
    *,
    template: llm.TemplateName = "general",
    format_: Annotated[ReportFormat, typer.Option("--format", help="Form of the report.")] = ReportFormat.MD,
    out: Annotated[Path | None, typer.Option(help="File to write; without it the report is printed.")] = None,
    language: Annotated[
        str | None, typer.Option(help="Language of the report; without it the transcript's.")
    ] = None,
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day of the meeting, from which due dates count: today."),
    ] = None,
    llm_url: llm.LlmUrl = None,
    llm_model: llm.LlmModel = None,
    llm_key: llm.LlmKey = None,
    llm_context: llm.LlmContext = 32_768,
) -> None:
    """Write the report of a transcript file, without a server."""
    if out is not None and not out.parent.is_dir():
        terminal.fail(f"There is no folder {out.parent} to write {out.name} into.")
    meeting = llm.meeting_of(transcript, day.date() if day else date.today(), language)
    chosen = llm.chosen_template(template)
    asked = llm.endpoint(llm_url, llm_model, llm_key, llm_context) if llm_url else None
    terminal.run(_summarize(meeting, chosen, asked, format_, out))


async def _summarize(
    meeting: Meeting, template: Template, asked: Endpoint | None, format_: ReportFormat, out: Path | None
) -> None:
    report = await _report(meeting, template, asked) if asked else from_words(meeting)
    text = rendered(report, format_)
    if out is None:
        typer.echo(text.rstrip("\n"))
    else:
        await asyncio.to_thread(out.write_text, text, encoding="utf-8")


async def _report(meeting: Meeting, template: Template, asked: Endpoint) -> Report:
    """What the model wrote as far as it came; from the words alone where that is nothing."""
    written = await llm.written(asked, meeting, template)
    if written.failure is None:
        return written.report
    terminal.tell(written.failure.sentence)
    return finished(meeting, template, written.drafts, written.failure.sentence)


def rendered(report: Report, format_: ReportFormat) -> str:
    """The report as text of this form; HTML as a page of its own."""
    if format_ is ReportFormat.JSON:
        return to_json(report) + "\n"
    if format_ is ReportFormat.MD:
        return markdown(report)
    return page(report)
