"""A peer that is gone, in whatever way: its session ends in good order, soon, and its place is free again."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import aioice.ice
import numpy as np
import pytest

from server.live.session import Seat
from server.rtc import ice, stream
from server.store.postgres import PostgresStore
from tests.support.busy import times_slower
from tests.support.node import Node, node
from tests.support.peers import SDP, Peer, calling, offering
from tests.support.recordings import RATE
from tests.support.whip_refusals import calls_of

QUIET = np.zeros(RATE // 2, np.float32)
"""Half a second."""
SOON = 6.0
"""Seconds within which a peer that sends nothing any more must be noticed."""


@pytest.fixture
async def one(store: PostgresStore) -> AsyncIterator[Node]:
    """A node that speaks ICE as the application does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aioice.ice, "CONSENT_FAILURES", ice.CONSENT_FAILURES)
        async with node(store, places=1) as serving:
            yield serving


async def over(one: Node) -> float:
    """Wait until the only session has ended; how many seconds that took."""
    (live,) = one.sessions.kept()
    begun = time.monotonic()
    async with asyncio.timeout(30):
        await live.over.wait()
    assert one.admission.live == 0
    return time.monotonic() - begun


async def test_a_peer_that_never_connects_is_cleaned_up(one: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "CONNECT_SECONDS", 0.2)
    async with calls_of(one) as http, offering() as made:
        answer = await http.post("/v1/whip", content=made.sdp, headers=SDP)
        assert answer.status_code == 201
        await over(one)
        meeting = answer.headers["location"].split("/")[-2]
        stored = await http.get(f"/v1/meetings/{meeting}")
        assert stored.json()["status"] == "ended"


async def frozen(peer: Peer) -> None:
    """Its packets come no more, while it is there and answers, as one whose microphone hangs."""
    peer.lose(1.0)


async def vanished(peer: Peer) -> None:
    """Nothing at all comes any more."""
    await peer.vanish()


@pytest.mark.parametrize("fate", [frozen, vanished])
async def test_a_peer_that_is_gone_without_a_word_is_noticed(
    one: Node, fate: Callable[[Peer], Awaitable[None]], store: PostgresStore
) -> None:
    async with calls_of(one) as http, calling(http, QUIET) as peer:
        await peer.speaker.said.wait()
        await fate(peer)
        assert await over(one) < SOON * times_slower()
        stored = await store.meeting(peer.meeting)
    assert stored is not None
    assert stored.status == "ended"
    assert stored.duration >= 0.3


async def test_a_peer_that_closes_its_connection_is_gone_before_its_silence_shows(
    one: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "SILENT_SECONDS", 60.0)
    async with calls_of(one) as http, calling(http, QUIET) as peer:
        await peer.speaker.said.wait()
        await peer.connection.close()
        await over(one)


async def test_a_server_that_stops_says_the_last_word_to_its_peers(one: Node) -> None:
    async with calls_of(one) as http, calling(http, QUIET) as peer:
        await peer.speaker.said.wait()
        await one.sessions.drain(20)
        assert not one.sessions.kept()
        async with asyncio.timeout(20):
            await peer.ended.wait()


async def test_who_ends_a_stream_that_fails_is_answered(one: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    async def failing(peer: stream.PeerStream, _: Seat) -> None:
        await peer._peer.over.wait()
        raise RuntimeError("the stream failed")

    monkeypatch.setattr(stream.PeerStream, "serve", failing)
    async with asyncio.timeout(30), calls_of(one) as http, offering() as made:
        answer = await http.post("/v1/whip", content=made.sdp, headers=SDP)
        ended = await http.delete(answer.headers["location"])
        assert (ended.status_code, ended.json()) == (200, {"received": 0.0})
