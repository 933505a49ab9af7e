"""`GET /v1/search` on a real PostgreSQL: what is found, in which order, and how it is shown."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from server.store.postgres import PostgresStore
from server.store.records import NewMeeting
from streaming.segments import SUSPECTED_HALLUCINATION, Coverage
from tests.integration.store.made import a_segment, a_session
from tests.support.node import node

SAID = {
    "budget": [
        "Мы обсудили расходы на серверы",
        "Анна предложила сократить встречи",
        "Про «Ромашку» — главное решили…",
    ],
    "hiring": ["We interviewed three candidates", "The budgets were approved, and <b>budgets</b> only"],
    "mixed": ["серверы и candidates вместе", "Планирование кафе café на осень"],
}


@pytest.fixture
async def searched(store: PostgresStore) -> dict[str, str]:
    """Names of meetings by their ids."""
    names = {}
    for name, texts in SAID.items():
        meeting = await store.create_meeting(NewMeeting(title=f"about {name}"))
        names[meeting.id] = name
        await store.open_session(meeting.id, a_session(f"ses_{name}"))
        finals = [a_segment(f"seg_{name}_{at}", text, start=10.0 * at) for at, text in enumerate(texts)]
        await store.save(f"ses_{name}", finals, position=0, coverage=Coverage())
    return names


@pytest.fixture
async def http(store: PostgresStore) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server over the store."""
    async with (
        node(store) as one,
        one.client() as client,
    ):
        yield client


async def found(http: httpx.AsyncClient, q: str, **filters: Any) -> list[dict[str, Any]]:
    """All hits, over all pages."""
    hits: list[dict[str, Any]] = []
    query = {"q": q, **filters}
    while True:
        answer = await http.get("/v1/search", params=query)
        assert answer.status_code == 200, answer.text
        hits += answer.json()["data"]
        if (cursor := answer.json()["next_cursor"]) is None:
            return hits
        query["cursor"] = cursor


def ids(hits: list[dict[str, Any]]) -> set[str]:
    return {hit["segment"].removeprefix("seg_") for hit in hits}


FOUND = {
    "сервер": {"budget_0", "mixed_0"},
    "СЕРВЕРАМИ": {"budget_0", "mixed_0"},
    "candidate": {"hiring_0", "mixed_0"},
    "сервера candidate": {"mixed_0"},
    "сервер -candidates": {"budget_0"},
    "сервер -вместе": {"budget_0"},
    "ромашка": {"budget_2"},
    '"сократить встречи"': {"budget_1"},
    '"встречи сократить"': set(),
    "«сократить встречи»": {"budget_1"},
    "планиро*": {"mixed_1"},
    "cand*": {"hiring_0", "mixed_0"},
    "rom*": set(),
    "caf* планирование": {"mixed_1"},
    "interview or сократить": {"hiring_0", "budget_1"},
    "the budget": {"hiring_1"},
    "the": set(),
    "-сервер": set(),
    "?! ' & | <-> * \\ %": set(),
    "x'*": set(),
}


async def test_all_terms_stand_in_one_utterance(http: httpx.AsyncClient, searched: dict[str, str]) -> None:
    assert {q: ids(await found(http, q)) for q in FOUND} == FOUND


async def test_a_hit_says_where_to_jump_to_and_what_was_looked_for(
    http: httpx.AsyncClient, searched: dict[str, str]
) -> None:
    (hit,) = await found(http, "budget")
    assert searched[hit["meeting"]["id"]] == "hiring"
    assert (hit["meeting"]["title"], hit["meeting"]["status"]) == ("about hiring", "live")
    assert (hit["start"], hit["end"], hit["language"], hit["flagged"]) == (10.0, 11.0, "ru", False)
    assert [part["text"] for part in hit["snippet"] if part["match"]] == ["budgets", "budgets"]
    assert "".join(part["text"] for part in hit["snippet"]) == SAID["hiring"][1]


MARKED = {"ромашка": ["Ромашку"], "главный": ["главное"], "caf*": ["café"], "кафе": ["кафе"]}


async def test_words_beside_other_signs_are_marked_where_they_stand(
    http: httpx.AsyncClient, searched: dict[str, str]
) -> None:
    for q, marked in MARKED.items():
        (hit,) = await found(http, q)
        assert [part["text"] for part in hit["snippet"] if part["match"]] == marked


async def test_better_matches_come_first_then_newer_meetings_and_what_is_flagged_last(
    http: httpx.AsyncClient, store: PostgresStore
) -> None:
    texts = ["alpha and a lot of other words around it", "alpha alpha alpha", "alpha alpha alpha alpha"]
    for meeting_name in ("old", "new"):
        meeting = await store.create_meeting(NewMeeting())
        await store.open_session(meeting.id, a_session(f"ses_{meeting_name}"))
        finals = [a_segment(f"seg_{meeting_name}_{at}", text, start=at) for at, text in enumerate(texts)]
        flagged = replace(finals[2].segment, flags=(SUSPECTED_HALLUCINATION,))
        finals[2] = replace(finals[2], segment=flagged)
        await store.save(f"ses_{meeting_name}", finals, position=0, coverage=Coverage())
    order = ["new_1", "old_1", "new_0", "old_0", "new_2", "old_2"]
    for limit in (1, 2, 6):
        hits = await found(http, "alpha", limit=limit)
        assert [hit["segment"].removeprefix("seg_") for hit in hits] == order
    assert [hit["flagged"] for hit in hits] == [False] * 4 + [True] * 2


FILTERS: list[tuple[Callable[[dict[str, Any]], dict[str, Any]], set[str]]] = [
    (lambda hit: {"meeting": hit["meeting"]["id"]}, {"budget_0"}),
    (lambda _: {"status": "live"}, {"budget_0", "mixed_0"}),
    (lambda _: {"status": "ended"}, set()),
    (lambda _: {"language": "RU"}, {"budget_0", "mixed_0"}),
    (lambda _: {"language": "en"}, set()),
    (lambda _: {"speaker": "Анна"}, set()),
    (lambda hit: {"to": hit["said_at"]}, set()),
    (lambda hit: {"from": hit["said_at"]}, {"budget_0", "mixed_0"}),
    (lambda _: {"from": "2999-01-01"}, set()),
]


async def test_filters_leave_out(http: httpx.AsyncClient, searched: dict[str, str]) -> None:
    oldest = min(await found(http, "сервер"), key=lambda hit: str(hit["said_at"]))
    for filters, expected in FILTERS:
        assert ids(await found(http, "сервер", **filters(oldest))) == expected, filters(oldest)


async def test_a_speaker_is_found_by_name(http: httpx.AsyncClient, store: PostgresStore) -> None:
    meeting = await store.create_meeting(NewMeeting())
    await store.open_session(meeting.id, a_session("ses"))
    one = a_segment("seg_a", "квартальный отчёт", start=2.5)
    finals = [
        replace(one, segment=replace(one.segment, id=f"seg_{name}", speaker=name)) for name in ("Анна", "Ян")
    ]
    await store.save("ses", finals, position=0, coverage=Coverage())
    (hit,) = await found(http, "отчет or отчёт", speaker="Ян")
    assert (hit["speaker"], hit["segment"]) == ("Ян", "seg_Ян")
    began = (await store.sessions(meeting.id))[0].started_at
    assert hit["said_at"] == (began + timedelta(seconds=2.5)).isoformat().replace("+00:00", "Z")


REFUSED = {
    "": 422,
    "q=": 422,
    "q=" + "x" * 201: 422,
    "q=a&from=yesterday": 422,
    "q=a&from=0001-01-01T00:00:00%2B14:00": 422,
    "q=a&meeting=a%20b": 422,
    "q=a&language=klingon": 422,
    "q=a&limit=201": 422,
    "q=a&cursor=x": 400,
    "q=a&cursor=WzEsMl0": 400,
}


async def test_what_cannot_be_looked_for_is_refused(http: httpx.AsyncClient) -> None:
    answers = {query: (await http.get(f"/v1/search?{query}")).status_code for query in REFUSED}
    assert answers == REFUSED
