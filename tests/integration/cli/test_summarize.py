"""`steno summarize` and `steno report-eval`: files in, reports and figures out, with a scripted model."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from server.cli import report_eval as evaluation
from server.cli import summarize as summary
from server.cli.llm import chosen_template, endpoint, meeting_of
from server.cli.report_eval import report_eval
from server.cli.summarize import ReportFormat, rendered, summarize
from server.cli.terminal import sentence
from summarizer.drafts import Meeting
from summarizer.extractive import extractive_report
from summarizer.failures import WriterFailed
from summarizer.schema import from_json
from summarizer.scoring import read_gold
from tests.support.scripted_model import Answer, ScriptedModel, asked_of, refusal, usage
from tests.support.server import running
from tests.unit.summarizer.true_items import MEETING_DAY, lines

FOLDER = Path(__file__).parents[2] / "unit" / "summarizer" / "meetings"
ENGLISH = FOLDER / "en.json"
GENERAL = chosen_template("general")
runner = CliRunner()


def command(function: Any) -> typer.Typer:
    app = typer.Typer()
    app.command()(function)
    return app


def model(body: dict[str, Any]) -> Answer:
    """Finds one decision, and invents another with a number and a name."""
    asked = asked_of(body)
    if "cats" in asked:
        return Answer('{"zebra": 42}')
    if "agreed on" in asked:
        items = [
            {"cites": [16], "text": "We launch with Stripe"},
            {"cites": [3], "text": "Gregory will pay 7,777 euros to Adyen"},
        ]
        return Answer(json.dumps({"items": items}), usage=usage(900, 40))
    return Answer('{"items": []}' if '"gist"' not in asked else "{}", usage=usage(900, 5, 800))


@pytest.mark.parametrize("form", ReportFormat)
def test_without_a_model_the_words_themselves_are_the_report(form: ReportFormat, tmp_path: Path) -> None:
    out = tmp_path / "report"
    result = runner.invoke(command(summarize), [str(ENGLISH), "--format", form, "--out", str(out)])
    assert (result.exit_code, result.output) == (0, "")
    text = out.read_text("utf-8")
    if form is ReportFormat.JSON:
        assert from_json(text).status == "extractive"
    else:
        assert "No language model was used" in text
    assert text.startswith({"json": "{", "md": "# Meeting report", "html": "<!doctype html>"}[form])


async def test_with_a_model_its_checked_report_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    meeting = Meeting("en", "", MEETING_DAY, "en", tuple(lines("en")))
    async with running(ScriptedModel(model).app) as url:
        asked = endpoint(f"{url}/v1", "m", None, 32_768)
        await summary._summarize(meeting, GENERAL, asked, ReportFormat.MD, None)
    printed = capsys.readouterr().out
    assert "We launch with Stripe" in printed
    assert "Gregory" not in printed


async def test_where_the_model_fails_the_words_are_printed_with_the_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    meeting = Meeting("en", "", MEETING_DAY, "en", tuple(lines("en")))
    async with running(ScriptedModel(lambda _: refusal("no", 401)).app) as url:
        asked = endpoint(f"{url}/v1", "m", None, 32_768)
        await summary._summarize(meeting, GENERAL, asked, ReportFormat.JSON, None)
    printed = capsys.readouterr()
    report = from_json(printed.out)
    assert report.status == "extractive"
    assert report.reason == "The language model's server refuses the key (401)."
    assert report.reason in printed.err


async def test_a_models_reports_are_measured_against_the_gold(capsys: pytest.CaptureFixture[str]) -> None:
    read = meeting_of(ENGLISH, MEETING_DAY)
    meetings = [(name, Meeting(name, "", MEETING_DAY, "en", read.lines)) for name in ("one", "two")]
    golds = read_gold('{"en": {"decision": [16, [26, 29]], "task": [17]}}')
    async with running(ScriptedModel(model).app) as url:
        asked = endpoint(f"{url}/v1", "m", None, 32_768)
        await evaluation._measure(asked, GENERAL, meetings, golds, as_json=True)
        total = json.loads(capsys.readouterr().out)["total"]
        assert total["decisions"] == {"right": 2, "given": 2, "found": 2, "wanted": 4}
        assert total["actions"]["wanted"] == 2
        assert (total["kept"], total["dropped"], total["numbers"], total["names"]) == (2, 2, 2, 2)
        assert (total["input_tokens"] > 9000, total["cached_tokens"] > 5000) == (True, True)
        await evaluation._measure(asked, GENERAL, meetings, golds, as_json=False)
    shown = capsys.readouterr().out
    assert "1.00 (2/2)" in shown
    assert "0.50 (2/4)" in shown
    assert "invented numbers" in shown


async def test_a_model_that_cannot_be_read_is_no_measurement() -> None:
    meeting = Meeting("en", "", MEETING_DAY, "en", tuple(lines("en")))
    async with running(ScriptedModel(lambda _: Answer("Meow.")).app) as url:
        asked = endpoint(f"{url}/v1", "m", None, 32_768)
        with pytest.raises(WriterFailed) as failed:
            await evaluation._measure(asked, GENERAL, [("one", meeting)], {}, as_json=True)
    assert sentence(failed.value) == "The model answered nothing that could be read."


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing.json"], "No such file"),
        ([str(ENGLISH), "--template", "sonnet"], "no template is called"),
        ([str(ENGLISH), "--llm-url", "http://127.0.0.1:1/v1"], "--llm-model"),
        ([str(ENGLISH), "--llm-url", "ftp://x", "--llm-model", "m"], "must begin with http"),
        ([str(ENGLISH), "--out", "/nowhere/x.md"], "no folder"),
        ([str(Path(__file__))], "not JSON"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_sentence(arguments: list[str], words: str) -> None:
    result = runner.invoke(command(summarize), arguments)
    assert result.exit_code == 1
    assert words in result.output
    assert "Traceback" not in result.output


def test_measuring_needs_a_model_and_a_gold_that_can_be_read(tmp_path: Path) -> None:
    gold = tmp_path / "gold.json"
    gold.write_text("[]")
    url = ["--llm-url", "http://127.0.0.1:1/v1", "--llm-model", "m"]
    for arguments, words in (
        ([], "--llm-url is needed"),
        ([*url, "--gold", str(gold)], "must be JSON such as"),
    ):
        result = runner.invoke(command(report_eval), [str(ENGLISH), *arguments])
        assert (result.exit_code, words in result.output) == (1, True)


def test_a_page_shows_a_title_as_text() -> None:
    report = extractive_report("m", lines("en"), title="</title><script>")
    assert "<script>" not in rendered(report, ReportFormat.HTML)
