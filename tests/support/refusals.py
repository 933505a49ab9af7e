"""Small clients, each of which provokes a refusal of a node over a real socket and says what it was told."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from server.http import heads, reading
from server.http.catalogue import GOES_ON
from server.live import admission
from server.live.hub import Hub
from server.store.engine import create_engine
from server.store.postgres import PostgresStore
from server.store.records import NewMeeting
from streaming.events import Caption
from streaming.segments import Segment
from tests.fakes.access import no_keys
from tests.fakes.store import MemoryStore
from tests.support.node import Node, node, wire_audio
from tests.support.plain import plain_http
from tests.support.speech import join, say, silence
from tests.support.wire import PCM, Wire, wire

AUTO = {"encoding": "auto"}
MEETINGS = "/v1/meetings"


@dataclass(frozen=True, slots=True)
class Told:
    """What a client was told: a status or close code, the code and its sentence."""

    answer: int
    code: str
    message: str


Scenario = Callable[[PostgresStore], Awaitable[Told]]


async def closed(client: Wire) -> Told:
    """Listen until the server closes; the last message must be the error, and the reason its code."""
    close = await client.rest()
    problem = client.heard[-1]
    assert problem["fatal"] is True
    assert client.socket.close_reason == problem["code"]
    return Told(close, problem["code"], problem["message"])


async def handshake(url: str, **options: Any) -> Told:
    """Be refused in place of a handshake."""
    with pytest.raises(InvalidStatus) as refused:
        async with connect(url, proxy=None, **options):
            pass
    return told(refused.value.response.status_code, refused.value.response.body or b"")


def told(status: int, body: bytes | bytearray) -> Told:
    error = json.loads(body)["error"]
    return Told(status, error["code"], error["message"])


def calls(
    method: str, path: str, *, key: str | None = None, content: bytes = b"", **headers: str
) -> Scenario:
    """One HTTP call."""

    async def act(store: PostgresStore) -> Told:
        async with node(store, api_key=key, reports=store.reports) as one:
            return await call(one, method, path, content, **headers)

    return act


async def call(one: Node, method: str, path: str, content: bytes = b"", **headers: str) -> Told:
    async with one.client() as client:
        answer = await client.request(method, path, content=content, headers=headers)
    return told(answer.status_code, answer.content)


def says(*messages: object, **options: Any) -> Scenario:
    """Messages on a new stream."""

    async def act(store: PostgresStore) -> Told:
        async with node(store, **options) as one, wire(one.url) as client:
            for message in messages:
                await client.say(message)
            return await closed(client)

    return act


def starts(audio: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"type": "start", "audio": audio, **fields}


def views(message: object) -> Scenario:
    """A message of a viewer."""

    async def act(store: PostgresStore) -> Told:
        async with node(store) as one, viewed(one) as (_, viewer):
            await viewer.say(message)
            return await closed(viewer)

    return act


@asynccontextmanager
async def viewed(one: Node) -> AsyncIterator[tuple[str, Wire]]:
    """A live meeting and one viewer of it."""
    async with wire(one.url) as client:
        meeting = (await client.start())["meeting"]
        async with wire(captions(one, meeting), max_queue=1) as viewer:
            yield meeting, viewer


async def asks_for_captions_to_come(store: PostgresStore) -> Told:
    meeting = await store.create_meeting(NewMeeting())
    async with node(store) as one:
        return await call(one, "GET", f"/v1/meetings/{meeting.id}/captions/7.vtt")


def captions(one: Node, meeting: str) -> str:
    return one.url.replace("stream", f"meetings/{meeting}/captions")


def resumes(**wrong: Any) -> Scenario:
    """Resume a session that another socket has, with something wrong in the message."""

    async def act(store: PostgresStore) -> Told:
        async with node(store) as one, wire(one.url) as first:
            return await resume(one, await first.start(), **wrong)

    return act


async def resume(one: Node, ready: dict[str, Any], **other: Any) -> Told:
    message = {"type": "resume", "session": ready["session"], "token": ready["resume_token"], "seq": 0}
    async with wire(one.url) as client:
        await client.say({**message, **other})
        return await closed(client)


async def resumed_elsewhere(store: PostgresStore) -> Told:
    async with node(store) as one, wire(one.url) as first, wire(one.url) as second:
        ready = await first.start()
        message = {"session": ready["session"], "token": ready["resume_token"], "seq": 0}
        await second.say({"type": "resume", **message})
        return await closed(first)


async def resumed_after_stop(store: PostgresStore) -> Told:
    async with node(store) as one, wire(one.url) as client:
        ready = await client.start()
        await client.say({"type": "stop"})
        assert await client.rest() == 1000
        return generic(await resume(one, ready), ready["meeting"])


async def resumed_too_late(store: PostgresStore) -> Told:
    async with node(store, resume_seconds=0.2) as one:
        ready = await vanished(one, PCM)
        return generic(await resume(one, ready), ready["meeting"])


async def resumed_container(store: PostgresStore) -> Told:
    async with node(store) as one:
        return await resume(one, await vanished(one, AUTO), token="none")


def generic(one: Told, meeting: str) -> Told:
    """The same with the meeting's id left out."""
    return replace(one, message=one.message.replace(meeting, "…"))


async def vanished(one: Node, audio: dict[str, Any]) -> dict[str, Any]:
    """A session whose client has gone, once it is over."""
    async with wire(one.url) as client:
        ready = await client.start(audio)
        (live,) = one.sessions.kept()
        client.socket.transport.abort()
        async with asyncio.timeout(60):
            await live.over.wait()
    return ready


async def deleted(store: PostgresStore) -> Told:
    async with node(store) as one, wire(one.url) as client:
        ready = await client.start()
        async with plain_http() as http:
            await http.delete(f"{one.http}{MEETINGS}/{ready['meeting']}")
        await client.say(wire_audio(join(silence(0.7), say("alpha bravo"), silence(1.5))))
        return await closed(client)


class _Stuck:
    async def delete(self, meeting_id: str) -> int:
        raise PermissionError(meeting_id)


async def audio_that_stays(store: PostgresStore) -> Told:
    meeting = await store.create_meeting(NewMeeting())
    stuck = PostgresStore(store._engine, [_Stuck()])
    async with node(stuck) as one:
        refused = await call(one, "DELETE", f"{MEETINGS}/{meeting.id}")
    assert await store.meeting(meeting.id) is not None
    return refused


async def not_recorded(store: PostgresStore) -> Told:
    async with node(store) as one, wire(one.url) as client:
        await client.start(record=True)
        problem = await client.until("error")
        assert problem["fatal"] is False
        await client.say({"type": "stop"})
        assert await client.rest() == 1000
    return Told(GOES_ON, problem["code"], problem["message"])


async def no_place(store: PostgresStore) -> Told:
    async with node(store, places=1) as one, wire(one.url) as first, wire(one.url) as second:
        await first.start()
        await second.say(starts(PCM))
        return await closed(second)


async def no_place_at_the_door(store: PostgresStore) -> Told:
    async with node(store, places=0) as one:
        return await handshake(one.url)


async def one_socket_too_many(store: PostgresStore) -> Told:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(admission, "MAX_WAITING_OF_CLIENT", 1)
        async with node(store) as one, wire(one.url) as first:
            refused = await handshake(one.url)
            await first.start()
            async with wire(one.url) as second:  # Who has begun waits no more.
                await second.start()
    return refused


async def no_model(store: PostgresStore) -> Told:
    async with node(store, languages=()) as one:
        return await handshake(one.url)


async def draining(store: PostgresStore) -> Told:
    async with node(store) as one:
        one.sessions.draining = True
        return await handshake(one.url)


async def watching_at_the_end(store: PostgresStore) -> Told:
    async with node(store) as one, viewed(one) as (_, viewer):
        one.hub.close()
        return await closed(viewer)


async def one_viewer_too_many(store: PostgresStore) -> Told:
    async with node(store, hub=Hub(store, max_per_meeting=1)) as one, viewed(one) as (meeting, _):
        return await handshake(captions(one, meeting))


async def wants_another_form(store: PostgresStore) -> Told:
    meeting = await store.create_meeting(NewMeeting())
    async with node(store) as one:
        return await call(one, "GET", f"{MEETINGS}/{meeting.id}/captions", accept="image/png")


async def not_reading(store: PostgresStore) -> Told:
    segment = Segment("seg", 0, 1, "word " * 50_000, "en", ())
    async with node(store, hub=Hub(store, outbox=8)) as one, viewed(one) as (meeting, viewer):
        (watching,) = one.hub._viewers
        number = 0
        while not watching.failed.is_set():
            number += 1
            one.hub.publish(meeting, Caption(0, replace(segment, id=f"seg{number}"), final=True))
            await asyncio.sleep(0)
        return await closed(viewer)


async def body_that_does_not_come(store: PostgresStore) -> Told:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "BODY_SECONDS", 0.05)
        begun = b"POST /v1/meetings HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"
        return await stopped_after(begun, store)


async def head_that_does_not_come(store: PostgresStore) -> Told:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(heads, "HEAD_SECONDS", 0.05)
        return await stopped_after(b"GET /v1/meetings HTTP/1.1\r\nHost: loc", store)


async def head_without_end(store: PostgresStore) -> Told:
    return await stopped_after(b"GET / HTTP/1.1\r\nX: " + b"x" * 66_000, store)


async def stopped_after(begun: bytes, store: PostgresStore) -> Told:
    """Send the beginning of a request, and read until the server closes."""
    async with node(store) as one:
        reader, writer = await asyncio.open_connection(*one.http[len("http://") :].split(":"))
        writer.write(begun)
        async with asyncio.timeout(60):
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        await writer.wait_closed()
    return told(int(head.split()[1]), body)


@asynccontextmanager
async def away() -> AsyncIterator[PostgresStore]:
    """A store whose database is not there."""
    engine = create_engine("postgresql://nobody@127.0.0.1:1/nothing")
    yield PostgresStore(engine)
    await engine.dispose()


async def database_away(_: PostgresStore) -> Told:
    async with away() as lost, node(lost) as one:
        return await call(one, "GET", MEETINGS)


class _Going(PostgresStore):
    """Was there when the socket was opened."""

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine)
        self.access = no_keys()

    async def ready(self) -> bool:
        return True


async def database_away_at_start(_: PostgresStore) -> Told:
    engine = create_engine("postgresql://nobody@127.0.0.1:1/nothing")
    try:
        return await says(starts(PCM))(_Going(engine))
    finally:
        await engine.dispose()


class _Crashing(MemoryStore):
    async def meetings(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("what was said")

    async def create_meeting(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("what was said")


async def crash(_: PostgresStore) -> Told:
    async with node(_Crashing()) as one:
        return await call(one, "GET", MEETINGS)


async def crash_at_start(_: PostgresStore) -> Told:
    async with node(_Crashing()) as one, wire(one.url) as client:
        await client.say(starts(PCM))
        return await closed(client)


def plays(data: bytes) -> Scenario:
    """A container as the audio."""
    return says(starts(AUTO), data, {"type": "stop"})
