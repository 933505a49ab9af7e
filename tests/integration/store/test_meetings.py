"""Meetings in a real PostgreSQL: what is made is read, changed, listed in order, and removed entirely."""

from dataclasses import fields

import pytest
from sqlalchemy import text

from server.access.access import DEFAULT
from server.store.engine import create_engine
from server.store.postgres import PostgresStore
from server.store.records import NewMeeting
from streaming.errors import NotFound, ProtocolError, StoreError
from streaming.segments import Coverage
from tests.integration.store.made import a_segment, a_session, whole_list

FULL = NewMeeting(
    title="Планёрка",
    languages=("ru", "en"),
    template="standup",
    stability="accurate",
    hotwords=("Стено",),
    notify={"email": ["a@example.org"]},
    retention_days=30,
    metadata={"room": {"floor": 3}},
)


@pytest.mark.parametrize("new", [NewMeeting(), FULL])
async def test_a_new_meeting_reads_back_as_it_was_made(store: PostgresStore, new: NewMeeting) -> None:
    made = await store.create_meeting(new)
    assert made.status == "created"
    assert made.created_at.utcoffset() is not None
    assert made.id.startswith("mtg_")
    assert len(made.id) == 24
    assert await store.meeting(made.id) == made
    assert all(getattr(made, field.name) == getattr(new, field.name) for field in fields(NewMeeting))


async def test_an_unknown_meeting_is_none_to_read_and_not_found_to_write(store: PostgresStore) -> None:
    assert await store.meeting("mtg_none") is None
    assert await store.sessions("mtg_none") == ()
    assert await store.segments("mtg_none") == ()
    for write in (
        store.update_meeting("mtg_none", {"title": "x"}),
        store.delete_meeting("mtg_none"),
        store.open_session("mtg_none", a_session("ses_1")),
        store.save("ses_none", [], position=0, coverage=Coverage()),
        store.close_session("ses_none", position=0, duration=0, coverage=Coverage()),
    ):
        with pytest.raises(NotFound) as missing:
            await write
        assert (missing.value.code, missing.value.status) == ("meeting_not_found", 404)


async def test_fields_change_by_name_and_none_gives_the_default_back(store: PostgresStore) -> None:
    made = await store.create_meeting(FULL)
    changed = await store.update_meeting(made.id, {"title": "Ретро", "languages": None, "notify": None})
    assert (changed.title, changed.languages, changed.notify) == ("Ретро", (), None)
    assert (changed.template, changed.metadata) == (FULL.template, FULL.metadata)
    assert await store.meeting(made.id) == changed
    assert await store.update_meeting(made.id, {}) == changed


@pytest.mark.parametrize("name", ["id", "status", "created_at", "nonsense", "title; DROP TABLE meetings"])
async def test_other_fields_cannot_be_changed(store: PostgresStore, name: str) -> None:
    made = await store.create_meeting(NewMeeting())
    with pytest.raises(ProtocolError) as refused:
        await store.update_meeting(made.id, {name: "x"})
    assert refused.value.code == "unknown_field"


@pytest.mark.parametrize(
    "changes", [{"stability": "wobbly"}, {"retention_days": 2**40}, {"title": 3}, {"metadata": {1, 2}}]
)
async def test_values_that_no_column_takes_are_rejected(
    store: PostgresStore, changes: dict[str, object]
) -> None:
    made = await store.create_meeting(NewMeeting())
    with pytest.raises(StoreError) as refused:
        await store.update_meeting(made.id, changes)
    assert refused.value.code == "store_rejected"
    assert await store.meeting(made.id) == made


async def test_hostile_text_is_cleaned_everywhere(store: PostgresStore) -> None:
    made = await store.create_meeting(
        NewMeeting(
            title="a\0b \ud800c\ud83d\ude00",
            languages=("r\0u",),
            hotwords=("\udfff",),
            notify={"to\0": ["x\0"]},
            metadata={"k\ud800": "v\0", "nan": float("nan")},
        )
    )
    assert made.title == "ab \ufffdc😀"
    assert (made.languages, made.hotwords) == (("ru",), ("\ufffd",))
    assert made.notify == {"to": ["x"]}
    assert made.metadata == {"k\ufffd": "v", "nan": None}
    assert await store.meeting("mtg_\0\ud800") is None
    assert [found.id for found in (await store.meetings(DEFAULT, q="\0\ud800")).meetings] == [made.id]
    assert [found.id for found in (await store.meetings(DEFAULT, q="a\0b")).meetings] == [made.id]


async def test_pages_are_newest_first_and_hold_the_limit(store: PostgresStore) -> None:
    made = [(await store.create_meeting(NewMeeting())).id for _ in range(7)]
    first = await store.meetings(DEFAULT, limit=3)
    assert [meeting.id for meeting in first.meetings] == made[:3:-1]
    assert await whole_list(store, limit=3) == made[::-1]
    assert (await store.meetings(DEFAULT, limit=7)).next_cursor is None
    assert len((await store.meetings(DEFAULT, limit=0)).meetings) == 1


async def test_pages_have_no_duplicates_or_holes_while_rows_come_and_go(store: PostgresStore) -> None:
    made = [(await store.create_meeting(NewMeeting())).id for _ in range(9)]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = await store.meetings(DEFAULT, cursor=cursor, limit=2)
        seen += [meeting.id for meeting in page.meetings]
        await store.create_meeting(NewMeeting())
        await store.delete_meeting(seen[-1])
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == made[::-1]


async def test_meetings_of_one_moment_are_paged_by_id(store: PostgresStore, database_url: str) -> None:
    made = [(await store.create_meeting(NewMeeting())).id for _ in range(5)]
    engine = create_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE meetings SET created_at = '2026-01-01T00:00:00.123456Z'"))
    await engine.dispose()
    assert await whole_list(store, limit=2) == sorted(made, reverse=True)


async def test_a_list_can_be_of_one_status(store: PostgresStore) -> None:
    created, live, ended = [(await store.create_meeting(NewMeeting())).id for _ in range(3)]
    await store.open_session(live, a_session("ses_live"))
    await store.open_session(ended, a_session("ses_ended"))
    await store.close_session("ses_ended", position=0, duration=0, coverage=Coverage())
    assert [meeting.id for meeting in (await store.meetings(DEFAULT, status="created")).meetings] == [created]
    assert [meeting.id for meeting in (await store.meetings(DEFAULT, status="live")).meetings] == [live]
    assert [meeting.id for meeting in (await store.meetings(DEFAULT, status="ended")).meetings] == [ended]


@pytest.mark.parametrize("cursor", ["", "x", "MTIz", "ключ", "\0", "MQ" * 500])
async def test_a_cursor_that_no_list_gave_is_refused(store: PostgresStore, cursor: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        await store.meetings(DEFAULT, cursor=cursor)
    assert (refused.value.code, refused.value.status) == ("bad_cursor", 400)


async def test_deletion_takes_everything_and_counts_it(store: PostgresStore, database_url: str) -> None:
    kept, gone = [(await store.create_meeting(NewMeeting())).id for _ in range(2)]
    for meeting, name in ((kept, "kept"), (gone, "gone")):
        await store.open_session(meeting, a_session(f"ses_{name}"))
        finals = [a_segment(f"seg_{name}_{number}", "два слова", start=number) for number in range(3)]
        await store.save(f"ses_{name}", finals, position=0, coverage=Coverage())
    await store.open_session(gone, a_session("ses_silent"))

    receipt = await store.delete_meeting(gone)
    assert (receipt.meeting_id, receipt.sessions) == (gone, ("ses_gone", "ses_silent"))
    removed = {name: receipt.removed[name] for name in ("sessions", "segments", "words")}
    assert removed == {"sessions": 2, "segments": 3, "words": 6}
    assert await store.meeting(gone) is None
    engine = create_engine(database_url)
    async with engine.connect() as connection:
        counts = [
            (await connection.execute(text(f"SELECT count(*), min(meeting_id) FROM {table}"))).one()  # noqa: S608
            for table in ("sessions", "segments")
        ]
    await engine.dispose()
    assert [tuple(count) for count in counts] == [(1, kept), (3, kept)]
