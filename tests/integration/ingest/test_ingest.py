"""Streams from elsewhere at real sessions in a real database; only the model is scripted."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from server.ingest.ingests import Terms
from server.ingest.retrying import Patience
from server.store.postgres import PostgresStore
from server.store.records import NewMeeting
from tests.support.node import Node, node
from tests.support.sources import HlsSource, HttpSource, RtspSource, talk
from tests.support.speech import VOCABULARY

TERMS = Terms(Patience(first=60, away=60, sender=60, stall=30), lease=3.0, private=True)
OVER = {"ended", "failed"}
LOOK = 0.05
"""Seconds between two looks at a state that nothing tells of."""


@dataclass
class Calls:
    """A client of one meeting's ingests."""

    http: httpx.AsyncClient
    meeting: str

    @property
    def path(self) -> str:
        return f"/v1/meetings/{self.meeting}/ingest"

    async def begin(self, **body: Any) -> dict[str, Any]:
        answer = await self.http.post(self.path, json=body)
        assert answer.status_code == 202, answer.text
        made: dict[str, Any] = answer.json()
        assert answer.headers["location"] == f"{self.path}/{made['id']}"
        return made

    async def get(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.http.get(f"{self.path}/{name}")).json()
        return found

    async def until(self, name: str, good: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait for an ingest to be so."""
        async with asyncio.timeout(60):
            while not good(found := await self.get(name)):
                assert found["state"] not in OVER or good(found), found
                await asyncio.sleep(LOOK)
        return found

    async def over(self, name: str) -> dict[str, Any]:
        return await self.until(name, lambda found: found["state"] in OVER)

    async def words(self) -> list[tuple[str, float]]:
        """Each segment's text, and where it begins."""
        found = (await self.http.get(f"/v1/meetings/{self.meeting}/transcript")).json()
        return [(one["text"], one["start"]) for one in found["segments"]]

    async def lost(self) -> list[tuple[float, float, str]]:
        found = (await self.http.get(f"/v1/meetings/{self.meeting}/coverage")).json()
        lost = [one for one in found["intervals"] if one["outcome"] == "lost"]
        return [(one["start"], one["end"], one["reason"]) for one in lost]


@asynccontextmanager
async def calls(store: PostgresStore, one: Node) -> AsyncIterator[Calls]:
    meeting = await store.create_meeting(NewMeeting(), "default")
    async with one.client() as http:
        yield Calls(http, meeting.id)


async def test_a_stream_over_http_is_heard_to_its_end(store: PostgresStore) -> None:
    source = HttpSource(talk("one", "two", "three"), whole=True)
    async with node(store, ingest=TERMS) as one, calls(store, one) as mine, source.served() as url:
        made = await mine.begin(url=f"{url}?key=secret", speaker="Anna")
        assert (made["state"], made["url"]) == ("connecting", url)
        over = await mine.over(made["id"])
        assert (over["state"], over["error"], over["reconnects"]) == ("ended", None, 0), over
        assert over["seconds"] == pytest.approx(3.0, abs=0.05)
        assert over["bytes"] > 2 * 48_000
        assert [text for text, _ in await mine.words()] == ["one", "two", "three"]
        assert (await mine.http.get(f"/v1/meetings/{mine.meeting}")).json()["status"] == "ended"
        assert (await mine.http.get(mine.path)).json()["data"] == [over]


async def test_what_was_missed_while_the_source_was_away_is_a_gap(store: PostgresStore) -> None:
    source = HttpSource(talk("one", "two", "three", "four"))
    async with node(store, ingest=TERMS) as one, calls(store, one) as mine, source.served() as url:
        made = await mine.begin(url=url)
        await mine.until(made["id"], lambda found: found["seconds"] > 1.5)
        source.away = True
        source.cut()
        waiting = await mine.until(made["id"], lambda found: found["state"] == "waiting")
        assert waiting["error"]["code"] == "source_lost"
        asked = source.asked
        await mine.until(made["id"], lambda _: source.asked > asked + 1)
        source.away = False
        await mine.until(made["id"], lambda found: found["state"] == "live")
        assert (await mine.get(made["id"]))["error"] is None
        await mine.until(made["id"], lambda found: found["seconds"] > 3.5)
        assert (await mine.http.delete(f"{mine.path}/{made['id']}")).status_code == 202
        over = await mine.over(made["id"])
        assert over["state"] == "ended"
        assert over["reconnects"] >= 1
        ((start, end, reason),) = await mine.lost()
        assert reason == "source_lost"
        assert end - start > 0.5
        again = [at for text, at in await mine.words() if text == "one"]
        assert again == [pytest.approx(0.0, abs=0.4), pytest.approx(end, abs=0.4)]


async def test_live_hls_comes_back_to_the_frame(store: PostgresStore) -> None:
    words = VOCABULARY[1:25]
    source = HlsSource(talk(*words))
    async with node(store, ingest=TERMS) as one, calls(store, one) as mine, source.served() as url:
        made = await mine.begin(url=url)
        await mine.until(made["id"], lambda found: found["seconds"] > 2)
        source.away = True
        await mine.until(made["id"], lambda found: found["state"] == "waiting")
        source.away = False
        before = (await mine.until(made["id"], lambda found: found["state"] == "live"))["seconds"]
        await mine.until(made["id"], lambda found: found["seconds"] > before + 2)
        await mine.http.delete(f"{mine.path}/{made['id']}")
        await mine.over(made["id"])
        heard = await mine.words()
        first = words.index(heard[0][0])
        for text, at in heard:
            assert at == pytest.approx(words.index(text) - first, abs=0.4), heard
        assert len({text for text, _ in heard}) == len(heard), "nothing is heard twice"


async def test_a_camera_is_asked_by_rtsp(store: PostgresStore) -> None:
    source = RtspSource(talk("one", "two", "three"))
    async with node(store, ingest=TERMS) as one, calls(store, one) as mine, source.served() as url:
        made = await mine.begin(url=url)
        await mine.until(made["id"], lambda found: found["seconds"] > 2.5)
        await mine.http.delete(f"{mine.path}/{made['id']}")
        assert (await mine.over(made["id"]))["state"] == "ended"
        assert [text for text, _ in await mine.words()] == ["one", "two", "three"]
