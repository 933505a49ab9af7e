"""Sessions and segments in a real PostgreSQL: the meeting's clock, progress, endings, crashes."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text

from server.store.engine import create_engine
from server.store.postgres import PostgresStore
from server.store.records import Meeting, NewMeeting
from streaming.errors import StoreError
from streaming.segments import Coverage
from tests.integration.store.made import a_segment, a_session

ONE = Coverage(received=10, transcribed=6, silence=3, quarantined=0.5, lost=0.5)


@pytest.fixture
async def meeting(store: PostgresStore) -> Meeting:
    """A meeting without sessions."""
    return await store.create_meeting(NewMeeting())


async def turn_back(database_url: str, seconds: float) -> None:
    """Let all that happened so far have happened `seconds` earlier."""
    engine = create_engine(database_url)
    async with engine.begin() as connection:
        for statement in (
            "UPDATE meetings SET started_at = started_at - make_interval(secs => :seconds)",
            "UPDATE sessions SET started_at = started_at - make_interval(secs => :seconds)",
        ):
            await connection.execute(text(statement), {"seconds": seconds})
    await engine.dispose()


async def test_the_first_session_starts_the_meetings_clock(store: PostgresStore, meeting: Meeting) -> None:
    new = replace(a_session("ses_1"), speaker="Анна", track="left", sample_rate=None, channels=None)
    session = await store.open_session(meeting.id, new)
    live = await store.meeting(meeting.id)
    assert live is not None
    assert (session.offset, session.status, session.position) == (0.0, "live", 0)
    assert (live.status, live.started_at) == ("live", session.started_at)
    assert all(getattr(session, name) == getattr(new, name) for name in type(new).__dataclass_fields__)
    assert await store.sessions(meeting.id) == (session,)


async def test_a_later_session_is_placed_by_the_time_that_has_passed(
    store: PostgresStore, meeting: Meeting, database_url: str
) -> None:
    await store.open_session(meeting.id, a_session("ses_b"))
    await turn_back(database_url, 100)
    later = await store.open_session(meeting.id, a_session("ses_a"))
    assert 100 <= later.offset < 130
    assert [session.id for session in await store.sessions(meeting.id)] == ["ses_b", "ses_a"]


async def test_sessions_that_open_at_once_share_one_clock(store: PostgresStore, meeting: Meeting) -> None:
    opened = await asyncio.gather(
        *(store.open_session(meeting.id, a_session(f"ses_{number}")) for number in range(8))
    )
    assert min(session.offset for session in opened) == 0.0
    assert sum(session.offset == 0.0 for session in opened) == 1


async def test_a_session_id_is_used_once(store: PostgresStore, meeting: Meeting) -> None:
    await store.open_session(meeting.id, a_session("ses_1"))
    with pytest.raises(StoreError) as refused:
        await store.open_session(meeting.id, a_session("ses_1"))
    assert refused.value.code == "store_rejected"


async def test_segments_read_back_by_start_with_their_words(store: PostgresStore, meeting: Meeting) -> None:
    await store.open_session(meeting.id, a_session("ses_1"))
    full = a_segment("seg_2", "второй кусок", start=5.125, seq=4)
    full = replace(
        full,
        segment=replace(full.segment, speaker="Анна", track="left", confidence=0.5, flags=("a", "b")),
        session_id="ses_1",
    )
    first = replace(a_segment("seg_9", "", start=1.0, seq=7), session_id="ses_1")
    await store.save("ses_1", [full, first], position=16_000, coverage=ONE)
    assert await store.segments(meeting.id) == (first, full)
    saved = await store.meeting(meeting.id)
    assert saved is not None
    assert (saved.last_seq, saved.duration, saved.coverage) == (7, 1.0, ONE)


async def test_saving_a_segment_again_replaces_it(store: PostgresStore, meeting: Meeting) -> None:
    await store.open_session(meeting.id, a_session("ses_1"))
    await store.save("ses_1", [a_segment("seg_1", "раз", seq=3)], position=1, coverage=ONE)
    twice = [a_segment("seg_1", "два", seq=4), a_segment("seg_1", "три", seq=5)]
    await store.save("ses_1", twice, position=2, coverage=ONE)
    (kept,) = await store.segments(meeting.id)
    assert (kept.segment.text, kept.seq) == ("три", 5)


async def test_a_segment_of_another_session_is_never_overwritten(
    store: PostgresStore, meeting: Meeting
) -> None:
    await store.open_session(meeting.id, a_session("ses_1"))
    await store.open_session(meeting.id, a_session("ses_2"))
    await store.save("ses_1", [a_segment("seg_1", "моё")], position=1, coverage=ONE)
    with pytest.raises(StoreError) as refused:
        await store.save("ses_2", [a_segment("seg_1", "чужое")], position=9, coverage=ONE)
    assert refused.value.code == "segment_taken"
    (kept,) = await store.segments(meeting.id)
    assert (kept.segment.text, kept.session_id) == ("моё", "ses_1")
    assert [session.position for session in await store.sessions(meeting.id)] == [1, 0]


async def test_position_and_coverage_never_go_back(store: PostgresStore, meeting: Meeting) -> None:
    await store.open_session(meeting.id, a_session("ses_1"))
    more = ONE + ONE
    await store.save("ses_1", [a_segment("seg_2", "b", seq=9)], position=32_000, coverage=more)
    await store.save("ses_1", [a_segment("seg_1", "a", seq=2)], position=16_000, coverage=ONE)
    (session,) = await store.sessions(meeting.id)
    assert (session.position, session.coverage, session.duration) == (32_000, more, 2.0)
    assert len(await store.segments(meeting.id)) == 2
    saved = await store.meeting(meeting.id)
    assert saved is not None
    assert saved.last_seq == 9
    ended = await store.close_session("ses_1", position=0, duration=0.0, coverage=Coverage())
    assert (ended.duration, ended.coverage) == (2.0, more)


async def test_many_segments_are_saved_in_one_call(store: PostgresStore, meeting: Meeting) -> None:
    await store.open_session(meeting.id, a_session("ses_1"))
    many = [a_segment(f"seg_{number:05}", "слово", start=number, seq=number) for number in range(3000)]
    await store.save("ses_1", many, position=1, coverage=ONE)
    assert [one.seq for one in await store.segments(meeting.id)] == list(range(3000))


async def test_hostile_text_in_a_segment_is_cleaned(store: PostgresStore, meeting: Meeting) -> None:
    await store.open_session(meeting.id, a_session("ses_1"))
    await store.save("ses_1", [a_segment("seg_1", "a\0b \ud800")], position=1, coverage=ONE)
    (kept,) = await store.segments(meeting.id)
    assert kept.segment.text == "ab \ufffd"
    assert [word.word for word in kept.segment.words] == ["ab", "\ufffd"]


async def test_the_meeting_ends_with_its_last_live_session(
    store: PostgresStore, meeting: Meeting, database_url: str
) -> None:
    await store.open_session(meeting.id, a_session("ses_1"))
    await turn_back(database_url, 50)
    second = await store.open_session(meeting.id, a_session("ses_2"))
    still = await store.close_session("ses_1", position=160_000, duration=10.0, coverage=ONE)
    assert (still.status, still.ended_at) == ("live", None)
    ended = await store.close_session("ses_2", position=320_000, duration=20.0, coverage=ONE)
    assert ended.status == "ended"
    assert ended.ended_at is not None
    assert ended.coverage == ONE + ONE
    assert ended.duration == pytest.approx(second.offset + 20.0)
    assert await store.meeting(meeting.id) == ended
    assert {session.status for session in await store.sessions(meeting.id)} == {"ended"}


async def test_closing_again_changes_no_time(store: PostgresStore, meeting: Meeting) -> None:
    await store.open_session(meeting.id, a_session("ses_1"))
    ended = await store.close_session("ses_1", position=1, duration=10.0, coverage=ONE)
    sessions = await store.sessions(meeting.id)
    assert await store.close_session("ses_1", position=1, duration=10.0, coverage=ONE) == ended
    assert await store.sessions(meeting.id) == sessions


async def test_a_new_session_reopens_an_ended_meeting(store: PostgresStore, meeting: Meeting) -> None:
    await store.open_session(meeting.id, a_session("ses_1"))
    ended = await store.close_session("ses_1", position=1, duration=1.0, coverage=ONE)
    await store.open_session(meeting.id, a_session("ses_2"))
    again = await store.meeting(meeting.id)
    assert again is not None
    assert (again.status, again.ended_at, again.started_at) == ("live", None, ended.started_at)


async def test_saves_openings_and_closings_of_one_meeting_never_deadlock(
    store: PostgresStore, meeting: Meeting
) -> None:
    async def stream(name: str) -> None:
        await store.open_session(meeting.id, a_session(name))
        for number in range(5):
            final = a_segment(f"{name}_{number}", "слово", seq=number)
            await store.save(name, [final], position=number, coverage=ONE)
        await store.close_session(name, position=9, duration=1.0, coverage=ONE)

    await asyncio.gather(*(stream(f"ses_{number}") for number in range(12)))
    ended = await store.meeting(meeting.id)
    assert ended is not None
    assert ended.status == "ended"
    assert len(await store.segments(meeting.id)) == 60
