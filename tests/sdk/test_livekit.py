"""LiveKit's plugin for Deepgram, unmodified: an agent hears through this server by its `base_url` alone."""

import asyncio
from typing import Any

import pytest

from tests.sdk.speech import KEY, MOST_WRONG, pieces, speech, wrong
from tests.support.process import Server
from tests.support.recordings import s16

pytest.importorskip(
    "livekit.plugins.deepgram", reason="livekit-plugins-deepgram is not installed (group sdk)"
)


import aiohttp
from livekit import rtc
from livekit.agents import APIConnectOptions, APIStatusError, stt
from livekit.plugins import deepgram

pytestmark = pytest.mark.model
RATE = 16_000
FRAME = RATE // 50
"""20 ms, as from a room."""


async def events(server: Server, key: str, audio: bytes) -> list[stt.SpeechEvent]:
    """What an agent is told of some audio."""
    async with aiohttp.ClientSession() as session:
        plugin = deepgram.STT(
            base_url=f"{server.url}/v1/listen", api_key=key, http_session=session, vad_events=True
        )
        return await told(plugin, audio)


async def told(plugin: stt.STT[Any], audio: bytes) -> list[stt.SpeechEvent]:
    """What a plugin tells its agent."""
    stream = plugin.stream(conn_options=APIConnectOptions(max_retry=0))
    try:
        for piece in pieces(audio, FRAME * 2):
            stream.push_frame(rtc.AudioFrame(piece, RATE, 1, len(piece) // 2))
        stream.end_input()
        async with asyncio.timeout(60):
            return [event async for event in stream]
    finally:
        await stream.aclose()
        await plugin.aclose()


async def test_an_agent_hears_who_speaks_and_what(sdk_server: Server) -> None:
    heard = await events(sdk_server, KEY, s16(speech()))
    finals = [event.alternatives[0] for event in heard if event.type is stt.SpeechEventType.FINAL_TRANSCRIPT]
    assert wrong(" ".join(one.text for one in finals)) <= MOST_WRONG
    assert all(one.start_time < one.end_time and 0 < one.confidence <= 1 for one in finals)
    kinds = [event.type for event in heard if event.type is not stt.SpeechEventType.RECOGNITION_USAGE]
    assert kinds[0] is stt.SpeechEventType.START_OF_SPEECH
    assert kinds.count(stt.SpeechEventType.START_OF_SPEECH) == kinds.count(stt.SpeechEventType.END_OF_SPEECH)


async def test_an_agent_hears_turns(sdk_server: Server) -> None:
    async with aiohttp.ClientSession() as session:
        address = sdk_server.url.replace("http", "ws", 1) + "/v2/listen"
        plugin = deepgram.STTv2(base_url=address, api_key=KEY, http_session=session)
        heard = await told(plugin, s16(speech()))
    finals = [event.alternatives[0] for event in heard if event.type is stt.SpeechEventType.FINAL_TRANSCRIPT]
    assert wrong(" ".join(one.text for one in finals)) <= MOST_WRONG
    assert all(one.start_time < one.end_time and 0 < one.confidence <= 1 for one in finals)


async def test_a_wrong_key_is_the_plugins_own_error(sdk_server: Server) -> None:
    with pytest.raises(APIStatusError) as refused:
        await events(sdk_server, "sk_wrong", s16(speech()[:RATE]))
    assert refused.value.status_code == 401
