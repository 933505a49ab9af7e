"""What one client may take of a server, over a real socket: the code, the close code and the sentence."""

import pytest

from server.live.messages import MESSAGES_AT_ONCE
from tests.fakes.store import MemoryStore
from tests.support.node import node
from tests.support.wire import wire

PING = {"type": "ping"}


async def test_a_socket_that_only_pings_is_closed_when_its_time_is_over() -> None:
    now = [0.0]
    async with node(MemoryStore(), clock=lambda: now[0], idle_seconds=30.0) as one, wire(one.url) as client:
        for now[0] in (10.0, 20.0, 29.0, 31.0):
            await client.say(PING)
            if now[0] < 30:
                await client.until("pong")
        assert await client.rest() == 4408
    assert [problem["code"] for problem in client.of("error")] == ["idle"]


async def test_a_stream_of_empty_audio_is_closed_when_its_time_is_over() -> None:
    now = [0.0]
    async with node(MemoryStore(), clock=lambda: now[0], idle_seconds=30.0) as one, wire(one.url) as client:
        await client.start()
        for now[0] in (10.0, 20.0, 29.0, 31.0):
            await client.say(b"")
            await client.say(PING)
            if now[0] < 30:
                await client.until("pong")
        assert await client.rest() == 4408
    assert [problem["code"] for problem in client.of("error")] == ["idle"]


@pytest.mark.parametrize("started", [False, True])
async def test_a_flood_of_messages_ends_the_stream_and_says_why(started: bool) -> None:
    async with node(MemoryStore(), clock=lambda: 0.0) as one, wire(one.url) as client:
        if started:
            await client.start()
        for _ in range(MESSAGES_AT_ONCE if started else MESSAGES_AT_ONCE + 1):
            await client.say(PING)
        assert await client.rest() == 1008
    (problem,) = client.of("error")
    assert problem == {
        "type": "error",
        "code": "too_many_messages",
        "message": "More than 50 messages a second came; audio alone may come faster.",
        "fatal": True,
    }
