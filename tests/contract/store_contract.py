"""What every store must do. Subclass `StoreContract` and give it a fixture `store`."""

import pytest

from server.access.access import DEFAULT
from server.store.api import Store
from server.store.records import Meeting, NewMeeting, NewSession, StoredSegment
from streaming.errors import NotFound, StenoError
from streaming.segments import Coverage, Segment, TimedWord

AUDIO = Coverage(received=10.0, transcribed=6.0, silence=4.0)


def new_session(name: str) -> NewSession:
    """A session of one microphone."""
    return NewSession(
        id=name, encoding="pcm_s16le", sample_rate=16_000, channels=1, speaker="Анна", track="a"
    )


def stored(name: str, seq: int, start: float, text: str, session: str) -> StoredSegment:
    """A final of one second with a single timed word."""
    words = (TimedWord(text, start, start + 1.0, 0.9),)
    return StoredSegment(Segment(name, start, start + 1.0, text, "ru", words), session, seq)


async def talk(store: Store, title: str, *texts: str) -> Meeting:
    """A meeting in which one session said some texts and ended."""
    meeting = await store.create_meeting(NewMeeting(title=title))
    session = await store.open_session(meeting.id, new_session(f"s-{meeting.id}"))
    finals = [
        stored(f"{meeting.id}-{number}", number, number * 2.0, text, session.id)
        for number, text in enumerate(texts, 1)
    ]
    await store.save(session.id, finals, position=160_000, coverage=AUDIO)
    return await store.close_session(session.id, position=160_000, duration=10.0, coverage=AUDIO)


class StoreContract:
    """Statements about behaviour, the same for every store."""

    async def test_is_ready(self, store: Store) -> None:
        assert await store.ready()

    async def test_a_new_meeting_keeps_what_was_said_of_it(self, store: Store) -> None:
        new = NewMeeting("Планёрка", ("ru", "en"), "brief", "accurate", ("Стено",), {"a": 1}, 30, {"b": [2]})
        made = await store.create_meeting(new)
        assert made.status == "created"
        assert made.started_at is None
        read = await store.meeting(made.id)
        assert read == made
        assert (read.title, read.languages, read.hotwords) == (new.title, new.languages, new.hotwords)
        assert (read.notify, read.metadata, read.retention_days) == ({"a": 1}, {"b": [2]}, 30)

    async def test_what_does_not_exist_is_none_or_not_found(self, store: Store) -> None:
        assert await store.meeting("nobody") is None
        assert await store.sessions("nobody") == ()
        assert await store.segments("nobody") == ()
        assert await store.segment_count("nobody") == 0
        for call in (
            store.update_meeting("nobody", {"title": "x"}),
            store.delete_meeting("nobody"),
            store.open_session("nobody", new_session("s")),
        ):
            with pytest.raises(NotFound) as refused:
                await call
            assert refused.value.code == "meeting_not_found"
            assert refused.value.message == "There is no meeting 'nobody'; it may have been deleted."

    async def test_a_session_that_is_gone_stores_nothing(self, store: Store) -> None:
        for call in (
            store.save("nobody", [], position=1, coverage=AUDIO),
            store.close_session("nobody", position=1, duration=1.0, coverage=AUDIO),
        ):
            with pytest.raises(NotFound) as refused:
                await call
            assert refused.value.code == "meeting_not_found"
            assert refused.value.message == "The meeting of session 'nobody' does not exist (any more)."

    async def test_changes_touch_only_what_they_name(self, store: Store) -> None:
        made = await store.create_meeting(NewMeeting(title="before", hotwords=("a",)))
        changed = await store.update_meeting(made.id, {"title": None, "languages": ("en",)})
        assert (changed.title, changed.languages, changed.hotwords) == (None, ("en",), ("a",))
        assert await store.meeting(made.id) == changed

    async def test_pages_give_every_meeting_once_newest_first(self, store: Store) -> None:
        made = [(await store.create_meeting(NewMeeting(title=str(number)))).id for number in range(5)]
        seen: list[str] = []
        cursor: str | None = None
        while True:
            page = await store.meetings(DEFAULT, cursor=cursor, limit=2)
            seen += [meeting.id for meeting in page.meetings]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == made[::-1]

    async def test_a_cursor_from_elsewhere_is_the_callers_fault(self, store: Store) -> None:
        with pytest.raises(StenoError) as refused:
            await store.meetings(DEFAULT, cursor="no such thing")
        assert (refused.value.code, refused.value.status) == ("bad_cursor", 400)
        assert refused.value.message == (
            "The cursor is not one that a list gave; begin again without a cursor."
        )

    async def test_search_looks_at_titles_and_transcripts(self, store: Store) -> None:
        first = await talk(store, "Budget", "Привет")
        second = await talk(store, "Планёрка", "hello world")
        assert [meeting.id for meeting in (await store.meetings(DEFAULT, q="budget")).meetings] == [first.id]
        assert [meeting.id for meeting in (await store.meetings(DEFAULT, q="world")).meetings] == [second.id]
        assert (await store.meetings(DEFAULT, q="nowhere")).meetings == ()

    async def test_status_filters(self, store: Store) -> None:
        ended = await talk(store, "over", "text")
        await store.create_meeting(NewMeeting(title="to come"))
        assert [meeting.id for meeting in (await store.meetings(DEFAULT, status="ended")).meetings] == [
            ended.id
        ]

    async def test_a_meeting_is_live_until_its_last_session_ends(self, store: Store) -> None:
        made = await store.create_meeting(NewMeeting())
        await store.open_session(made.id, new_session("one"))
        await store.open_session(made.id, new_session("two"))
        first = await store.close_session("one", position=0, duration=1.0, coverage=AUDIO)
        assert first.status == "live"
        last = await store.close_session("two", position=0, duration=1.0, coverage=AUDIO)
        assert last.status == "ended"
        assert last.coverage == AUDIO + AUDIO
        assert [session.id for session in await store.sessions(made.id)] == ["one", "two"]

    async def test_finals_come_back_by_start_and_once(self, store: Store) -> None:
        made = await store.create_meeting(NewMeeting())
        await store.open_session(made.id, new_session("s"))
        late, early = stored("b", 1, 5.0, "late", "s"), stored("a", 2, 1.0, "early", "s")
        await store.save("s", [late, early], position=10, coverage=AUDIO)
        again = stored("b", 3, 5.0, "later", "s")
        await store.save("s", [again], position=5, coverage=AUDIO)
        assert await store.segments(made.id) == (early, again)
        assert await store.segments(made.id, since=early.segment.end) == (again,)
        assert await store.segments(made.id, until=again.segment.start) == (early,)
        assert await store.segment_count(made.id) == 2
        assert (await store.sessions(made.id))[0].position == 10
        read = await store.meeting(made.id)
        assert read is not None
        assert read.last_seq == 3

    async def test_deletion_leaves_nothing_and_counts_it(self, store: Store) -> None:
        meeting = await talk(store, "gone", "one", "two")
        receipt = await store.delete_meeting(meeting.id)
        assert (receipt.meeting_id, receipt.sessions) == (meeting.id, (f"s-{meeting.id}",))
        counts = {name: receipt.removed[name] for name in ("sessions", "segments", "words")}
        assert counts == {"sessions": 1, "segments": 2, "words": 2}
        assert await store.missing_meetings({meeting.id}) == {meeting.id}
        assert await store.meeting(meeting.id) is None
        assert await store.segments(meeting.id) == ()
        assert await store.sessions(meeting.id) == ()
