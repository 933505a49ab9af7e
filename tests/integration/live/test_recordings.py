"""Recordings that a call brings, on a node: heard whole, kept where they belong, and forgotten otherwise."""

import asyncio
import json
from typing import Any

import httpx
import numpy as np
import pytest

from asr.types import DecodeRequest, Hypothesis
from server.access.access import DEFAULT
from server.store.postgres import PostgresStore
from server.store.records import NewMeeting
from tests.fakes.recognizer import ScriptedRecognizer
from tests.support.node import node, wire_audio
from tests.support.plain import plain_http
from tests.support.receiver import Receiver
from tests.support.speech import join, say, silence

RAW = {"encoding": "linear16", "sample_rate": "16000"}
SAID = join(silence(0.7), say("alpha bravo"), silence(1.0), say("charlie"), silence(0.5))


def client(url: str) -> httpx.AsyncClient:
    """A client of the calls."""
    return plain_http(url)


def transcripts(answer: httpx.Response) -> list[str]:
    """The text of each channel."""
    channels: list[dict[str, Any]] = answer.json()["results"]["channels"]
    return [channel["alternatives"][0]["transcript"] for channel in channels]


async def test_channels_are_heard_by_themselves_and_nothing_is_kept(store: PostgresStore) -> None:
    audio = wire_audio(SAID, np.zeros_like(SAID), join(silence(3.5), say("delta")))
    query = {**RAW, "channels": "3", "multichannel": "true"}
    async with node(store) as one, client(one.http) as caller:
        answer = await caller.post("/v1/listen", params=query, content=audio)
    assert answer.status_code == 200
    assert transcripts(answer) == ["alpha bravo charlie", "", "delta"]
    metadata = answer.json()["metadata"]
    assert (metadata["channels"], answer.headers["dg-request-id"]) == (3, metadata["request_id"])
    assert not (await store.meetings(DEFAULT)).meetings


async def test_what_names_its_meeting_stays_in_it(store: PostgresStore) -> None:
    meeting = await store.create_meeting(NewMeeting(), DEFAULT)
    async with node(store) as one, client(one.http) as caller:
        query = {**RAW, "extra": f"meeting:{meeting.id}", "diarize": "true"}
        answer = await caller.post("/v1/listen", params=query, content=wire_audio(SAID))
    assert transcripts(answer) == ["alpha bravo charlie"]
    assert answer.headers["Warning"] == '299 steno "ignored: diarize"'
    assert [one.segment.text for one in await store.segments(meeting.id)] == ["alpha bravo", "charlie"]


class Waiting(ScriptedRecognizer):
    """Says when it is asked, and answers when it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.go = asyncio.Event(), asyncio.Event()

    async def decode(self, request: DecodeRequest) -> Hypothesis:
        """The words of the window."""
        self.asked.set()
        await self.go.wait()
        return await super().decode(request)


async def test_who_hangs_up_ends_it(store: PostgresStore) -> None:
    model = Waiting()
    async with node(store, model) as one, client(one.http) as caller:
        call = asyncio.create_task(caller.post("/v1/listen", params=RAW, content=wire_audio(SAID)))
        async with asyncio.timeout(60):
            await model.asked.wait()
            (live,) = one.sessions.kept()
            call.cancel()
            while (await store.meetings(DEFAULT)).meetings:
                pass  # It goes when the call is found to be over.
            model.go.set()
            await live.over.wait()
    assert live.ending == "stop"


@pytest.mark.parametrize(
    ("status", "headers", "why"),
    [
        (302, {"Location": "http://127.0.0.1:1/"}, "The server there answered 302."),
        (404, {}, "The server there answered 404."),
    ],
)
async def test_an_address_that_leads_elsewhere_is_not_followed(
    store: PostgresStore, status: int, headers: dict[str, str], why: str
) -> None:
    receiver = Receiver([(status, headers)])
    async with (
        receiver.served() as url,
        node(store, allow_private=True) as one,
        client(one.http) as caller,
    ):
        answer = await caller.post("/v1/listen", json={"url": f"{url}/a.wav"})
    assert (answer.status_code, answer.json()["err_code"]) == (400, "REMOTE_CONTENT_ERROR")
    assert answer.json()["err_msg"] == f"The recording was not fetched: {why}"
    ((shown, _),) = receiver.got
    assert shown["host"] == url.removeprefix("http://")
    assert "authorization" not in shown


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://example.org/a", "The URL must begin with https:// or http:// and name a host."),
        ("http://example.org:port/", "The URL cannot be read."),
        ("http://localhost/a", "which is a private, local or reserved address."),
        ("http://169.254.169.254/latest", "which is a cloud's metadata service."),
    ],
)
async def test_an_address_of_our_own_side_is_refused(store: PostgresStore, url: str, why: str) -> None:
    async with node(store) as one, client(one.http) as caller:
        answer = await caller.post(
            "/v1/listen", content=json.dumps({"url": url}), headers={"Content-Type": "application/json"}
        )
    assert (answer.status_code, answer.json()["err_code"]) == (400, "REMOTE_CONTENT_ERROR")
    assert answer.json()["err_msg"].endswith(why)
