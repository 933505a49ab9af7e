"""The writer against a scripted server: whole reports, faults on the way, and limits."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from summarizer.assemble import report_of
from summarizer.failures import WriterFailed
from summarizer.render import markdown
from tests.support.report_writing import (
    ENGLISH,
    GENERAL,
    HEADLINE,
    STRIPE,
    ZEBRA,
    Saved,
    drafted,
    obedient,
    says,
    texts,
    writing,
)
from tests.support.scripted_model import Answer, asked_of, refusal


async def test_a_meeting_that_fits_is_asked_about_section_by_section_on_one_prefix() -> None:
    drafts, report, server = await drafted(obedient)
    assert report.status == "ok"
    assert report.reason is None
    assert report.covered == ((ENGLISH.lines[0].start, ENGLISH.lines[-1].end),)
    assert (report.title, report.gist) == (HEADLINE["title"], HEADLINE["gist"])
    assert texts(report, "decisions") == [STRIPE["text"]]
    (task,) = next(section for section in report.sections if section.key == "actions").items
    assert (task.owner, task.due_date, task.cites) == ("Priya", date(2025, 10, 16), ("5", "6"))
    sent = [body["messages"][-1]["content"] for body in server.requests[1:]]
    assert len(sent) == 5
    assert len({one.partition("</transcript>")[0] for one in sent}) == 1
    assert report.model is not None
    assert (report.model.input_tokens, report.model.cached_tokens) == (
        5000 + report.model.input_tokens % 1000,
        4500,
    )
    assert report.model.structured == "json_schema"
    assert "Stripe" in markdown(report)
    assert drafts.complete


async def test_the_server_is_probed_once() -> None:
    async with writing(obedient) as (server, writer):
        for _ in range(2):
            await writer.draft(ENGLISH, GENERAL, None, Saved())
    assert sum("cats" in asked_of(body) for body in server.requests) == 1


@pytest.mark.parametrize("stop_at", range(1, 7))
async def test_after_a_crash_nothing_is_asked_twice(stop_at: int) -> None:
    def breaking(body: dict[str, Any]) -> Answer:
        return refusal("restarting", 503) if len(server.requests) == stop_at else obedient(body)

    saved = Saved()
    async with writing(breaking) as (server, writer):
        with pytest.raises(WriterFailed, match="llm_unavailable"):
            await writer.draft(ENGLISH, GENERAL, None, saved)
        before = len(server.requests) - 1
        drafts = await writer.draft(ENGLISH, GENERAL, saved.last, saved)
        assert len(server.requests) - 1 - before == 6 - before
    assert report_of(ENGLISH, GENERAL, drafts).status == "ok"
    again = await writer.draft(ENGLISH, GENERAL, drafts, saved)
    assert again == drafts


async def test_a_report_of_what_was_answered_before_a_failure_says_that_it_is_partial() -> None:
    saved = Saved()

    def failing(body: dict[str, Any]) -> Answer:
        return obedient(body) if len(server.requests) < 4 else Answer(cut_at=2)

    async with writing(failing) as (server, writer):
        with pytest.raises(WriterFailed, match="llm_cut_off"):
            await writer.draft(ENGLISH, GENERAL, None, saved)
    assert saved.last is not None
    report = report_of(ENGLISH, GENERAL, saved.last)
    assert report.status == "partial"
    assert report.reason == "The language model has not answered all that it was asked."
    assert texts(report, "decisions") == [STRIPE["text"]]
    assert saved.last.usage.input_tokens > 3000


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (Answer('{"items": [', "length"), "The model's answer was cut off before its end."),
        (Answer("", "content_filter"), "The model's provider withheld the answer."),
        (Answer("I would rather talk about cats."), "No answer of the model could be read."),
    ],
)
async def test_a_section_that_cannot_be_had_is_missing_from_a_partial_report(fault: Answer, why: str) -> None:
    def faulty(body: dict[str, Any]) -> Answer:
        return fault if "agreed on" in json.dumps(body) else obedient(body)

    _, report, _ = await drafted(faulty)
    assert (report.status, report.reason) == ("partial", why)
    assert [section.key for section in report.sections] == ["actions"]
    assert why in markdown(report)


async def test_a_model_of_which_nothing_can_be_read_gives_no_report() -> None:
    saved = Saved()
    async with writing(lambda _: Answer("Meow.")) as (server, writer):
        with pytest.raises(WriterFailed, match="llm_unreadable") as failed:
            await writer.draft(ENGLISH, GENERAL, None, saved)
    assert failed.value.permanent
    assert saved.last is not None
    assert report_of(ENGLISH, GENERAL, saved.last).status == "failed"
    assert len(server.requests) < 25


@pytest.mark.parametrize("refused", [True, False])
async def test_without_schemas_the_form_is_asked_for_in_words(refused: bool) -> None:
    def plain(body: dict[str, Any]) -> Answer:
        form = body.get("response_format", {}).get("type")
        if form == "json_schema":
            return (
                refusal("response_format json_schema is not supported") if refused else Answer("Cats purr.")
            )
        if form == "json_object" and refused:
            return refusal("response_format must be text")
        assert '"additionalProperties": false' in asked_of(body)
        return replace(obedient(body), text=f"Sure!\n```json\n{obedient(body).text}\n```")

    drafts, report, _ = await drafted(plain)
    assert report.status == "ok"
    assert drafts.rung == ("text" if refused else "json_object")
    assert texts(report, "decisions") == [STRIPE["text"]]


async def test_a_faulty_answer_is_repaired_in_the_same_conversation() -> None:
    def once_wrong(body: dict[str, Any]) -> Answer:
        if "agreed on" in asked_of(body):
            return Answer('{"items": [{"cites": "sixteen", "text": "x"}]}')
        if "not what was asked for: items.0.cites" in body["messages"][-1]["content"]:
            return says(STRIPE)
        return obedient(body)

    _, report, server = await drafted(once_wrong)
    assert texts(report, "decisions") == [STRIPE["text"]]
    repair = next(body for body in server.requests if len(body["messages"]) > 3)
    assert [turn["role"] for turn in repair["messages"]] == ["system", "user", "assistant", "user"]


@pytest.mark.parametrize("code", [401, 404])
async def test_a_refusal_of_everything_is_for_good(code: int) -> None:
    async with writing(lambda _: refusal("no", code)) as (server, writer):
        with pytest.raises(WriterFailed, match="llm_refused") as failed:
            await writer.draft(ENGLISH, GENERAL, None, Saved())
    assert failed.value.permanent
    assert len(server.requests) == 1


async def test_no_more_tokens_are_asked_for_than_a_meeting_may_take() -> None:
    drafts, report, server = await drafted(obedient, tokens_per_meeting=4500)
    assert (report.status, report.reason) == (
        "partial",
        "The meeting's limit of tokens for the language model was reached.",
    )
    assert drafts.complete
    assert drafts.usage.tokens <= 4500
    assert 2 <= len(server.requests) < 6


async def test_a_limit_below_the_first_request_gives_no_report() -> None:
    async with writing(obedient, tokens_per_meeting=100) as (_, writer):
        with pytest.raises(WriterFailed, match="llm_limit") as failed:
            await writer.draft(ENGLISH, GENERAL, None, Saved())
    assert failed.value.permanent


async def test_the_probe_tells_what_the_server_does_with_a_schema() -> None:
    found = []
    for script in (
        lambda _: ZEBRA,
        lambda _: Answer("Cats purr."),
        lambda _: refusal("response_format is unknown here"),
    ):
        async with writing(script) as (_, writer):
            found.append((await writer.probe()).outcome)
    assert found == ["enforced", "ignored", "refused"]


async def test_warming_sends_what_every_section_begins_with() -> None:
    async with writing(obedient) as (server, writer):
        await writer.warm(replace(ENGLISH, lines=ENGLISH.lines[:20]), GENERAL)
        await writer.draft(ENGLISH, GENERAL, None, Saved())
    warmed, *rest = server.requests
    assert warmed["max_tokens"] == 1
    assert all(
        body["messages"][1]["content"].startswith(warmed["messages"][1]["content"]) for body in rest[1:]
    )


async def test_leaving_a_report_leaves_the_server() -> None:
    script: Callable[[dict[str, Any]], Answer] = lambda body: (  # noqa: E731
        ZEBRA if "cats" in asked_of(body) else Answer(hang_at=1)
    )
    async with writing(script) as (server, writer), asyncio.TaskGroup() as tasks:
        writing_it = tasks.create_task(writer.draft(ENGLISH, GENERAL, None, Saved()))
        await asyncio.wait_for(server.hanging.wait(), 10)
        writing_it.cancel()
        await asyncio.wait_for(server.left.wait(), 10)


async def test_a_context_too_short_for_any_window_is_for_good() -> None:
    async with writing(
        lambda body: ZEBRA if "cats" in asked_of(body) else refusal("maximum context length is 64")
    ) as (server, writer):
        with pytest.raises(WriterFailed, match="llm_context") as failed:
            await writer.draft(ENGLISH, GENERAL, None, Saved())
    assert failed.value.permanent
    assert len(server.requests) < 10


async def test_a_meeting_of_nothing_asks_nothing() -> None:
    drafts, report, server = await drafted(obedient, replace(ENGLISH, lines=()))
    assert (drafts.complete, report.sections, server.requests) == (True, (), [])
