"""The options by which a command is told which language model to ask, and the report that it writes.

In: options or the environment (the names are those of the server's settings). Out: an endpoint, or a report.
A command has no job queue: what fails is not tried again, and the report says why.
"""

import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from server.cli import terminal
from summarizer.assemble import report_of
from summarizer.drafts import Drafts, Meeting
from summarizer.endpoint import Endpoint
from summarizer.failures import WriterFailed
from summarizer.schema import Report
from summarizer.template import BUILT_IN, InvalidTemplate, Template, built_in, read_template
from summarizer.transcripts import InvalidTranscript, read_transcript

LlmUrl = Annotated[
    str | None,
    typer.Option(envvar="STENO_LLM_URL", help="Base URL of an OpenAI-compatible server, as http://host/v1."),
]
LlmModel = Annotated[
    str | None, typer.Option(envvar="STENO_LLM_MODEL", help="Name of the model on that server.")
]
LlmKey = Annotated[str | None, typer.Option(envvar="STENO_LLM_KEY", help="Key of that server.")]
LlmContext = Annotated[
    int, typer.Option(envvar="STENO_LLM_CONTEXT", min=1024, help="Tokens that the model takes in at once.")
]
TemplateName = Annotated[
    str, typer.Option("--template", help=f"{', '.join(BUILT_IN)}, or a TOML file of your own.")
]


@dataclass(frozen=True, slots=True)
class Written:
    """A report with the drafts it was made of; `failure` is why the model did not finish it."""

    report: Report
    drafts: Drafts
    failure: WriterFailed | None = None


def endpoint(url: str, model: str | None, key: str | None, context: int) -> Endpoint:
    """The endpoint that the options name, or the end of the command."""
    if not url.startswith(("http://", "https://")):
        terminal.fail("--llm-url must begin with http:// or https://.")
    if not model:
        terminal.fail("--llm-url needs --llm-model, the model's name on that server.")
    return Endpoint(url, model, key or "", context)


async def written(chosen: Endpoint, meeting: Meeting, template: Template) -> Written:
    """What the model made of a meeting."""
    from summarizer.writer import Writer  # noqa: PLC0415 - slow to import, and only needed to ask a model

    latest = Drafts()

    async def keep(drafts: Drafts) -> None:
        nonlocal latest
        latest = drafts

    writer = Writer(chosen, time.monotonic)
    failure = None
    try:
        latest = await writer.draft(meeting, template, None, keep)
    except WriterFailed as error:
        failure = error
    finally:
        await writer.aclose()
    return Written(report_of(meeting, template, latest), latest, failure)


def chosen_template(name: str) -> Template:
    """A built-in template, or one from a file; or the end of the command."""
    try:
        return read_template(Path(name).read_text("utf-8")) if name.endswith(".toml") else built_in(name)
    except (InvalidTemplate, UnicodeDecodeError) as error:
        terminal.fail(f"{error}.")
    except OSError as error:
        terminal.fail(terminal.sentence(error))


def meeting_of(path: Path, day: date, language: str | None = None) -> Meeting:
    """The meeting whose transcript is in a file, or the end of the command. Its id is the file's name where
    the transcript has none; `language` stands before the transcript's own."""
    try:
        read = read_transcript(path.read_text("utf-8"))
    except UnicodeDecodeError:
        terminal.fail(f"{path} is not UTF-8 text.")
    except InvalidTranscript as error:
        terminal.fail(f"{path}: {error}.")
    except OSError as error:
        terminal.fail(terminal.sentence(error))
    return Meeting(read.meeting_id or path.stem, read.title, day, language or read.language, read.lines)
