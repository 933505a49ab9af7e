"""Meetings longer than the model's context: nothing of them is lost, and what could not be read is said."""

import json
import re
from dataclasses import replace
from typing import Any

import psutil
import pytest

from summarizer.assemble import report_of
from summarizer.drafts import Meeting
from summarizer.render import html, markdown
from summarizer.schema import Line, Report
from tests.support.long_meetings import long_meeting
from tests.support.report_writing import ENGLISH, GENERAL, ZEBRA, Saved, drafted, says, texts, writing
from tests.support.scripted_model import Answer, asked_of, refusal, transcript_of, usage
from tests.unit.summarizer.true_items import MEETING_DAY

_NUMBERED = re.compile(r"^(\d+) (?:[^:\n]{1,30}: )?(.*)$", re.MULTILINE)
_TASK = re.compile(r"I will fetch|Я закажу")


def by_the_lines(body: dict[str, Any]) -> Answer:
    """A model that gives every task which the lines give, and the first line for a summary."""
    asked = asked_of(body)
    if "cats" in asked:
        return ZEBRA
    said = _NUMBERED.findall(transcript_of(body))
    if '"gist"' in asked:
        return Answer(
            json.dumps({"cites": [1], "gist": said[0][1][:300], "title": ""}), usage=usage(5000, 50)
        )
    tasks = [
        {"section": "actions", "cites": [int(number)], "text": text, "owner": None, "due_text": None}
        for number, text in said
        if _TASK.search(text)
    ]
    words = sum(len(text.split()) for _, text in said)
    first = {"section": "summary", "cites": [1], "text": said[0][1][:300], "owner": None, "due_text": None}
    return says(first, *tasks, usage=usage(2 * words, 100))


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_of_three_hours_nothing_beyond_the_context_is_lost(language: str) -> None:
    process = psutil.Process()
    said, tasks = long_meeting(language)
    meeting = Meeting("long", "", MEETING_DAY, language, tuple(said))
    before = process.memory_info().rss
    drafts, report, server = await drafted(by_the_lines, meeting)
    assert process.memory_info().rss - before < 200e6
    found = {
        item.cites[0] for section in report.sections if section.key == "actions" for item in section.items
    }
    assert found == set(tasks)
    assert report.status == "ok"
    assert report.covered == ((said[0].start, said[-1].end),)
    longest = max(len(json.dumps(body, ensure_ascii=False).split()) for body in server.requests)
    assert longest < 6000
    assert drafts.window == 6000
    assert drafts.usage.tokens < 400_000
    assert len(to_text(report)) < 200_000


def to_text(report: Report) -> str:
    return markdown(report) + html(report)


async def test_windows_that_are_full_are_answered_while_the_meeting_runs() -> None:
    said, tasks = long_meeting("en")
    whole = Meeting("long", "", MEETING_DAY, "en", tuple(said))
    saved = Saved()
    async with writing(by_the_lines) as (server, writer):
        short = replace(whole, lines=whole.lines[:200])
        assert (await writer.draft_ahead(short, GENERAL, None, saved)).parts == ()
        ahead = await writer.draft_ahead(replace(whole, lines=whole.lines[:2400]), GENERAL, None, saved)
        assert not ahead.complete
        asked = len(server.requests)
        drafts = await writer.draft(whole, GENERAL, saved.last, saved)
        assert drafts.parts[: len(ahead.parts)] == ahead.parts
        assert len(server.requests) - asked == len(drafts.parts) - len(ahead.parts) + 1
    assert len(texts(report_of(whole, GENERAL, drafts), "actions")) == len(tasks)


async def test_an_unexpected_overflow_leads_to_windows() -> None:
    def small(body: dict[str, Any]) -> Answer:
        words = len(json.dumps(body["messages"], ensure_ascii=False).split())
        if words > 700:
            return refusal("request (5031 tokens) exceeds the available context size (1024 tokens)")
        return by_the_lines(body)

    drafts, report, _ = await drafted(small)
    assert report.status == "ok"
    assert 0 < drafts.window < 2000
    assert len(drafts.parts) > 1
    assert report.covered == ((ENGLISH.lines[0].start, ENGLISH.lines[-1].end),)


async def test_a_server_that_silently_reads_a_part_is_sent_less() -> None:
    def truncating(body: dict[str, Any]) -> Answer:
        answer = by_the_lines(body)
        counted = (answer.usage or {}).get("prompt_tokens", 0)
        return replace(answer, usage=usage(min(counted, 4000), 50))

    said, tasks = long_meeting("en")
    meeting = Meeting("long", "", MEETING_DAY, "en", tuple(said))
    drafts, report, _ = await drafted(truncating, meeting, context=100_000)
    assert drafts.window == 6000
    assert len(texts(report, "actions")) == len(tasks)


async def test_a_window_that_cannot_be_had_is_not_covered() -> None:
    said, tasks = long_meeting("en")
    meeting = Meeting("long", "", MEETING_DAY, "en", tuple(said))
    lost = next(text for text in tasks.values() if "kettles" in text)

    def faulty(body: dict[str, Any]) -> Answer:
        return Answer("{", "length") if lost in transcript_of(body) else by_the_lines(body)

    _, report, _ = await drafted(faulty, meeting)
    assert report.status == "partial"
    assert report.reason == "The model's answer was cut off before its end."
    assert len(report.covered) == 2
    (_, gap_start), (gap_end, _) = report.covered
    at = next(line.start for line in said if line.text == lost)
    assert gap_start < at < gap_end
    missing = len(tasks) - len(texts(report, "actions"))
    assert 1 <= missing < 8


async def test_a_line_without_end_is_read_to_its_end() -> None:
    endless = Line("x", "Eve", 0, 9, "word " * 12_000 + "I will fetch the bricks from the warehouse.")
    drafts, report, _ = await drafted(by_the_lines, replace(ENGLISH, lines=(endless,)), context=9000)
    assert drafts.window > 0
    assert len(drafts.parts) > 1
    assert report.status == "ok"
    assert texts(report, "actions")
