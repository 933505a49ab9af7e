"""What one client may take of a server, over a real socket: the code, the close code and the sentence."""

import pytest

from server.live.connection import MESSAGES_AT_ONCE
from tests.fakes.store import MemoryStore
from tests.support.node import node
from tests.support.wire import wire

PING = {"type": "ping"}


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
