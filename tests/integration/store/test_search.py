"""Full-text search in a real PostgreSQL: stemming in Russian and English, over titles and transcripts."""

import pytest

from server.access.access import DEFAULT
from server.store.postgres import PostgresStore
from server.store.records import NewMeeting
from streaming.segments import Coverage
from tests.integration.store.made import a_segment, a_session, whole_list

TITLES = {
    "budget": "Бюджет на квартал",
    "hiring": "Hiring weekly",
    "empty": None,
    "rare": "Ёлки и cafés",
    "quoted": "Про «Ромашку» — главное…",
}
SAID = {
    "budget": ["Мы обсудили расходы на серверы", "Анна предложила сократить встречи"],
    "hiring": ["We interviewed three candidates", "The budgets were approved by Анной"],
}


@pytest.fixture
async def searched(store: PostgresStore) -> dict[str, str]:
    """Names of meetings by their ids."""
    names = {}
    for name, title in TITLES.items():
        meeting = await store.create_meeting(NewMeeting(title=title))
        names[meeting.id] = name
        await store.open_session(meeting.id, a_session(f"ses_{name}"))
        finals = [a_segment(f"seg_{name}_{at}", text) for at, text in enumerate(SAID.get(name, ()))]
        await store.save(f"ses_{name}", finals, position=0, coverage=Coverage())
    return names


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("бюджеты", {"budget"}),
        ("БЮДЖЕТА", {"budget"}),
        ("встреча", {"budget"}),
        ("сервер", {"budget"}),
        ("interview", {"hiring"}),
        ("candidate", {"hiring"}),
        ("hire", {"hiring"}),
        ("Анна", {"budget", "hiring"}),
        ("café", {"rare"}),
        ("ёлка", {"rare"}),
        ("елка", {"rare"}),
        ("ромашка", {"quoted"}),
        ("«Ромашка»", {"quoted"}),
        ("главный", {"quoted"}),
        ("nowhere", set()),
    ],
)
async def test_a_word_is_found_in_any_form(
    store: PostgresStore, searched: dict[str, str], query: str, found: set[str]
) -> None:
    assert {searched[one] for one in await whole_list(store, limit=50, q=query)} == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("бюджет встреча", {"budget"}),
        ("hiring бюджет", set()),
        ("the hiring", {"hiring"}),
        ("бюджет и встреча", {"budget"}),
        ('"сократить встречи"', {"budget"}),
        ('"встречи сократить"', set()),
        ("«сократить встречи»", {"budget"}),
        ("“встречи сократить”", set()),
        ("Анна -hiring", {"budget"}),
        ("Анна -встречу", {"hiring"}),
        ("-Анна", {"empty", "rare", "quoted"}),
        ("бюджет or hiring", {"budget", "hiring"}),
        ("Анна interview OR ёлка", {"hiring"}),
        ("", set(TITLES)),
        ('  ?! --- "" \' : & | <-> \\ %', set(TITLES)),
    ],
)
async def test_terms_are_met_by_the_meeting_as_a_whole(
    store: PostgresStore, searched: dict[str, str], query: str, found: set[str]
) -> None:
    assert {searched[one] for one in await whole_list(store, limit=50, q=query)} == found


async def test_found_meetings_are_paged_like_all(store: PostgresStore, searched: dict[str, str]) -> None:
    assert [searched[one] for one in await whole_list(store, limit=1, q="Анна")] == ["hiring", "budget"]
    assert [one.id for one in (await store.meetings(DEFAULT, q="Анна", status="created")).meetings] == []


async def test_a_corrected_segment_is_found_by_its_new_text_only(
    store: PostgresStore, searched: dict[str, str]
) -> None:
    await store.save("ses_empty", [a_segment("seg_new", "черновик")], position=0, coverage=Coverage())
    await store.save("ses_empty", [a_segment("seg_new", "чистовик")], position=0, coverage=Coverage())
    assert await whole_list(store, limit=50, q="черновик") == []
    assert len(await whole_list(store, limit=50, q="чистовики")) == 1


async def test_a_very_long_text_is_stored_whole_and_its_beginning_found(store: PostgresStore) -> None:
    title = "начало " + " ".join(f"слово{number}" for number in range(200_000))
    made = await store.create_meeting(NewMeeting(title=title))
    assert made.title == title
    assert await whole_list(store, limit=50, q="начало") == [made.id]
    assert await whole_list(store, limit=50, q="x" * 100_000) == []
