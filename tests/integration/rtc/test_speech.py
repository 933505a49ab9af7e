"""Real speech over WebRTC to a real server with a real model: what is lost on the way is all that is lost."""

import asyncio
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from loadtest.wer import compare
from tests.support.peers import calling
from tests.support.process import Server
from tests.support.recordings import RATE, Samples, s16, samples
from tests.support.wire import pieces, wire

pytestmark = pytest.mark.model

SECONDS = 10


def speech() -> Samples:
    """The beginning of the sample."""
    return samples()[: SECONDS * RATE]


@pytest.fixture(scope="module")
async def of_file(tiny_server: Server) -> str:
    """What the model hears of the same audio over the WebSocket, where nothing is coded or lost."""
    async with wire(tiny_server.stream) as client:
        await client.start(languages=["en"])
        await client.send(pieces(s16(speech()), 3_200))
        await client.say({"type": "stop"})
        assert await client.rest() == 1000
    return client.text


async def calls(server: Server) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=60)


async def test_packets_that_are_lost_are_lost_in_the_ledger_and_move_no_word(
    tiny_server: Server, of_file: str
) -> None:
    async with await calls(tiny_server) as http, calling(http, speech(), "/v1/whip?languages=en") as peer:
        peer.lose(0.05)
        async with wire(tiny_server.stream.replace("stream", f"meetings/{peer.meeting}/captions")) as viewer:
            await asyncio.wait_for(peer.speaker.said.wait(), 60)
            await peer.leave()
            await viewer.rest()
    (ended,) = [one for one in peer.heard if one["type"] == "ended"]
    coverage = ended["coverage"]
    assert peer.lost > 5
    assert coverage["received"] == pytest.approx(SECONDS, rel=0.01, abs=0.15)
    assert coverage["lost"] == pytest.approx(peer.lost * 0.02, abs=0.06)
    parts = sum(coverage[name] for name in ("transcribed", "silence", "quarantined", "lost"))
    assert parts == pytest.approx(coverage["received"], abs=0.002)
    assert compare(of_file, peer.text).rate <= 0.10, peer.text
    assert [one["text"] for one in viewer.finals] == [one["text"] for one in peer.finals]
    assert max(one["end"] for one in peer.finals) <= SECONDS + 0.2
