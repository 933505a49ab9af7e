"""LiveKit's plugin for OpenAI, unmodified: an agent hears through this server by its `base_url` alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import soxr

from loadtest.wer import normalise
from tests.sdk.speech import KEY, MOST_WRONG, pieces, speech, wrong
from tests.support.process import Server
from tests.support.recordings import RATE, s16

pytest.importorskip("livekit.plugins.openai", reason="livekit-plugins-openai is not installed (group sdk)")

from livekit import rtc
from livekit.agents import APIConnectOptions, APIStatusError, stt, utils
from livekit.plugins import openai

pytestmark = pytest.mark.model
OPENAI_RATE = 24_000
FRAME = OPENAI_RATE // 50
"""20 ms, as from a room."""


def audio() -> bytes:
    """What is said, and a second of nothing."""
    return s16(soxr.resample(speech(), RATE, OPENAI_RATE)) + bytes(2 * OPENAI_RATE)


@asynccontextmanager
async def plugin(server: Server, key: str = KEY, *, realtime: bool) -> AsyncIterator[openai.STT]:
    """The plugin as an agent has it."""
    async with utils.http_context.open(), asyncio.timeout(60):
        ears = openai.STT(base_url=f"{server.url}/v1", api_key=key, model="whisper-1", use_realtime=realtime)
        try:
            yield ears
        finally:
            await ears.aclose()
            await ears._client.close()


async def test_an_agent_hears_who_speaks_and_what(sdk_server: Server) -> None:
    heard: list[stt.SpeechEvent] = []
    async with plugin(sdk_server, realtime=True) as ears:
        stream = ears.stream(conn_options=APIConnectOptions(max_retry=0))
        for piece in pieces(audio(), FRAME * 2):
            stream.push_frame(rtc.AudioFrame(piece, OPENAI_RATE, 1, len(piece) // 2))
        async for event in stream:
            heard.append(event)
            if normalise(text(heard))[-1:] == ["ahead"]:
                break
        await stream.aclose()
    assert wrong(text(heard)) <= MOST_WRONG
    kinds = [event.type for event in heard]
    assert kinds[0] is stt.SpeechEventType.START_OF_SPEECH
    assert kinds.count(stt.SpeechEventType.END_OF_SPEECH) > 1
    used = [event.recognition_usage for event in heard if event.recognition_usage is not None]
    assert all(usage.audio_duration > 0 for usage in used)


async def test_an_agent_sends_what_it_has_recorded(sdk_server: Server) -> None:
    data = audio()
    async with plugin(sdk_server, realtime=False) as ears:
        heard = await ears.recognize([rtc.AudioFrame(data, OPENAI_RATE, 1, len(data) // 2)])
    (found,) = heard.alternatives
    assert wrong(found.text) <= MOST_WRONG
    assert found.language == "en"


async def test_a_wrong_key_is_the_plugins_own_error(sdk_server: Server) -> None:
    data = audio()[:FRAME]
    async with plugin(sdk_server, "sk_wrong", realtime=False) as ears:
        with pytest.raises(APIStatusError) as refused:
            await ears.recognize(
                [rtc.AudioFrame(data, OPENAI_RATE, 1, len(data) // 2)],
                conn_options=APIConnectOptions(max_retry=0),
            )
    assert refused.value.status_code == 401


def text(heard: list[stt.SpeechEvent]) -> str:
    """All that is final."""
    finals = [event for event in heard if event.type is stt.SpeechEventType.FINAL_TRANSCRIPT]
    return " ".join(event.alternatives[0].text for event in finals)
