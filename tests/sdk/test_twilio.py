"""A telephone call as Twilio streams it, against a real server with real speech."""

from typing import Any

import httpx
import numpy as np
import pytest

from loadtest.wer import normalise
from tests.sdk.short import SENTENCE
from tests.sdk.speech import KEY
from tests.support.calls import SIDES, Call, calling, mulaw
from tests.support.process import Server
from tests.support.recordings import RATE, samples, sentence

OTHER = slice(int(3.1 * RATE), int(6.2 * RATE))
"""Another sentence of the sample."""


def transcript(server: Server, title: str) -> list[dict[str, Any]]:
    """The stored segments of the only meeting with a title."""
    with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {KEY}"}) as client:
        (meeting,) = [one for one in client.get("/v1/meetings").json()["data"] if one["title"] == title]
        answer = client.get(f"/v1/meetings/{meeting['id']}/transcript", params={"words": "true"}).json()
    segments: list[dict[str, Any]] = answer["segments"]
    return segments


def said(segments: list[dict[str, Any]], speaker: str) -> list[str]:
    """The words of one side."""
    return normalise(" ".join(one["text"] for one in segments if one["speaker"] == speaker))


async def test_both_sides_of_a_call_are_speakers_on_one_clock(sdk_server: Server) -> None:
    second = 4.0
    answer = np.concatenate([np.zeros(int(second * RATE), np.float32), samples()[OTHER]])
    async with calling(sdk_server.url) as socket:
        call = Call(socket, SIDES)
        await call.start(token=KEY, title="Both sides", languages="en")
        await call.talk(mulaw(sentence()), mulaw(answer))
        await call.say("mark", mark={"name": "played"})
        assert await call.stop() == 1000
    segments = transcript(sdk_server, "Both sides")
    assert {one["speaker"] for one in segments} == {one["track"] for one in segments} == set(SIDES)
    assert said(segments, "inbound") == normalise(SENTENCE)
    assert said(segments, "outbound")
    outbound = [one for one in segments if one["speaker"] == "outbound"]
    inbound = [one for one in segments if one["speaker"] == "inbound"]
    assert max(one["end"] for one in inbound) < 3.2
    assert min(one["start"] for one in outbound) >= second - 0.1


async def test_what_was_lost_moves_no_later_word(sdk_server: Server) -> None:
    gap = 2.0
    spoken = np.concatenate([sentence(), np.zeros(int(gap * RATE), np.float32), sentence()])
    first, last = int(3.2 * 50), int(5.0 * 50)
    async with calling(sdk_server.url) as socket:
        call = Call(socket, ("inbound",))
        await call.start(token=KEY, title="With a hole", languages="en")
        await call.talk(mulaw(spoken), lost=range(first, last))
        assert await call.stop() == 1000
    segments = transcript(sdk_server, "With a hole")
    assert said(segments, "inbound") == 2 * normalise(SENTENCE)
    words = [word for one in segments for word in one["words"]]
    first_again = next(word["start"] for word in words if word["start"] > 3.2)
    assert first_again == pytest.approx(words[0]["start"] + len(sentence()) / RATE + gap, abs=0.15)


async def test_a_call_without_the_right_token_is_hung_up(sdk_server: Server) -> None:
    for parameters in ({"token": "wrong"}, {}):
        async with calling(sdk_server.url) as socket:
            call = Call(socket, ("inbound",))
            await call.start(**parameters)
            assert await call.closed() == 1008


async def test_a_second_stream_on_one_socket_is_refused(sdk_server: Server) -> None:
    async with calling(sdk_server.url) as socket:
        await Call(socket, ("inbound",)).start(token=KEY, title="First of two")
        await Call(socket, ("inbound",), "MZ2").start(token=KEY)
        assert await Call(socket, ()).closed() == 1002
