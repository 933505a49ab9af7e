"""Clients of other services on a real socket with a scripted model: what is refused, bounded and counted."""

import json
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from server.live.messages import MESSAGES_AT_ONCE
from server.vendors import twilio
from tests.fakes.store import MemoryStore
from tests.support.calls import PIECE, SIDES, Call
from tests.support.node import Node, node

SILENCE = b"\xff" * PIECE


def at(one: Node, path: str) -> connect:
    """A socket at another path of the node."""
    return connect(one.url.replace("/v1/stream", path), proxy=None)


async def rest(socket: ClientConnection) -> tuple[list[Any], int, str]:
    """All that is said until the close, its code and its reason."""
    heard = []
    try:
        while True:
            heard.append(json.loads(await socket.recv()))
    except ConnectionClosed as closed:
        return heard, *((closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, ""))


async def test_a_call_that_does_not_say_who_it_is_is_hung_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twilio, "START_SECONDS", 0.05)
    async with node(MemoryStore()) as one, at(one, "/twilio") as socket:
        assert await rest(socket) == ([], 4408, "idle")


@pytest.mark.parametrize(
    ("message", "code", "reason"),
    [
        ("hello", 1002, "bad_json"),
        (b"\xff", 1003, "unexpected_binary"),
        ('{"event":"media"}', 1002, "not_started"),
    ],
)
async def test_a_call_that_begins_wrongly_is_hung_up(message: str | bytes, code: int, reason: str) -> None:
    async with node(MemoryStore()) as one, at(one, "/twilio") as socket:
        await socket.send(message)
        assert await rest(socket) == ([], code, reason)


async def test_audio_of_two_sides_is_never_too_many_messages() -> None:
    async with node(MemoryStore(), clock=lambda: 0.0) as one, at(one, "/twilio") as socket:
        call = Call(socket, SIDES)
        await call.start()
        await call.talk(SILENCE * (MESSAGES_AT_ONCE + 10), SILENCE * (MESSAGES_AT_ONCE + 10))
        assert await call.stop() == 1000


async def test_marks_beside_the_audio_are_counted() -> None:
    async with node(MemoryStore(), clock=lambda: 0.0) as one, at(one, "/twilio") as socket:
        call = Call(socket, ("inbound",))
        await call.start()
        for _ in range(MESSAGES_AT_ONCE + 1):
            await call.say("mark", mark={"name": "played"})
        assert await rest(socket) == ([], 1008, "too_many_messages")


async def test_a_path_that_names_no_language_is_nothing() -> None:
    async with node(MemoryStore()) as one, at(one, "/v2/agent?jwt=any") as socket:
        await socket.send("{}")
        heard, code, reason = await rest(socket)
    assert heard == [
        {"message": "Error", "type": "protocol_error", "reason": "No language is called 'agent'."}
    ]
    assert (code, reason) == (1008, "protocol_error")


async def test_a_stream_that_falls_silent_is_told_in_the_words_of_its_wire() -> None:
    async with (
        node(MemoryStore(), idle_seconds=0.05) as one,
        at(one, "/v3/ws?sample_rate=16000") as socket,
    ):
        heard, code, _ = await rest(socket)
    assert [message["type"] for message in heard] == ["Begin", "Error"]
    assert (heard[-1]["error_code"], code) == (4031, 4031)
