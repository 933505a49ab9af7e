"""Captions to viewers on a real port: history first, then live, over both kinds of connection."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from server.live import messages
from streaming.events import Caption, Gap, Speech
from tests.integration.http.conftest import Site, serve


@asynccontextmanager
async def watching(site: Site, meeting: str, **headers: str) -> AsyncIterator[httpx.Response]:
    """Server-sent events of a meeting."""
    async with (
        site.client(Accept="text/event-stream", **headers) as client,
        client.stream("GET", f"/v1/meetings/{meeting}/captions") as answer,
    ):
        yield answer


def watch(site: Site, meeting: str, query: str = "", **more: Any) -> connect:
    address = f"{site.socket_url}/v1/meetings/{meeting}/captions{query}"
    return connect(address, proxy=None, **more)


async def message(socket: ClientConnection) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(await socket.recv())
    return value


async def rest(socket: ClientConnection) -> tuple[list[dict[str, Any]], int | None]:
    """All further messages and the close code."""
    found = []
    try:
        while True:
            found.append(await message(socket))
    except ConnectionClosed as closed:
        return found, closed.rcvd.code if closed.rcvd else None


def partial(site: Site, name: str, text: str, pending: str = "") -> Caption:
    return Caption(0, site.segment(name, text), pending)


async def events(answer: httpx.Response) -> AsyncIterator[dict[str, str]]:
    """Server-sent events; comments come as `{"": text}`."""
    event: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line:
            name, _, value = line.partition(":")
            event[name] = value.removeprefix(" ")
        elif event:
            yield event
            event = {}


async def test_a_viewer_sees_history_then_open_segments_then_live(site: Site) -> None:
    name = await site.live_meeting()
    await site.say(name, "seg1", "первое", "Анна")
    site.hub.publish(name, partial(site, "seg2", "вто", "рое"))
    async with watch(site, name) as socket:
        first, second = await message(socket), await message(socket)
        assert (first["type"], first["seq"], first["segment"], first["final"]) == ("caption", 1, "seg1", True)
        assert (first["text"], first["speaker"], first["words"][0]["word"]) == ("первое", "Анна", "первое")
        assert (second["seq"], second["text"], second["pending"], second["final"]) == (2, "вто", "рое", False)
        site.hub.publish(name, Speech("started", 3.0))
        assert await message(socket) == {"type": "speech", "state": "started", "at": 3.0}
        site.hub.publish(name, Gap(3.0, 4.0, "lost"))
        assert await message(socket) == {"type": "gap", "start": 3.0, "end": 4.0, "reason": "lost"}
        await site.say(name, "seg2", "второе")
        assert (await message(socket))["seq"] == 3
        await site.finish(name)
        messages, code = await rest(socket)
    assert [each["type"] for each in messages] == ["ended"]
    assert (messages[0]["segments"], messages[0]["coverage"]["transcribed"]) == (2, 8.0)
    assert code == 1000
    assert site.hub.statistics() == {"topics": 0, "live": 0, "viewers": 0, "waiting": 0}


async def test_a_viewer_who_floods_the_server_is_sent_away(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "MESSAGES_PER_SECOND", 0.0)
    name = await site.live_meeting()
    async with watch(site, name) as socket:
        for _ in range(messages.MESSAGES_AT_ONCE + 1):
            await socket.send('{"type": "ping"}')
        heard, code = await rest(socket)
    assert [each["type"] for each in heard] == ["pong"] * messages.MESSAGES_AT_ONCE + ["error"]
    assert (heard[-1]["code"], code) == ("too_many_messages", 1008)


async def test_a_viewer_says_nothing_long(site: Site) -> None:
    name = await site.live_meeting()
    async with watch(site, name) as socket:
        await socket.send("[" * 65_537)
        heard, code = await rest(socket)
    assert (heard[-1]["code"], code) == ("message_too_big", 1009)


async def test_since_leaves_out_what_was_seen(site: Site) -> None:
    name = await site.live_meeting()
    for number in range(1, 4):
        await site.say(name, f"seg{number}", "text")
    async with watch(site, name, "?since=2") as socket:
        assert (await message(socket))["seq"] == 3
    async with watch(site, name, "?since=99") as socket:
        assert (await message(socket))["seq"] == 1


async def test_an_ended_meeting_is_told_and_closed(site: Site) -> None:
    name = await site.live_meeting()
    await site.say(name, "seg1", "text")
    await site.finish(name)
    async with watch(site, name) as socket:
        messages, code = await rest(socket)
    assert [each["type"] for each in messages] == ["caption", "ended"]
    assert code == 1000


async def test_a_deleted_meeting_is_over_for_its_viewers(site: Site) -> None:
    name = await site.live_meeting()
    async with watch(site, name) as socket, site.client() as client:
        await client.delete(f"/v1/meetings/{name}")
        messages, code = await rest(socket)
    assert [(each["type"], each["code"]) for each in messages] == [("error", "meeting_deleted")]
    assert code == 1008


async def test_pings_are_answered_and_nothing_else(site: Site) -> None:
    name = await site.live_meeting()
    async with watch(site, name) as socket:
        await socket.send('{"type": "ping", "id": "7"}')
        assert await message(socket) == {"type": "pong", "id": "7"}
        await socket.send('{"type": "start"}')
        messages, code = await rest(socket)
    assert [each["code"] for each in messages] == ["unknown_type"]
    assert code == 1002


@pytest.mark.parametrize("given", ["{", "[]", "[" * 50_000, b"\x00\x01"])
async def test_what_is_not_a_message_ends_the_talk(site: Site, given: str | bytes) -> None:
    name = await site.live_meeting()
    async with watch(site, name) as socket:
        await socket.send(given)
        messages, code = await rest(socket)
    assert [each["type"] for each in messages] == ["error"]
    assert code in {1002, 1003}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [("nobody/captions", 404, "meeting_not_found"), ("{}/captions?since=-1", 422, "invalid_field")],
)
async def test_a_handshake_is_refused_with_its_status(site: Site, path: str, status: int, code: str) -> None:
    name = await site.live_meeting()
    with pytest.raises(InvalidStatus) as refused:
        async with connect(f"{site.socket_url}/v1/meetings/{path.format(name)}", proxy=None):
            pass
    assert refused.value.response.status_code == status
    assert json.loads(refused.value.response.body or b"")["error"]["code"] == code
    assert site.hub.statistics()["viewers"] == 0


async def test_a_viewer_who_does_not_read_is_sent_away_and_may_return() -> None:
    async with serve(Site(outbox=8)) as site:
        name = await site.live_meeting()
        big = "слово" * 20_000
        async with watch(site, name, max_queue=1, max_size=None, compression=None) as socket:
            await site.say(name, "seg1", "начало")
            seen = (await message(socket))["seq"]
            while not any(viewer.failed.is_set() for viewer in site.hub._viewers):
                await site.say(name, f"seg{site.hub._topics[name].last_seq + 1}", big)
                await asyncio.sleep(0)
            published = site.hub._topics[name].last_seq
            messages, code = await rest(socket)
        assert code == 4409
        assert messages[-1]["code"] == "slow_reader"
        seen = max([seen, *(each["seq"] for each in messages if each["type"] == "caption")])
        assert seen < published
        async with watch(site, name, f"?since={seen}", max_size=None) as socket:
            assert [(await message(socket))["seq"] for _ in range(published - seen)] == list(
                range(seen + 1, published + 1)
            )


async def test_a_server_that_stops_sends_its_viewers_elsewhere(site: Site) -> None:
    name = await site.live_meeting()
    async with watch(site, name) as socket:
        site.hub.publish(name, Speech("started", 0.0))
        await message(socket)
        site.hub.close()
        messages, code = await rest(socket)
    assert [each["code"] for each in messages] == ["restarting"]
    assert code == 1012


async def test_events_carry_their_numbers(site: Site) -> None:
    name = await site.live_meeting()
    await site.say(name, "seg1", "строка\nдва")
    async with watching(site, name) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        stream = events(answer)
        assert await anext(stream) == {"retry": "2000"}
        first = await anext(stream)
        assert (first["id"], first["event"]) == ("1", "caption")
        assert json.loads(first["data"])["text"] == "строка\nдва"
        await site.say(name, "seg2", "ещё")
        assert (await anext(stream))["id"] == "2"
        await site.finish(name)
        last = [event async for event in stream]
    assert [(event["event"], "id" in event) for event in last] == [("ended", False)]


async def test_a_reader_of_events_who_stops_reading_is_told_why() -> None:
    async with serve(Site(outbox=8)) as site:
        name = await site.live_meeting()
        reader, writer = await asyncio.open_connection(
            *site.url.removeprefix("http://").split(":"), limit=1024
        )
        writer.write(f"GET /v1/meetings/{name}/captions HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        await reader.readline()
        while not any(viewer.failed.is_set() for viewer in site.hub._viewers):
            await site.say(name, f"seg{site.hub._topics[name].last_seq + 1}", "слово" * 20_000)
            await asyncio.sleep(0)
        received = await reader.read()
        writer.close()
        await writer.wait_closed()
    assert b'event: error\ndata: {"type":"error","code":"slow_reader"' in received[-400:]


async def test_a_browser_that_comes_back_goes_on_where_it_was(site: Site) -> None:
    name = await site.live_meeting()
    await site.say(name, "seg1", "a")
    await site.say(name, "seg2", "b")
    async with watching(site, name, **{"Last-Event-ID": "1"}) as answer:
        stream = events(answer)
        await anext(stream)
        assert (await anext(stream))["id"] == "2"
    await site.finish(name)
    async with watching(site, name, **{"Last-Event-ID": "2"}) as answer:
        assert answer.status_code == 204


async def test_a_silent_meeting_still_shows_life() -> None:
    async with serve(Site(keep_alive=0.01)) as site:
        name = await site.live_meeting()
        async with watching(site, name) as answer:
            stream = events(answer)
            await anext(stream)
            assert await anext(stream) == {"": "keep-alive"}


async def test_a_viewer_who_leaves_is_forgotten(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    name = await site.live_meeting()
    left = asyncio.Event()
    monkeypatch.setattr(site.hub, "_forget", lambda _: left.set())
    async with watching(site, name) as answer:
        await anext(events(answer))
        assert site.hub.statistics()["viewers"] == 1
    async with asyncio.timeout(60):
        await left.wait()
    assert site.hub.statistics()["viewers"] == 0


async def test_other_forms_are_not_acceptable(site: Site) -> None:
    name = await site.live_meeting()
    async with site.client(Accept="application/json") as client:
        answer = await client.get(f"/v1/meetings/{name}/captions")
    assert answer.status_code == 406


async def test_with_a_key_every_call_must_show_it(locked: Site) -> None:
    name = await locked.live_meeting()
    path = f"/v1/meetings/{name}/captions"
    async with locked.client() as client:
        for closed in ("/v1/meetings", "/metrics", path, f"{path}?api_key=correct-horse"):
            answer = await client.get(closed)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert answer.json()["error"]["code"] == "key_missing"
        for public in ("/livez", "/readyz", "/docs", "/openapi.json"):
            assert (await client.get(public)).status_code == 200
    async with locked.client(Authorization="Bearer correct-horse") as client:
        assert (await client.get("/v1/meetings")).status_code == 200


async def test_a_browser_shows_its_key_as_a_subprotocol(locked: Site) -> None:
    name = await locked.live_meeting()
    await locked.say(name, "seg1", "text")
    async with watch(locked, name, subprotocols=["steno.v1", "bearer.correct-horse"]) as socket:
        assert socket.subprotocol == "steno.v1"
        assert (await message(socket))["seq"] == 1
    for offered in (["steno.v1"], ["steno.v1", "bearer.wrong"]):
        with pytest.raises(InvalidStatus) as refused:
            async with watch(locked, name, subprotocols=offered):
                pass
        assert refused.value.response.status_code == 401
        assert refused.value.response.headers["x-request-id"]


async def test_without_a_key_hostile_pages_are_refused(site: Site) -> None:
    name = await site.live_meeting()
    async with site.client(Origin="https://evil.example") as client:
        answer = await client.post("/v1/meetings", json={})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "origin_not_allowed")
    async with site.client(Host="evil.example") as client:
        answer = await client.get("/v1/meetings")
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "host_not_allowed")
    with pytest.raises(InvalidStatus) as refused:
        async with watch(site, name, origin="https://evil.example"):
            pass
    assert refused.value.response.status_code == 403
    async with watch(site, name, origin=site.url) as socket:
        await socket.send('{"type": "ping"}')
        assert await message(socket) == {"type": "pong"}
