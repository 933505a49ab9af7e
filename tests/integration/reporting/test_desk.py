"""The steps of a report over a real database and a scripted language model: every way in which they end."""

from collections.abc import Mapping
from typing import Any

import asyncpg
import pytest

from server.access.access import DEFAULT
from server.jobs.follow_up import Ending
from server.reporting.desk import ATTEMPTS, Desk
from server.reporting.stored import as_json, from_stored
from server.store.postgres import PostgresStore
from server.store.report_records import NewReport, StoredReport
from streaming.errors import NotFound
from summarizer.edits import edit
from summarizer.schema import Report
from tests.support.desks import a_held_meeting, desk
from tests.support.report_writing import HEADLINE, STRIPE, obedient, texts
from tests.support.scripted_model import Answer, refusal


async def written(made: Desk, meeting: str, number: int = 1, attempt: int = 0) -> StoredReport:
    """The steps of the writing, one after the other."""
    ending = Ending(meeting, number, attempt)
    await made.summarise.run(ending)
    await made.verify.run(ending)
    found = await made.reports.report(meeting, number)
    assert found is not None
    return found


def report_of(row: StoredReport) -> Report:
    return from_stored(row.report)


async def queued(url: str, meeting: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT workflow_uuid FROM jobs.workflow_status WHERE workflow_uuid LIKE $1 ORDER BY created_at",
            f"report-{meeting}-%",
        )
    finally:
        await connection.close()
    return [row[0] for row in rows]


async def test_the_words_alone_make_a_report_at_once(store: PostgresStore, database_url: str) -> None:
    meeting = await a_held_meeting(store)
    made = Desk(store, store.reports)
    await made.first.run(Ending(meeting, 1))
    await made.first.run(Ending(meeting, 1))
    row = await store.reports.report(meeting)
    assert row is not None
    assert (row.version, row.writing, report_of(row).status) == (1, False, "extractive")
    assert await queued(database_url, meeting) == []


async def test_a_language_models_report_takes_its_place(store: PostgresStore, database_url: str) -> None:
    meeting = await a_held_meeting(store)
    async with desk(store, obedient) as (server, made):
        await made.first.run(Ending(meeting, 1))
        first = await store.reports.report(meeting)
        assert first is not None
        assert first.writing
        assert report_of(first).status == "extractive", "what there is can be read meanwhile"
        assert await queued(database_url, meeting) == [f"report-{meeting}-1-0"]
        row = await written(made, meeting)
        asked = len(server.requests)
        assert await written(made, meeting) == row, "done a second time, nothing changes"
        assert len(server.requests) == asked
    report = report_of(row)
    assert (row.writing, report.status, report.title) == (False, "ok", HEADLINE["title"])
    assert texts(report, "decisions") == [STRIPE["text"]]
    assert report.model is not None
    (head,) = await store.reports.report_heads(meeting)
    assert (head.status, head.template, head.model, head.reason) == ("ok", "general", "m", None)
    assert await store.reports.tokens_of_day() == report.model.input_tokens + report.model.output_tokens


async def test_a_busy_server_is_asked_again_when_it_said(store: PostgresStore, database_url: str) -> None:
    meeting = await a_held_meeting(store)
    busy = [True]

    def script(body: dict[str, Any]) -> Answer:
        return refusal("slow down", 429, **{"retry-after": "120"}) if busy[0] else obedient(body)

    async with desk(store, script) as (_, made):
        await made.first.run(Ending(meeting, 1))
        row = await written(made, meeting)
        assert (row.writing, row.attempt, row.failure_code) == (True, 1, "llm_busy")
        assert row.failure == "The language model is busy."
        await written(made, meeting)  # The attempt that failed, begun anew after a crash.
        names = [f"report-{meeting}-1-0", f"report-{meeting}-1-1"]
        assert await queued(database_url, meeting) == names
        busy[0] = False
        assert report_of(await written(made, meeting, attempt=1)).status == "ok"


async def test_what_fails_for_good_leaves_the_words_and_is_done_again_when_asked(
    store: PostgresStore, database_url: str
) -> None:
    meeting = await a_held_meeting(store)
    refusing = [True]

    def script(body: dict[str, Any]) -> Answer:
        return refusal("no such key", 401) if refusing[0] else obedient(body)

    async with desk(store, script) as (_, made):
        await made.first.run(Ending(meeting, 1))
        row = await written(made, meeting)
        report = report_of(row)
        assert (row.writing, report.status) == (False, "extractive")
        assert report.reason == "The language model's server refuses the key (401)."
        (letter,) = await store.reports.dead_letters(DEFAULT)
        assert (letter.id, letter.code, letter.step) == (f"report-{meeting}-1", "llm_refused", "summarise")
        refusing[0] = False
        await store.reports.replay(DEFAULT, letter.id)
        assert await store.reports.dead_letters(DEFAULT) == ()
        assert len(await queued(database_url, meeting)) == 2
        assert report_of(await written(made, meeting)).status == "ok"
        with pytest.raises(NotFound):
            await store.reports.replay(DEFAULT, letter.id)


async def test_the_last_attempt_keeps_what_was_answered_and_says_how_far_it_goes(
    store: PostgresStore,
) -> None:
    meeting = await a_held_meeting(store)
    answers = [0]

    def script(body: dict[str, Any]) -> Answer:
        answers[0] += 1
        return obedient(body) if answers[0] <= 3 else refusal("out of order", 500)

    async with desk(store, script) as (_, made):
        await made.first.run(Ending(meeting, 1))
        for attempt in range(ATTEMPTS):
            row = await written(made, meeting, attempt=attempt)
            assert row.writing is (attempt < ATTEMPTS - 1)
    report = report_of(row)
    assert report.status == "partial"
    assert report.reason == "The language model's server answered with an error (500)."
    assert len(await store.reports.dead_letters(DEFAULT)) == 1


async def test_a_person_s_changes_outlast_the_writing(store: PostgresStore) -> None:
    meeting = await a_held_meeting(store)
    async with desk(store, obedient) as (_, made):
        await made.first.run(Ending(meeting, 1))
        await written(made, meeting)

        def change(value: Mapping[str, Any]) -> dict[str, Any]:
            return as_json(edit(from_stored(value), "decisions-1", {"text": "Stripe it is"}))

        assert await store.reports.change_report(meeting, change) == 1
        first = await store.reports.report(meeting)
        assert first is not None
        for keep, wanted in ((True, "Stripe it is"), (False, STRIPE["text"])):
            new = NewReport("general", "", first.report, writing=True, keep_edits=keep)
            version = await store.reports.add_report(meeting, new)
            report = report_of(await written(made, meeting, version))
            assert texts(report, "decisions") == [wanted]


async def test_a_newer_version_ends_the_older_one(store: PostgresStore) -> None:
    meeting = await a_held_meeting(store)
    async with desk(store, obedient) as (server, made):
        await made.first.run(Ending(meeting, 1))
        first = await store.reports.report(meeting)
        assert first is not None
        await store.reports.add_report(meeting, NewReport("general", "", first.report, writing=True))
        row = await written(made, meeting)
        assert server.requests == []
        assert (row.writing, report_of(row).reason) == (False, "A newer report of this meeting was begun.")
        assert await store.reports.dead_letters(DEFAULT) == ()


async def test_the_limit_of_a_day_holds_for_all_meetings(store: PostgresStore) -> None:
    first, second = await a_held_meeting(store), await a_held_meeting(store)
    async with desk(store, obedient, tokens_per_day=1000) as (_, made):
        for meeting in (first, second):
            await made.first.run(Ending(meeting, 1))
        assert report_of(await written(made, first)).status == "ok"
        row = await written(made, second)
        assert (row.writing, row.failure_code) == (True, "llm_day_limit")


async def test_a_meeting_deleted_meanwhile_leaves_nothing(store: PostgresStore) -> None:
    meeting = await a_held_meeting(store)
    async with desk(store, obedient) as (_, made):
        await made.first.run(Ending(meeting, 1))
        await store.delete_meeting(meeting)
        for step in (made.first, made.summarise, made.verify):
            await step.run(Ending(meeting, 1))
    assert await store.reports.report(meeting) is None


async def test_a_template_of_ones_own_is_asked_and_an_unknown_one_is_the_general_one(
    store: PostgresStore,
) -> None:
    source = (
        'name = "mine"\nversion = 1\n[title]\nen = "Mine"\nru = "Моё"\n[[sections]]\nkey = "agreed"\n'
        'kind = "decisions"\nmax_items = 5\ninstruction = "What was agreed on."\n'
        '[sections.heading]\nen = "Agreed"\nru = "Решили"\n'
    )
    await store.reports.put_template(DEFAULT, "mine", 1, source)
    async with desk(store, obedient) as (_, made):
        for name, wanted in (("mine", "mine"), ("nobody-s", "general")):
            meeting = await a_held_meeting(store, template=name)
            await made.first.run(Ending(meeting, 1))
            report = report_of(await written(made, meeting))
            assert (report.status, report.template) == ("ok", wanted)
