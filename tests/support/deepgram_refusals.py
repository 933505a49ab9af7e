"""Small clients of Deepgram's wire and calls, each of which is refused and says what it was told."""

import json

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from server.files import brought, hearing
from server.store.postgres import PostgresStore
from tests.support.node import Node, node
from tests.support.recordings import RATE, encoded, sentence
from tests.support.refusals import Scenario, Told


async def listens(one: Node, query: str) -> Told:
    """Be refused in place of a handshake of Deepgram's wire."""
    with pytest.raises(InvalidStatus) as refused:
        async with connect(one.url.replace("/v1/stream", f"/v1/listen?{query}"), proxy=None):
            pass
    return told_by_deepgram(refused.value.response.status_code, refused.value.response.body or b"")


def told_by_deepgram(status: int, body: bytes | bytearray) -> Told:
    error = json.loads(body)
    return Told(status, error["err_code"].lower(), error["err_msg"])


def brings(recording: bytes, **headers: str) -> Scenario:
    """A recording in the body of Deepgram's call."""

    async def act(store: PostgresStore) -> Told:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with (
            node(store) as one,
            one.client() as client,
        ):
            answer = await client.post("/v1/listen", content=recording, headers=named)
        return told_by_deepgram(answer.status_code, answer.content)

    return act


def listens_to(query: str) -> Scenario:
    """The handshake of a stream."""

    async def act(store: PostgresStore) -> Told:
        async with node(store) as one:
            return await listens(one, query)

    return act


async def with_a_callback(store: PostgresStore) -> Told:
    async with node(store) as one:
        return await listens(one, "callback=https://example.org")


async def too_big_a_recording(store: PostgresStore) -> Told:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(brought, "MOST_BYTES", 10)
        return await brings(b"x" * 11)(store)


async def too_long_a_recording(store: PostgresStore) -> Told:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hearing, "LONGEST_SECONDS", 0.0)
        return await brings(encoded(sentence(), "wav", "pcm_s16le", RATE))(store)


async def one_recording_too_many(store: PostgresStore) -> Told:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hearing.Files.__init__, "__defaults__", (0,))
        return await brings(b"recording")(store)
