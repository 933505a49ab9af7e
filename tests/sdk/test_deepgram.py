"""Deepgram's own SDKs, unmodified, against a real server with real speech: all that changes is an address."""

import asyncio
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.sdk.scripts import Scripts
from tests.sdk.speech import KEY, MOST_WRONG, SECONDS, pieces, speech, wrong
from tests.support.process import Server
from tests.support.recordings import encoded, raw, s16

deepgram = pytest.importorskip("deepgram", reason="deepgram-sdk is not installed (group sdk)")

from deepgram import AsyncDeepgramClient  # noqa: E402
from deepgram.core.api_error import ApiError  # noqa: E402
from deepgram.core.events import EventType  # noqa: E402
from deepgram.environment import DeepgramClientEnvironment  # noqa: E402

pytestmark = [
    pytest.mark.model,
    # The SDK imports a name that the library of sockets gives up.
    pytest.mark.filterwarnings("ignore:websockets:DeprecationWarning"),
]
LIVE: dict[str, Any] = {
    "model": "nova-3",
    "encoding": "linear16",
    "sample_rate": 16_000,
    "smart_format": True,
    "endpointing": 300,
}


def environment(server: Server) -> DeepgramClientEnvironment:
    """The one thing that a partner changes."""
    socket = server.url.replace("http", "ws", 1)
    return DeepgramClientEnvironment(base=server.url, production=socket, agent=socket, agent_rest=server.url)


def client(server: Server, key: str = KEY) -> AsyncDeepgramClient:
    """The SDK's client."""
    return AsyncDeepgramClient(api_key=key, environment=environment(server))


async def streamed(server: Server, audio: bytes, **options: Any) -> list[dict[str, Any]]:
    """Everything that the SDK gives its user of one stream, as the wire's messages."""
    heard: list[dict[str, Any]] = []
    async with client(server).listen.v1.connect(**{**LIVE, **options}) as socket:
        socket.on(EventType.MESSAGE, lambda message: heard.append(message.model_dump()))
        listening = asyncio.create_task(socket.start_listening())
        await socket.send_keep_alive()
        for piece in pieces(audio):
            await socket.send_media(piece)
        await socket.send_close_stream()
        async with asyncio.timeout(60):
            await listening
    return heard


def results(heard: list[dict[str, Any]], *, final: bool = True) -> list[dict[str, Any]]:
    """The results of one kind."""
    return [one for one in heard if one["type"] == "Results" and one["is_final"] is final]


def reading(result: dict[str, Any]) -> dict[str, Any]:
    """What was understood."""
    only: dict[str, Any] = result["channel"]["alternatives"][0]
    return only


def text(heard: list[dict[str, Any]]) -> str:
    """The final text."""
    return " ".join(reading(one)["transcript"] for one in results(heard))


def check_whole(heard: list[dict[str, Any]]) -> None:
    """The right words, at their times, without a hole, and the end message last."""
    assert wrong(text(heard)) <= MOST_WRONG
    finals = results(heard)
    for before, after in pairwise(finals):
        assert after["start"] == pytest.approx(before["start"] + before["duration"], abs=0.002)
    for one in finals:
        words = reading(one)["words"]
        assert words
        assert all(word["start"] <= word["end"] for word in words)
        assert one["start"] <= words[0]["start"]
        assert words[-1]["end"] <= one["start"] + one["duration"] + 0.002
        assert 0 < reading(one)["confidence"] <= 1
    assert heard[-1]["type"] == "Metadata"
    assert heard[-1]["duration"] == pytest.approx(SECONDS, abs=0.05)
    assert heard[-1]["request_id"] == finals[0]["metadata"]["request_id"]


async def test_a_stream_gives_words_times_and_its_end(sdk_server: Server) -> None:
    heard = await streamed(
        sdk_server,
        s16(speech()),
        interim_results=True,
        vad_events=True,
        utterance_end_ms=1000,
        keyterm=["quarterly budget"],
    )
    check_whole(heard)
    assert all(one["speech_final"] for one in results(heard))
    words = reading(results(heard)[0])["words"]
    assert words[0]["word"] == "good"
    assert words[0]["punctuated_word"] == "Good"
    assert words[0]["start"] == pytest.approx(0.54, abs=0.15)
    kinds = {one["type"] for one in heard}
    assert kinds == {"Results", "SpeechStarted", "Metadata"} | (kinds & {"UtteranceEnd"})
    assert heard[0] == {"type": "SpeechStarted", "channel": [0, 1], "timestamp": 0.544}


async def test_what_was_not_asked_for_does_not_come(sdk_server: Server) -> None:
    heard = await streamed(sdk_server, s16(speech()), smart_format=False)
    check_whole(heard)
    assert {one["type"] for one in heard} == {"Results", "Metadata"}
    assert not results(heard, final=False)
    assert text(heard) == text(heard).lower()
    assert not set(text(heard)) & set(".,?!")
    assert reading(results(heard)[0])["words"][0]["punctuated_word"] is None


@pytest.mark.parametrize(
    ("options", "audio"),
    [
        ({"encoding": "mulaw", "sample_rate": 8_000}, lambda: raw(speech(), "mulaw", 8_000)),
        ({"encoding": "alaw", "sample_rate": 8_000}, lambda: raw(speech(), "alaw", 8_000)),
        ({"encoding": "linear32", "sample_rate": 48_000}, lambda: raw(speech(), "pcm_f32le", 48_000)),
        ({"encoding": None, "sample_rate": None}, lambda: encoded(speech(), "webm", "libopus", 48_000)),
        ({"encoding": "flac", "sample_rate": None}, lambda: encoded(speech(), "flac", "flac")),
        ({"encoding": "ogg-opus", "sample_rate": None}, lambda: encoded(speech(), "ogg", "libopus", 48_000)),
    ],
    ids=["mulaw", "alaw", "linear32", "webm", "flac", "ogg-opus"],
)
async def test_every_encoding_gives_the_same_words(
    sdk_server: Server, options: dict[str, Any], audio: Any
) -> None:
    check_whole(await streamed(sdk_server, audio(), **options))


async def test_text_is_shown_while_people_speak(sdk_server: Server) -> None:
    heard: list[dict[str, Any]] = []
    shown = asyncio.Event()

    def listen(message: Any) -> None:
        heard.append(message.model_dump())
        if heard[-1]["type"] == "Results" and "start" in reading(heard[-1])["transcript"]:
            shown.set()

    audio = s16(speech())
    # Milliseconds, within "the quarterly budget review". The words just before them may be in no draft: the
    # next one waits for more audio.
    middle = 2 * 16 * 5_400
    async with client(sdk_server).listen.v1.connect(**LIVE, interim_results=True) as socket:
        socket.on(EventType.MESSAGE, listen)
        listening = asyncio.create_task(socket.start_listening())
        await socket.send_media(audio[:middle])
        async with asyncio.timeout(60):
            await shown.wait()
        assert not any("start" in reading(one)["transcript"] for one in results(heard))
        await socket.send_media(audio[middle:])
        await socket.send_close_stream()
        await listening
    check_whole(heard)


async def test_turns_begin_and_end(sdk_server: Server) -> None:
    heard: list[dict[str, Any]] = []
    flux = {name: LIVE[name] for name in ("encoding", "sample_rate")}
    async with client(sdk_server).listen.v2.connect(model="flux-general-en", **flux) as socket:
        socket.on(EventType.MESSAGE, lambda message: heard.append(message.model_dump()))
        listening = asyncio.create_task(socket.start_listening())
        for piece in pieces(s16(speech())):
            await socket.send_media(piece)
        await socket.send_close_stream()
        async with asyncio.timeout(60):
            await listening
    assert [one["sequence_id"] for one in heard] == list(range(len(heard)))
    assert heard[0]["type"] == "Connected"
    ends = [one for one in heard if one.get("event") == "EndOfTurn"]
    assert [one["turn_index"] for one in ends] == list(range(len(ends)))
    assert wrong(" ".join(one["transcript"] for one in ends)) <= MOST_WRONG
    starts = [one["turn_index"] for one in heard if one.get("event") == "StartOfTurn"]
    assert starts == list(range(len(ends)))


async def test_channels_are_told_apart(sdk_server: Server) -> None:
    import numpy as np

    one, pause = speech(), np.zeros_like(speech())
    both = np.stack([one, pause], axis=1).reshape(-1)
    heard = await streamed(sdk_server, s16(both), multichannel=True, channels=2)
    assert {tuple(result["channel_index"]) for result in results(heard)} == {(0, 2)}
    assert wrong(text(heard)) <= MOST_WRONG
    assert heard[-1]["channels"] == 2


SENTENCE = int(6.1 * 16_000) * 2
"""Bytes of the first sentences, to "... the quarterly budget review."."""


async def test_finalize_makes_everything_final(sdk_server: Server) -> None:
    finalized: asyncio.Queue[dict[str, Any]] = asyncio.Queue(100)
    async with client(sdk_server).listen.v1.connect(**LIVE) as socket:
        socket.on(EventType.MESSAGE, lambda message: finalized.put_nowait(message.model_dump()))
        listening = asyncio.create_task(socket.start_listening())
        audio = s16(speech())
        await socket.send_media(audio[:SENTENCE])
        heard: list[dict[str, Any]] = []
        for _ in range(2):
            await socket.send_finalize()
            async with asyncio.timeout(60):
                while not (heard and heard[-1].get("from_finalize")):
                    heard.append(await finalized.get())
            heard.append({"type": "Mark"})
        assert "quarterly budget" in text(heard)
        flagged = [one for one in heard if one.get("from_finalize")]
        assert [bool(reading(one)["transcript"]) for one in flagged] == [True, False]
        await socket.send_close_stream()
        await listening


async def test_a_wrong_key_is_the_sdks_own_error(sdk_server: Server) -> None:
    with pytest.raises(ApiError) as refused:
        async with client(sdk_server, "sk_wrong").listen.v1.connect(**LIVE):
            pass
    assert refused.value.status_code == 401


def test_javascript_gives_the_same(sdk_server: Server, scripts: Scripts, tmp_path: Path) -> None:
    audio = tmp_path / "audio"
    audio.write_bytes(s16(speech()))
    query = {**LIVE, "smart_format": "true", "interim_results": "true", "vad_events": "true"}
    said = scripts.run("deepgram_live.mjs", sdk_server.url, KEY, json.dumps(query), str(audio))
    check_whole([one["data"] for one in said if one["event"] == "message"])
    assert said[0] == {"event": "open"}
    assert said[-1]["event"] == "close"
    assert said[-1]["data"]["code"] == 1000


def test_javascript_tells_of_a_wrong_key(sdk_server: Server, scripts: Scripts) -> None:
    said = scripts.run("deepgram_live.mjs", sdk_server.url, "sk_wrong", json.dumps(LIVE), "")
    (error,) = [one["data"] for one in said if one["event"] == "error"]
    assert "401" in error
    assert not any(one["event"] in {"open", "message"} for one in said)
