"""What is asked of a meeting that still runs, over a real database and a scripted language model."""

from typing import Any

from server.jobs.follow_up import Ending
from server.reporting.ahead import Ahead
from server.reporting.desk import Desk
from server.reporting.stored import from_stored
from server.store.postgres import PostgresStore
from server.store.records import NewMeeting, NewSession, StoredSegment
from streaming.segments import Coverage, Segment
from tests.support.desks import desk, finish, spoken_lines
from tests.support.report_writing import HEADLINE, obedient
from tests.support.scripted_model import Answer, refusal
from tests.unit.summarizer.true_items import lines

SHORT = {"context": 1400, "answer_tokens": 200}
"""A context into which a part of the meeting fits."""


async def a_running_meeting(store: PostgresStore) -> str:
    """A live meeting in which everything is said already."""
    meeting = await store.create_meeting(NewMeeting(languages=("en",)))
    session = f"ses-{meeting.id}"
    await store.open_session(meeting.id, NewSession(session, "pcm_s16le", 16_000, 1))
    await store.save(session, spoken_lines(meeting.id), position=1, coverage=Coverage())
    return meeting.id


def running(made: Desk, meeting: str, *, warm: bool = False) -> Ahead:
    return Ahead(made, lambda: {meeting}, warm=warm)


async def test_full_windows_are_answered_before_the_end_and_not_asked_again(store: PostgresStore) -> None:
    meeting = await a_running_meeting(store)
    async with desk(store, obedient, **SHORT) as (server, made):
        ahead = running(made, meeting)
        await ahead.look()
        early = len(server.requests)
        assert early > 1
        await ahead.look()
        assert len(server.requests) == early, "nothing new was said"
        await finish(store, meeting)
        await made.first.run(Ending(meeting, 1))
        await made.summarise.run(Ending(meeting, 1))
        await made.verify.run(Ending(meeting, 1))
        sent = [str(body["messages"]) for body in server.requests]
        assert len(sent) == len(set(sent)), "no window is asked twice"
        assert len(sent) > early
    row = await store.reports.report(meeting)
    assert row is not None
    report = from_stored(row.report)
    assert (report.status, report.title) == ("ok", HEADLINE["title"])
    assert report.covered == ((lines("en")[0].start, lines("en")[-1].end),)
    assert report.model is not None
    assert report.model.input_tokens >= 1000 * (early - 1), "what was asked ahead is counted"
    assert await store.reports.ahead(meeting) is None


async def test_a_server_of_ones_own_reads_along(store: PostgresStore) -> None:
    meeting = await a_running_meeting(store)
    async with desk(store, obedient) as (server, made):
        await running(made, meeting).look()
        assert server.requests == [], "the meeting fits, and nothing is to be warmed"
        await running(made, meeting, warm=True).look()
    (body,) = server.requests
    assert body["max_tokens"] == 1
    assert "Stripe" in str(body["messages"])


async def test_a_failing_model_is_left_alone_longer_each_time(store: PostgresStore) -> None:
    meeting = await a_running_meeting(store)

    def script(_: dict[str, Any]) -> Answer:
        return refusal("no", 500)

    async with desk(store, script, **SHORT) as (server, made):
        ahead = running(made, meeting)
        asked = []
        for _ in range(12):
            await ahead.look()
            asked.append(len(server.requests))
    assert asked == [1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4]


async def test_of_an_ended_meeting_nothing_is_kept_ahead(store: PostgresStore) -> None:
    meeting = await a_running_meeting(store)
    await store.save(
        f"ses-{meeting}",
        [StoredSegment(Segment("late", 300, 301, "Bye", "en"), "", 99)],
        position=2,
        coverage=Coverage(),
    )
    await finish(store, meeting)
    await store.reports.save_ahead(meeting, {"parts": []}, 5)
    assert await store.reports.ahead(meeting) is None
