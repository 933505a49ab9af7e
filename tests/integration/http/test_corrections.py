"""People name speakers and correct what was heard: stored, found, reported, undone, and told to viewers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from server.access.access import DEFAULT
from server.live.elsewhere import Elsewhere
from server.live.wiring import telling_edits
from server.store.found import Wanted
from server.store.postgres import PostgresStore
from server.store.records import NewMeeting, StoredSegment
from streaming.events import Caption, Corrected
from streaming.segments import SUSPECTED_HALLUCINATION, Coverage, Segment, TimedWord
from tests.integration.store.made import a_session
from tests.support.application import a_key
from tests.support.node import Node, node
from tests.support.refusals import captions
from tests.support.wire import wire

TEXT = "we ship the bigger surfer on Friday."


def final(name: str, text: str = TEXT, at: float = 10.0, flags: tuple[str, ...] = ()) -> Segment:
    words = tuple(
        TimedWord(word, at + place, at + place + 0.8, 0.5) for place, word in enumerate(text.split())
    )
    return Segment(name, at, at + 8.0, text, "en", words, "S1", flags=flags)


async def a_meeting(store: PostgresStore, *finals: Segment, live: bool = False) -> str:
    meeting = (await store.create_meeting(NewMeeting(title="Launch"))).id
    await store.open_session(meeting, a_session(f"ses-{meeting}"))
    said = [StoredSegment(one, "", number) for number, one in enumerate(finals, 1)]
    await store.save(f"ses-{meeting}", said, position=1, coverage=Coverage())
    if not live:
        await store.close_session(f"ses-{meeting}", position=1, duration=20.0, coverage=Coverage())
    return meeting


@asynccontextmanager
async def elsewhere(one: Node, store: PostgresStore) -> AsyncIterator[Elsewhere]:
    hearing = Elsewhere(one.hub, store.editing)
    async with hearing.running():
        yield hearing


async def read(client: httpx.AsyncClient, path: str, **query: Any) -> Any:
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def change(client: httpx.AsyncClient, path: str, **body: Any) -> Any:
    answer = await client.patch(path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_correction_is_read_found_and_undone(store: PostgresStore) -> None:
    meeting = await a_meeting(store, final("seg-1"), final("seg-2", "Agreed.", 20.0))
    path = f"/v1/meetings/{meeting}"
    async with node(store) as one, one.client() as client:
        made = await change(
            client, f"{path}/segments/seg-1", version=0, text="We ship the bigger server on Friday."
        )
        assert (made["version"], made["text"]) == (1, "We ship the bigger server on Friday.")
        assert made["words"][4] == {"word": "server", "start": 14.0, "end": 14.8, "confidence": 1.0}
        assert made["words"][5] == {"word": "on", "start": 15.0, "end": 15.8, "confidence": 0.5}
        transcript = await read(client, f"{path}/transcript")
        assert [one.get("version") for one in transcript["segments"]] == [1, None]
        for form in ("txt", "md", "srt", "vtt"):
            assert "bigger server" in (await client.get(f"{path}/transcript?format={form}")).text
        assert "bigger server" in (await client.get(f"{path}/report?format=md")).text
        assert (await read(client, "/v1/search", q="server"))["data"][0]["segment"] == "seg-1"
        assert (await read(client, "/v1/search", q="surfer"))["data"] == []

        back = await change(client, f"{path}/segments/seg-1", version=1, restore=0)
        assert (back["version"], back["text"], back["words"][4]["confidence"]) == (2, TEXT, 0.5)
        same = await change(client, f"{path}/segments/seg-1", version=2, text=TEXT)
        assert same["version"] == 2, "what says nothing new is no version"
        history = await read(client, f"{path}/segments/seg-1/history")
        assert [(one["version"], one["text"], one["restored"], one["by"]) for one in history["data"]] == [
            (2, TEXT, 0, "open"),
            (1, "We ship the bigger server on Friday.", None, "open"),
            (0, TEXT, None, None),
        ]
        assert [one["at"] is None for one in history["data"]] == [False, False, True]
        page = await read(client, f"{path}/segments/seg-1/history", limit=2)
        rest = await read(client, f"{path}/segments/seg-1/history", cursor=page["next_cursor"])
        assert [one["version"] for one in page["data"] + rest["data"]] == [2, 1, 0]
        assert (await read(client, f"{path}/segments/seg-2/history")) == {"data": [], "next_cursor": None}


async def test_who_corrects_is_known_by_their_key_and_needs_the_right(store: PostgresStore) -> None:
    meeting = await a_meeting(store, final("seg-1"))
    secret = await a_key(store, DEFAULT, "view", "manage", name="Mara's laptop")
    reader = await a_key(store, DEFAULT, "view", name="reader")
    path = f"/v1/meetings/{meeting}"
    async with node(store) as one, one.client(secret) as client, one.client(reader) as looking:
        await change(client, f"{path}/segments/seg-1", version=0, text="x")
        history = await read(looking, f"{path}/segments/seg-1/history")
        assert history["data"][0]["by"] == "Mara's laptop"
        for refused in (
            await looking.patch(f"{path}/segments/seg-1", json={"version": 1, "text": "y"}),
            await looking.patch(f"{path}/speakers", json={"names": {"S1": "y"}}),
        ):
            assert refused.json()["error"]["code"] == "scope_missing"


async def test_of_two_who_correct_at_once_one_is_told_to_look_again(store: PostgresStore) -> None:
    meeting = await a_meeting(store, final("seg-1"))
    path = f"/v1/meetings/{meeting}/segments/seg-1"
    async with node(store) as one, one.client() as client:
        answers = await asyncio.gather(
            *(client.patch(path, json={"version": 0, "text": text}) for text in ("one", "two", "three"))
        )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]


async def test_a_person_vouches_for_what_was_doubted_or_takes_it_out(store: PostgresStore) -> None:
    doubted = (SUSPECTED_HALLUCINATION,)
    meeting = await a_meeting(
        store,
        final("seg-1", "We will deliver the twelve pumps on Monday morning.", flags=doubted),
        final("seg-2", "Thanks for watching!", 20.0, flags=doubted),
    )
    path = f"/v1/meetings/{meeting}"
    async with node(store) as one, one.client() as client:
        assert "pumps" not in (await client.get(f"{path}/report?format=md")).text
        text = "We will deliver the twelve pumps on Monday morning."
        made = await change(client, f"{path}/segments/seg-1", version=0, text=text)
        assert (made["version"], "flags" in made) == (1, False)
        gone = await change(client, f"{path}/segments/seg-2", version=0, text="")
        assert (gone["text"], gone["words"]) == ("", [])
        assert "pumps" in (await client.get(f"{path}/report?format=md")).text
        for form in ("txt", "md", "srt", "vtt"):
            text = (await client.get(f"{path}/transcript?format={form}")).text
            assert "pumps" in text
            assert "watching" not in text
        back = await change(client, f"{path}/segments/seg-2", version=1, restore=0)
        assert back["flags"] == [SUSPECTED_HALLUCINATION]


async def test_what_is_heard_again_does_not_undo_a_correction(store: PostgresStore) -> None:
    meeting = await a_meeting(store, final("seg-1"), live=True)
    async with node(store) as one, one.client() as client:
        await change(client, f"/v1/meetings/{meeting}/segments/seg-1", version=0, text="corrected")
    again = StoredSegment(final("seg-1", "heard again"), "", 3)
    await store.save(f"ses-{meeting}", [again], position=2, coverage=Coverage())
    (kept,) = await store.segments(meeting)
    assert (kept.segment.text, kept.segment.version, kept.seq) == ("corrected", 1, 3)


async def test_a_name_is_shown_wherever_the_speaker_is_and_can_be_taken_back(store: PostgresStore) -> None:
    meeting = await a_meeting(store, final("seg-1"))
    path = f"/v1/meetings/{meeting}"
    async with node(store) as one, one.client() as client:
        told = await change(client, f"{path}/speakers", names={"S1": " Anna Petrova ", "S2": "Boris"})
        assert told["speakers"] == [
            {"label": "S1", "name": "Anna Petrova", "segments": 1, "seconds": 8.0},
            {"label": "S2", "name": "Boris", "segments": 0, "seconds": 0.0},
        ]
        assert await read(client, f"{path}/speakers") == told
        (segment,) = (await read(client, f"{path}/transcript"))["segments"]
        assert (segment["speaker"], segment["speaker_label"]) == ("Anna Petrova", "S1")
        for form in ("txt", "md", "srt", "vtt"):
            assert "Anna Petrova" in (await client.get(f"{path}/transcript?format={form}")).text
        assert "Anna Petrova" in (await client.get(f"{path}/report?format=md")).text
        (hit,) = (await read(client, "/v1/search", q="surfer", speaker="Anna Petrova"))["data"]
        assert hit["speaker"] == "Anna Petrova"
        assert (await read(client, "/v1/search", q="surfer", speaker="S1"))["data"] == []
        await change(client, f"{path}/speakers", names={"S1": None})
        (segment,) = (await read(client, f"{path}/transcript"))["segments"]
        assert (segment["speaker"], "speaker_label" in segment) == ("S1", False)
        found = await store.archive.search(Wanted(q="surfer", workspace=DEFAULT, speaker="S1"))
        assert len(found.hits) == 1


async def test_viewers_are_told_and_captions_to_come_have_the_name(store: PostgresStore) -> None:
    meeting = await a_meeting(store, final("seg-1"), live=True)
    path = f"/v1/meetings/{meeting}"
    async with node(store) as one, one.client() as client:
        one.hub.open(meeting, 1)
        async with wire(captions(one, meeting)) as viewer:
            assert (await viewer.until("caption"))["speaker"] == "S1"
            one.hub.publish(meeting, Caption(0, final("seg-2", "so far")))
            await viewer.until("caption")
            await change(client, f"{path}/speakers", names={"S1": "Anna"})
            assert await viewer.until("renamed") == {"type": "renamed", "names": {"S1": "Anna"}}
            await change(client, f"{path}/segments/seg-1", version=0, text="corrected")
            told = await viewer.until("corrected")
            assert (told["segment"], told["version"], told["text"], told["speaker"]) == (
                "seg-1",
                1,
                "corrected",
                "Anna",
            )
            one.hub.publish(meeting, Caption(0, final("seg-2", "so far and on"), final=True))
            caption = await viewer.until("caption")
            assert (caption["speaker"], caption["speaker_label"]) == ("Anna", "S1")
        async with wire(captions(one, meeting)) as newcomer:
            first = await newcomer.until("caption")
            assert (first["text"], first["speaker"], len(newcomer.heard)) == ("corrected", "Anna", 1)
        async with wire(captions(one, meeting) + f"?since={caption['seq']}") as back:
            await back.until("corrected")
            assert [message["type"] for message in back.heard] == ["renamed", "corrected"]


async def test_viewers_on_another_node_are_told_without_connecting_again(
    store: PostgresStore, database_url: str
) -> None:
    meeting = await a_meeting(store, final("seg-1"), live=True)
    path = f"/v1/meetings/{meeting}"
    async with (
        node(store) as one,
        node(store) as other,
        telling_edits(database_url, one.hub, store.editing),
        other.client() as client,
        wire(captions(one, meeting)) as viewer,
    ):
        await viewer.until("caption")
        await change(client, f"{path}/segments/seg-1", version=0, text="corrected")
        told = await viewer.until("corrected")
        assert (told["segment"], told["version"], told["text"]) == ("seg-1", 1, "corrected")
        await change(client, f"{path}/speakers", names={"S1": "Anna"})
        assert await viewer.until("renamed") == {"type": "renamed", "names": {"S1": "Anna"}}


async def test_of_edits_that_may_have_been_missed_the_newest_are_told(store: PostgresStore) -> None:
    meeting = await a_meeting(store, final("seg-1"), final("seg-2", "Agreed.", 20.0))
    path = f"/v1/meetings/{meeting}"
    async with (
        node(store) as one,
        node(store) as other,
        other.client() as client,
        one.hub.subscribe(meeting, 2) as viewer,
        elsewhere(one, store) as hearing,
    ):
        viewer.replaying.clear()
        await change(client, f"{path}/segments/seg-2", version=0, text="corrected")
        hearing.heard("mtg_unknown seg-2")
        hearing.heard("")
        told = await viewer.get()
    assert isinstance(told, Corrected)
    assert (told.segment.id, told.segment.text) == ("seg-2", "corrected")
