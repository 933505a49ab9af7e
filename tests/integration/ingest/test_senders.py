"""Encoders and cameras that send: Debian's FFmpeg to the ports of a real node."""

import asyncio

import pytest

from server.store.postgres import PostgresStore
from tests.integration.ingest.test_ingest import TERMS, calls
from tests.support.encoders import sending
from tests.support.node import node


@pytest.mark.parametrize("kind", ["rtmp", "rtsp", "http"])
async def test_one_sender_with_the_key_is_heard_to_its_end(store: PostgresStore, kind: str) -> None:
    async with node(store, ingest=TERMS) as one, calls(store, one) as mine:
        made = await mine.begin(listen=kind)
        assert made["key"] in made["address"]
        assert made["address"] == f"{made['server']}/{made['key']}"
        wrong = made["address"].replace(made["key"], "x" * len(made["key"]))
        async with sending(kind, wrong, 2) as refused:
            await refused.wait()
        assert (await mine.get(made["id"]))["state"] == "connecting"
        async with sending(kind, made["address"], 2.5) as encoder:
            await mine.until(made["id"], lambda found: found["state"] == "live")
            async with sending(kind, made["address"], 1) as second:
                await second.wait()
            assert await encoder.wait() == 0
            over = await mine.over(made["id"])
        assert (over["state"], over["error"]) == ("ended", None)
        # FFmpeg gathers up to half a second of AAC for a packet of RTP, and keeps the last one to itself.
        assert 2.0 - 0.1 < over["seconds"] < 2.5 + 0.1
        assert over["address"] is None
        assert await mine.lost() == []


async def test_an_encoder_that_is_gone_may_come_back_to_the_same_address(store: PostgresStore) -> None:
    async with node(store, ingest=TERMS) as one, calls(store, one) as mine:
        made = await mine.begin(listen="rtmp")
        async with sending("rtmp", made["address"], 30):
            await mine.until(made["id"], lambda found: found["seconds"] > 1)
        before = await mine.until(made["id"], lambda found: found["state"] == "waiting")
        assert before["address"] == made["address"]
        async with sending("rtmp", made["address"], 30):
            await mine.until(made["id"], lambda found: found["seconds"] > before["seconds"] + 1)
            await mine.http.delete(f"{mine.path}/{made['id']}")
            over = await mine.over(made["id"])
        assert over["state"] == "ended"
        ((start, _, reason),) = await mine.lost()
        assert reason == "source_lost"
        assert start == pytest.approx(before["seconds"], abs=0.2)


async def test_a_port_from_which_nothing_comes_is_given_up(store: PostgresStore) -> None:
    terms = TERMS.__class__(TERMS.patience.__class__(sender=0.5), lease=3.0, private=True)
    async with node(store, ingest=terms) as one, calls(store, one) as mine:
        made = await mine.begin(listen="rtsp")
        over = await mine.over(made["id"])
        assert (over["state"], over["error"]["code"]) == ("failed", "source_silent")
        with pytest.raises(OSError):  # noqa: PT011 - whichever says that nobody listens
            await asyncio.open_connection("127.0.0.1", int(made["address"].split(":")[2].partition("/")[0]))
