"""What the operator hears of: every fault of the server, in whatever form its client is told of it."""

from contextlib import suppress

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.fakes.store import MemoryStore
from tests.support.node import Node, node
from tests.support.recordings import RATE, encoded, sentence


def met(one: Node) -> list[tuple[str, str]]:
    return [(problem.code, problem.where) for problem in one.problems.last()]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/stream",
        "/v1/listen?encoding=linear16&sample_rate=16000",
        "/v2/listen?encoding=linear16&sample_rate=16000",
        "/v1/realtime",
        "/v3/ws?sample_rate=16000",
        "/v2",
    ],
)
async def test_a_refused_handshake_of_any_wire_is_noted(path: str) -> None:
    async with node(MemoryStore(), languages=()) as one:
        with suppress(InvalidStatus, ConnectionClosed):
            async with connect(one.url.replace("/v1/stream", path), proxy=None) as socket:
                await socket.recv()
                await socket.recv()
        assert met(one) == [("not_ready", "call")]


async def test_calls_of_vendors_that_fail_are_noted() -> None:
    sound = encoded(sentence(), "wav", "pcm_s16le", RATE)
    async with (
        node(MemoryStore()) as one,
        one.client() as client,
    ):
        one.sessions.draining = True
        form = {"files": {"file": ("a.wav", sound)}, "data": {"model": "m"}}
        assert (await client.post("/v1/audio/transcriptions", **form)).status_code == 503  # type: ignore[arg-type]
        assert met(one) == [("restarting", "call")]
        assert (await client.post("/v1/listen", content=sound)).status_code == 503
        assert one.problems.last()[0].count == 2


async def test_what_is_the_clients_fault_is_not_noted() -> None:
    async with (
        node(MemoryStore()) as one,
        one.client() as client,
    ):
        assert (await client.post("/v1/listen", content=b"")).status_code == 400
        assert (await client.get("/v1/models/none")).status_code == 404
        assert (await client.get("/v2/nothing")).status_code == 404
        assert met(one) == []
