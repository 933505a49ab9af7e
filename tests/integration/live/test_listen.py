"""Deepgram's wire on a node: how one is let in or refused, what keeps a stream open, and how it ends."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.http11 import Response
from websockets.typing import Subprotocol

from server.access.access import DEFAULT
from server.store.postgres import PostgresStore
from tests.support.node import Node, node, wire_audio
from tests.support.speech import join, say, silence

RAW = "encoding=linear16&sample_rate=16000"
KEY = "sk_right"


def listen(one: Node, query: str = RAW) -> str:
    """The address of a stream."""
    return one.url.replace("/v1/stream", f"/v1/listen?{query}")


def token(key: str) -> dict[str, str]:
    """The header of Deepgram's clients."""
    return {"Authorization": f"Token {key}"}


async def messages(socket: ClientConnection) -> tuple[list[dict[str, Any]], int, str]:
    """All that comes until the close, its code and its reason."""
    heard = []
    async with asyncio.timeout(60):
        with suppress(ConnectionClosed):
            while True:
                heard.append(json.loads(await socket.recv()))
    assert socket.close_code is not None
    return heard, socket.close_code, socket.close_reason or ""


async def refused(url: str, **options: Any) -> tuple[Response, dict[str, Any]]:
    """The answer in place of a handshake, and its body."""
    with pytest.raises(InvalidStatus) as caught:
        async with connect(url, proxy=None, **options):
            pass
    response = caught.value.response
    return response, json.loads(response.body or b"")


async def test_a_page_shows_its_key_as_a_subprotocol(store: PostgresStore) -> None:
    async with node(store, api_key=KEY) as one:
        for scheme in ("token", "bearer", "Token"):
            offered = [Subprotocol(name) for name in (scheme, KEY, "x-deepgram-session-id", "5")]
            async with connect(listen(one), subprotocols=offered, proxy=None) as socket:
                assert socket.subprotocol == scheme


@pytest.mark.parametrize("scheme", ["Token", "token", "Bearer", "bearer"])
async def test_a_program_shows_it_in_a_header(store: PostgresStore, scheme: str) -> None:
    async with node(store, api_key=KEY) as one:
        shown = {"Authorization": f"{scheme} {KEY}", "X-Request-Id": "req-7"}
        async with connect(listen(one), additional_headers=shown, proxy=None) as socket:
            assert socket.response is not None
            assert socket.response.headers["dg-request-id"] == "req-7"
            await socket.send('{"type":"CloseStream"}')
            heard, code, _ = await messages(socket)
            assert [(one["type"], one["request_id"]) for one in heard] == [("Metadata", "req-7")]
            assert code == 1000


@pytest.mark.parametrize("headers", [{}, token("sk_wrong"), {"Authorization": "Basic x"}])
async def test_a_stranger_is_refused_in_deepgrams_words(
    store: PostgresStore, headers: dict[str, str]
) -> None:
    async with node(store, api_key=KEY) as one:
        response, body = await refused(listen(one), additional_headers=headers)
    assert response.status_code == 401
    assert body["err_code"] == "INVALID_AUTH"
    assert body["err_msg"] == response.headers["dg-error"]
    assert body["request_id"] == response.headers["dg-request-id"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("encoding=g729", "unknown_encoding"),
        (f"{RAW}&language=ru", "language_not_supported"),
        (f"{RAW}&callback=https%3A%2F%2Fexample.org", "not_supported"),
        (f"{RAW}&interim_results=perhaps", "invalid_field"),
    ],
)
async def test_what_cannot_be_served_is_refused_before_anything_is_stored(
    store: PostgresStore, query: str, code: str
) -> None:
    async with node(store) as one:
        response, body = await refused(listen(one, query))
        assert response.status_code == 400
        assert body["err_code"] == code.upper()
        assert one.admission.live == 0
        assert not (await store.meetings(DEFAULT)).meetings


async def test_a_full_server_says_when_to_come_again(store: PostgresStore) -> None:
    async with node(store, places=0) as one:
        response, body = await refused(listen(one))
    assert (response.status_code, body["err_code"]) == (503, "OVERLOADED")
    assert int(response.headers["Retry-After"]) > 0


async def test_what_is_left_out_is_named(store: PostgresStore) -> None:
    async with node(store) as one:
        async with connect(listen(one, f"{RAW}&diarize=true&numerals=true"), proxy=None) as socket:
            assert socket.response is not None
            assert socket.response.headers["Warning"] == '299 steno "ignored: diarize, numerals"'
        async with connect(listen(one), proxy=None) as socket:
            assert socket.response is not None
            assert "Warning" not in socket.response.headers


async def test_a_stream_in_a_meeting_is_stored_in_it(store: PostgresStore) -> None:
    audio = wire_audio(join(say("alpha bravo"), silence(1.0), say("charlie")))
    async with node(store) as one:
        async with connect(listen(one, f"{RAW}&extra=title%3AWeekly"), proxy=None) as socket:
            await socket.send(audio[:1_001])
            await socket.send(audio[1_001:])
            await socket.send('{"type":"CloseStream"}')
            heard, code, _ = await messages(socket)
        assert code == 1000
        (found,) = (await store.meetings(DEFAULT)).meetings
        assert (found.title, found.status) == ("Weekly", "ended")
        stored = [one.segment.text for one in await store.segments(found.id)]
    said = [one["channel"]["alternatives"][0]["transcript"] for one in heard if one["type"] == "Results"]
    assert said == stored == ["alpha bravo", "charlie"]


async def test_a_lost_socket_ends_the_stream_and_keeps_what_was_said(store: PostgresStore) -> None:
    async with node(store) as one:
        async with connect(listen(one), proxy=None) as socket:
            await socket.send(wire_audio(join(say("alpha bravo"), silence(1.0))))
            assert json.loads(await socket.recv())["type"] == "Results"
            socket.transport.abort()
        (live,) = one.sessions.kept()
        async with asyncio.timeout(60):
            await live.over.wait()
        (found,) = (await store.meetings(DEFAULT)).meetings
        assert found.status == "ended"
        assert [one.segment.text for one in await store.segments(found.id)] == ["alpha bravo"]


async def test_silence_of_the_client_ends_the_stream_unless_it_says_that_it_is_there(
    store: PostgresStore,
) -> None:
    now = 0.0
    clock = node(store, idle_seconds=60.0, clock=lambda: now)
    async with clock as one, connect(listen(one), proxy=None) as socket:

        async def asked(text: str) -> str:
            """Say something that is answered, at the present time."""
            await socket.send(text)
            return str(json.loads(await socket.recv())["type"])

        now = 50.0
        await socket.send('{"type":"KeepAlive"}')
        assert await asked("?") == "Error"
        now = 100.0
        assert await asked("?") == "Error"
        assert await asked("?") == "Error"
        now = 111.0
        assert await asked("?") == "Error"
        heard, code, reason = await messages(socket)
    assert (code, reason) == (1011, "NET-0001")
    assert [one["type"] for one in heard] == ["Metadata", "Error"]


async def test_audio_that_is_none_is_said_to_be_so(store: PostgresStore) -> None:
    async with node(store) as one, connect(listen(one, "model=nova-3"), proxy=None) as socket:
        await socket.send(b"a letter" * 1_000)
        await socket.send('{"type":"CloseStream"}')
        heard, code, reason = await messages(socket)
    assert (code, reason) == (1008, "DATA-0000")
    assert [one["type"] for one in heard] == ["Metadata", "Error"]


async def test_a_stopping_server_finishes_the_stream_and_asks_for_another_connection(
    store: PostgresStore,
) -> None:
    async with node(store) as one, connect(listen(one), proxy=None) as socket:
        await socket.send(wire_audio(say("alpha bravo")))
        await socket.send("?")
        assert json.loads(await socket.recv())["type"] == "Error"  # The audio before it was taken.
        await one.sessions.drain(30)
        heard, code, _ = await messages(socket)
    assert code == 1012
    assert [one["type"] for one in heard] == ["Results", "Metadata"]
