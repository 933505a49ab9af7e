"""The unmodified `speechmatics-rt` clients against a real server: real speech in, transcripts out."""

import asyncio
import io
from typing import Any

import pytest

from loadtest.wer import normalise
from tests.sdk.short import SENTENCE, WAIT
from tests.sdk.speech import KEY
from tests.support.process import Server
from tests.support.recordings import RATE, encoded, s16, samples, sentence
from tests.support.wire import pieces

rt = pytest.importorskip("speechmatics.rt", reason="the client `speechmatics-rt` is not installed")

FRAME = 3_200
"""Bytes of 100 ms."""
KINDS = ("RecognitionStarted", "AddTranscript", "AddPartialTranscript", "EndOfUtterance", "EndOfTranscript",
         "Error", "Warning", "SpeakersResult", "AudioAdded", "ChannelAudioAdded")  # fmt: skip


def address(server: Server) -> str:
    """Where the clients call."""
    return server.url.replace("http", "ws", 1) + "/v2"


def listening(client: Any) -> list[dict[str, Any]]:
    """All that a client is told from now on."""
    heard: list[dict[str, Any]] = []
    for kind in KINDS:
        client.on(kind, heard.append)
    return heard


def of(heard: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """The messages of a kind."""
    return [message for message in heard if message["message"] == kind]


def text(heard: list[dict[str, Any]]) -> str:
    """All that was transcribed, by the client's own reading of it."""
    results = [rt.TranscriptResult.from_message(message) for message in of(heard, "AddTranscript")]
    return "".join(result.metadata.transcript for result in results)


RAW = rt.AudioFormat(encoding=rt.AudioEncoding.PCM_S16LE, sample_rate=RATE)


async def test_partials_then_transcripts_with_words_marks_and_times(sdk_server: Server) -> None:
    config = rt.TranscriptionConfig(
        language="en",
        enable_partials=True,
        max_delay=1.0,
        conversation_config=rt.ConversationConfig(end_of_utterance_silence_trigger=0.5),
        additional_vocab=[{"content": "joining", "sounds_like": ["joyning"]}],
    )
    async with rt.AsyncClient(api_key=KEY, url=address(sdk_server)) as client:
        heard, shown = listening(client), asyncio.Event()
        client.on("AddPartialTranscript", lambda _: shown.set())
        await client.start_session(transcription_config=config, audio_format=RAW)
        for frame in pieces(s16(sentence()), FRAME):
            await client.send_audio(frame)
            await asyncio.sleep(0.1)
        # Until then the sentence is not over: nothing was said to end it.
        await asyncio.wait_for(shown.wait(), WAIT)
        await asyncio.wait_for(client.stop_session(), WAIT)
    (started,) = of(heard, "RecognitionStarted")
    assert started["id"] == client.session_id
    assert client.session_id.startswith("ses_")
    assert of(heard, "AddPartialTranscript"), "nothing was shown while the speaker spoke"
    assert normalise(text(heard)) == normalise(SENTENCE)
    results = [result for message in of(heard, "AddTranscript") for result in message["results"]]
    words = [one for one in results if one["type"] == "word"]
    marks = [one for one in results if one["type"] == "punctuation"]
    said = " ".join(one["alternatives"][0]["content"] for one in words)
    assert normalise(said) == normalise(SENTENCE)
    assert marks
    assert all(one["attaches_to"] == "previous" for one in marks)
    starts = [one["start_time"] for one in words]
    assert starts == sorted(starts)
    assert all(0 <= one["start_time"] <= one["end_time"] <= 3.2 for one in words)
    assert of(heard, "EndOfUtterance")
    assert [one["seq_no"] for one in of(heard, "AudioAdded")] == list(range(1, 32))
    assert of(heard, "Error") == []
    assert heard[-1]["message"] == "EndOfTranscript"


async def test_a_file_is_transcribed_by_one_call(sdk_server: Server) -> None:
    recording = io.BytesIO(encoded(sentence(), "flac", "flac"))
    async with rt.AsyncClient(api_key=KEY, url=address(sdk_server)) as client:
        heard = listening(client)
        config = rt.TranscriptionConfig(language="en")
        await client.transcribe(
            recording, transcription_config=config, audio_format=rt.AudioFormat(), timeout=WAIT
        )
    assert normalise(text(heard)) == normalise(SENTENCE)
    assert of(heard, "AddPartialTranscript") == []


async def test_an_utterance_ends_when_the_client_says_so(sdk_server: Server) -> None:
    async with rt.AsyncClient(api_key=KEY, url=address(sdk_server)) as client:
        heard = listening(client)
        ended = asyncio.Event()
        client.on("EndOfUtterance", lambda _: ended.set())
        await client.start_session(audio_format=RAW)
        await client.send_audio(s16(sentence()[: int(1.4 * RATE)]))
        await client.force_end_of_utterance()
        await asyncio.wait_for(ended.wait(), WAIT)
        assert text(heard).startswith("Good morning")
        await asyncio.wait_for(client.stop_session(), WAIT)


async def test_channels_come_apart_with_their_names(sdk_server: Server) -> None:
    left, right = sentence(), samples()[int(3.1 * RATE) : int(6.2 * RATE)]
    async with rt.AsyncMultiChannelClient(api_key=KEY, url=address(sdk_server)) as client:
        heard = listening(client)
        over = asyncio.Event()
        client.on("EndOfTranscript", lambda _: over.set())
        client.on("Error", lambda _: over.set())
        await client.transcribe(
            {"left": io.BytesIO(s16(left)), "right": io.BytesIO(s16(right))},
            transcription_config=rt.TranscriptionConfig(language="en"),
            audio_format=RAW,
        )
        await asyncio.wait_for(over.wait(), WAIT)
    assert of(heard, "Error") == []
    (started,) = of(heard, "RecognitionStarted")
    assert started["channel_ids"] == ["left", "right"]
    said = {
        name: "".join(
            message["metadata"]["transcript"]
            for message in of(heard, "AddTranscript")
            if message["results"][0]["channel"] == name
        )
        for name in ("left", "right")
    }
    assert normalise(said["left"]) == normalise(SENTENCE)
    assert said["right"]
    assert "morning" not in said["right"]


async def test_a_temporary_key_is_made_by_the_client_itself(sdk_server: Server) -> None:
    pytest.importorskip("aiohttp", reason="the client makes temporary keys with the package `aiohttp`")
    auth = rt.JWTAuth(KEY, ttl=60, mp_url=sdk_server.url)
    async with rt.AsyncClient(auth, url=address(sdk_server)) as client:
        heard = listening(client)
        await client.start_session(audio_format=RAW)
        await client.send_audio(s16(sentence()))
        await asyncio.wait_for(client.stop_session(), WAIT)
    assert normalise(text(heard)) == normalise(SENTENCE)
    with pytest.raises(rt.AuthenticationError, match="HTTP 401"):
        await rt.JWTAuth("wrong", mp_url=sdk_server.url).get_auth_headers()


async def test_a_wrong_key_is_the_clients_own_error(sdk_server: Server) -> None:
    async with rt.AsyncClient(api_key="wrong", url=address(sdk_server)) as client:
        with pytest.raises(rt.ConnectionError, match="HTTP 401"):
            await client.start_session(audio_format=RAW)


async def test_a_language_that_the_model_lacks_is_the_clients_own_error(sdk_server: Server) -> None:
    async with rt.AsyncClient(api_key=KEY, url=address(sdk_server)) as client:
        with pytest.raises(rt.TranscriptionError, match="does not know the language 'ru'"):
            await client.start_session(
                transcription_config=rt.TranscriptionConfig(language="ru"), audio_format=RAW
            )
