"""`steno report-eval`: how well a language model reports, on transcripts of which people marked what matters.

In: transcript files, the gold, an endpoint. Out: a table for the terminal, or JSON. The model's statements
pass the same check as in the product; what it refuses is counted, not hidden.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from server.cli import llm, terminal
from summarizer.drafts import Meeting
from summarizer.endpoint import Endpoint
from summarizer.failures import WriterFailed
from summarizer.scoring import KINDS, Gold, Hits, InvalidGold, Scores, read_gold, scores
from summarizer.template import Template

_DAY = date(2025, 1, 6)
"""A day for the meetings, so that runs can be compared."""


def report_eval(
    transcripts: Annotated[list[Path], typer.Argument(help="Transcripts as JSON.")],
    *,
    gold: Annotated[
        Path | None,
        typer.Option(
            help="JSON by file name without .json, or by language: "
            '{"en": {"decision": [3], "task": [[5, 6]]}}.'
        ),
    ] = None,
    template: llm.TemplateName = "general",
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
    llm_url: llm.LlmUrl = None,
    llm_model: llm.LlmModel = None,
    llm_key: llm.LlmKey = None,
    llm_context: llm.LlmContext = 32_768,
) -> None:
    """Measure a language model's reports: precision, recall, inventions, cost and time."""
    if not llm_url:
        terminal.fail("--llm-url is needed: the address of the model to measure.")
    asked = llm.endpoint(llm_url, llm_model, llm_key, llm_context)
    golds = _gold(gold)
    meetings = [(path.stem, llm.meeting_of(path, _DAY)) for path in transcripts]
    terminal.run(_measure(asked, llm.chosen_template(template), meetings, golds, as_json=as_json))


async def _measure(
    asked: Endpoint,
    template: Template,
    meetings: Sequence[tuple[str, Meeting]],
    golds: dict[str, Gold],
    *,
    as_json: bool,
) -> None:
    found: dict[str, Scores] = {}
    for name, meeting in meetings:
        written = await llm.written(asked, meeting, template)
        if written.failure:
            terminal.tell(f"{name}: {written.failure.sentence}")
        elif written.report.reason:
            terminal.tell(f"{name}: {written.report.reason}")
        gold = golds.get(name, golds.get(meeting.language, {}))
        found[name] = scores(meeting, written.drafts, written.report, gold)
    total = sum(found.values(), Scores())
    if as_json:
        typer.echo(json.dumps({"meetings": {k: asdict(v) for k, v in found.items()}, "total": asdict(total)}))
    else:
        Console().print(table(asked.model, found, total))
    if not total.answered:
        raise WriterFailed("llm_unreadable", "The model answered nothing that could be read.")


def table(model: str, found: dict[str, Scores], total: Scores) -> Table:
    """One column a meeting, and one for all."""
    shown = Table(title=model)
    shown.add_column("")
    columns = [*found.items(), ("all", total)] if len(found) > 1 else list(found.items())
    for name, _ in columns:
        shown.add_column(name, justify="right")
    for label, cells in _rows([one for _, one in columns]):
        shown.add_row(label, *cells)
    return shown


def _rows(columns: Sequence[Scores]) -> list[tuple[str, list[str]]]:
    rows: list[tuple[str, list[str]]] = []
    for kind, label in zip(KINDS, ("decisions", "actions", "questions"), strict=True):
        hits: list[Hits] = [getattr(one, kind) for one in columns]
        rows.append((f"{label}: precision", [_share(one.precision, one.right, one.given) for one in hits]))
        rows.append((f"{label}: recall", [_share(one.recall, one.found, one.wanted) for one in hits]))
    for label, name in (
        ("items kept", "kept"),
        ("flagged", "flagged"),
        ("cited anew", "recited"),
        ("weakly supported", "weak"),
        ("dropped", "dropped"),
        ("invented numbers", "numbers"),
        ("invented names", "names"),
    ):
        rows.append((label, [_of(getattr(one, name), one.answered) for one in columns]))
    rows.append(("tokens in", [f"{one.input_tokens:,}" for one in columns]))
    rows.append(("  of them cached", [f"{one.cached_tokens:,}" for one in columns]))
    rows.append(("tokens out", [f"{one.output_tokens:,}" for one in columns]))
    rows.append(("seconds", [f"{one.seconds:.1f}" for one in columns]))
    return rows


def _share(value: float | None, part: int, whole: int) -> str:
    return "–" if value is None else f"{value:.2f} ({part}/{whole})"


def _of(part: int, whole: int) -> str:
    return f"{part} ({part / whole:.0%})" if whole else "0"


def _gold(path: Path | None) -> dict[str, Gold]:
    try:
        return read_gold(path.read_text("utf-8")) if path else {}
    except (InvalidGold, UnicodeDecodeError) as error:
        terminal.fail(f"{path}: {error}.")
    except OSError as error:
        terminal.fail(terminal.sentence(error))
