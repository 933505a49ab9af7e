"""The unmodified `openai` package against a real server and real speech: recordings and the Realtime wire."""

import asyncio
import base64
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import openai
import pytest
import soxr
from openai import AsyncOpenAI, OpenAI

from loadtest.wer import normalise
from tests.sdk.scripts import Scripts
from tests.sdk.speech import KEY, MOST_WRONG, SECONDS, speech, wrong
from tests.support.process import Server
from tests.support.recordings import RATE, encoded, raw, s16
from tests.support.tls import contexts
from tests.support.tls_relay import relayed

TURNS = 2
"""At least: two people speak."""
OPENAI_RATE = 24_000
STEP = OPENAI_RATE * 2 // 5
"""Bytes of a fifth of a second."""

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def audio() -> bytes:
    """Raw audio as the wire has it by default, with a second of silence after it."""
    return s16(soxr.resample(speech(), RATE, OPENAI_RATE)) + bytes(2 * OPENAI_RATE)


@pytest.fixture(scope="module")
def recording() -> bytes:
    """The same as an MP3."""
    return encoded(speech(), "mp3", "libmp3lame")


@pytest.fixture
def client(sdk_server: Server) -> Iterator[OpenAI]:
    """A client as the package makes it."""
    with OpenAI(api_key=KEY, base_url=f"{sdk_server.url}/v1", max_retries=0) as client:
        yield client


@asynccontextmanager
async def session(server: Server, **query: str) -> AsyncIterator[Any]:
    """A Realtime connection."""
    query = query or {"intent": "transcription"}
    async with (
        AsyncOpenAI(api_key=KEY, base_url=f"{server.url}/v1", max_retries=0) as client,
        client.realtime.connect(extra_query=query) as connection,
        asyncio.timeout(60),
    ):
        created = await connection.recv()
        assert created.type == "session.created"
        yield connection


async def settle(connection: Any, **audio_input: Any) -> Any:
    """Change the session; what the server says of it."""
    await connection.session.update(session={"type": "transcription", "audio": {"input": audio_input}})
    updated = await connection.recv()
    assert updated.type == "session.updated"
    return updated.session


async def say(connection: Any, audio: bytes) -> None:
    """Append audio in pieces."""
    for start in range(0, len(audio), STEP):
        piece = audio[start : start + STEP]
        await connection.input_audio_buffer.append(audio=base64.b64encode(piece).decode())


async def heard(connection: Any, last: str) -> list[Any]:
    """Events until the words said so far end in `last`."""
    events = []
    while True:
        events.append(await connection.recv())
        assert events[-1].type != "error", events[-1]
        if normalise(transcript(events))[-1:] == [last]:
            return events


def right(text: str) -> bool:
    """Whether a text is what was said, but for what the smallest model mishears."""
    return wrong(text) <= MOST_WRONG


def transcript(events: list[Any]) -> str:
    """All that was completed."""
    return " ".join(event.transcript for event in events if event.type.endswith(".completed"))


def of(events: list[Any], kind: str) -> list[Any]:
    """The events whose type ends so."""
    return [event for event in events if event.type.endswith(kind)]


def test_a_recording_comes_back_as_text(client: OpenAI, recording: bytes) -> None:
    found = client.audio.transcriptions.create(model="whisper-1", file=("a.mp3", recording))
    assert right(found.text)


def test_a_recording_comes_back_with_segments_and_words(client: OpenAI, recording: bytes) -> None:
    found = client.audio.transcriptions.create(
        model="whisper-1",
        file=("a.mp3", recording),
        language="en",
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
    )
    assert found.language == "en"
    assert found.duration == pytest.approx(SECONDS, abs=0.2)
    assert found.segments is not None
    assert found.words is not None
    assert right(" ".join(segment.text for segment in found.segments))
    assert right(" ".join(word.word for word in found.words))
    assert all(-5 < segment.avg_logprob < 0 for segment in found.segments)
    edges = [time for word in found.words for time in (word.start, word.end)]
    assert edges == sorted(edges)
    assert 6.4 < next(word.start for word in found.words if word.word == "numbers") < 8.0


def test_a_recording_comes_back_as_subtitles(client: OpenAI, recording: bytes) -> None:
    found = client.audio.transcriptions.create(
        model="whisper-1", file=("a.mp3", recording), response_format="vtt"
    )
    assert isinstance(found, str)
    assert found.startswith("WEBVTT")
    assert "budget" in found


def test_a_recording_is_told_as_it_is_heard(client: OpenAI, recording: bytes) -> None:
    stream = client.audio.transcriptions.create(
        model="gpt-4o-transcribe", file=("a.mp3", recording), stream=True
    )
    events = list(stream)
    assert len(events) > TURNS
    assert "".join(event.delta for event in events[:-1] if event.type == "transcript.text.delta") == (
        events[-1].text if events[-1].type == "transcript.text.done" else None
    )


async def test_the_server_ends_turns_and_words_appear_while_people_speak(
    sdk_server: Server, audio: bytes
) -> None:
    async with session(sdk_server) as connection:
        settings = await settle(
            connection,
            transcription={"model": "whisper-1", "language": "en"},
            turn_detection={"type": "server_vad", "silence_duration_ms": 400},
        )
        assert settings.audio.input.turn_detection.silence_duration_ms == 400
        await say(connection, audio)
        events = await heard(connection, "ahead")
    assert right(transcript(events))
    completed = of(events, ".completed")
    assert len(completed) >= TURNS
    for one in completed:
        own = [event for event in events if getattr(event, "item_id", "") == one.item_id]
        kinds = [event.type.rpartition(".")[2] for event in own if event.type.rpartition(".")[2] != "delta"]
        assert kinds == ["speech_started", "speech_stopped", "committed", "completed"]
        assert "".join(event.delta for event in of(own, ".delta")) == one.transcript
        assert own[0].audio_start_ms < of(own, "speech_stopped")[0].audio_end_ms
    last = of(events, "speech_stopped")[-1].audio_end_ms / 1000
    assert last == pytest.approx(SECONDS, abs=0.8)


async def test_the_client_ends_turns_itself(sdk_server: Server, audio: bytes) -> None:
    async with session(sdk_server) as connection:
        await settle(connection, turn_detection=None, transcription={"model": "whisper-1"})
        await say(connection, audio)
        await connection.input_audio_buffer.commit()
        events = await heard(connection, "ahead")
    (completed,) = of(events, ".completed")
    (committed,) = of(events, ".committed")
    assert completed.item_id == committed.item_id
    assert right(completed.transcript)
    assert "".join(event.delta for event in of(events, ".delta")) == completed.transcript


@pytest.mark.parametrize(("kind", "encoding"), [("audio/pcmu", "mulaw"), ("audio/pcma", "alaw")])
async def test_telephone_audio_is_understood(sdk_server: Server, kind: str, encoding: str) -> None:
    audio = raw(speech(), encoding, 8_000)
    async with session(sdk_server) as connection:
        await settle(connection, format={"type": kind}, turn_detection=None)
        for start in range(0, len(audio), 1_600):
            piece = base64.b64encode(audio[start : start + 1_600]).decode()
            await connection.input_audio_buffer.append(audio=piece)
        await connection.input_audio_buffer.commit()
        events = await heard(connection, "ahead")
    assert right(transcript(events))


async def test_the_older_dialect_is_spoken(sdk_server: Server, audio: bytes) -> None:
    async with (
        AsyncOpenAI(
            api_key=KEY,
            base_url=f"{sdk_server.url}/v1",
            websocket_base_url=sdk_server.stream.removesuffix("/stream"),
        ) as client,
        client.beta.realtime.connect(model="x", extra_query={"intent": "transcription"}) as connection,
        asyncio.timeout(60),
    ):
        assert (await connection.recv()).type == "session.created"
        await connection.transcription_session.update(
            session={
                "input_audio_format": "pcm16",
                "input_audio_transcription": {"model": "whisper-1", "language": "en"},
                "turn_detection": {"type": "server_vad"},
            }
        )
        updated = await connection.recv()
        assert updated.type == "transcription_session.updated"
        assert updated.session.input_audio_format == "pcm16"
        await say(connection, audio)
        events = await heard(connection, "ahead")
    assert right(transcript(events))
    assert of(events, "conversation.item.created")


async def test_a_wrong_event_is_an_error_and_the_stream_goes_on(sdk_server: Server, audio: bytes) -> None:
    async with session(sdk_server) as connection:
        await connection.send({"type": "response.create", "event_id": "mine"})
        error = await connection.recv()
        assert error.type == "error"
        assert (error.error.code, error.error.event_id) == ("unknown_type", "mine")
        await say(connection, audio)
        assert right(transcript(await heard(connection, "ahead")))


def test_a_wrong_key_is_the_packages_own_error(sdk_server: Server, recording: bytes) -> None:
    with OpenAI(api_key="sk_wrong", base_url=f"{sdk_server.url}/v1", max_retries=0) as stranger:
        with pytest.raises(openai.AuthenticationError):
            stranger.audio.transcriptions.create(model="whisper-1", file=("a.mp3", recording))
        with pytest.raises(openai.AuthenticationError):
            stranger.models.list()


class TestJavaScript:
    """The same in JavaScript, whose Realtime client insists on TLS."""

    async def run(
        self, server: Server, scripts: Scripts, folder: Path, *files: Path, key: str = KEY
    ) -> list[Any]:
        """What the script says."""
        shown, _ = contexts(folder, "localhost")
        async with relayed(shown, int(server.url.rpartition(":")[2])) as port:
            return await asyncio.to_thread(
                scripts.run,
                "openai.mjs",
                f"https://localhost:{port}/v1",
                key,
                *map(str, files),
                environment={**os.environ, "NODE_EXTRA_CA_CERTS": str(folder / "certificate.pem")},
            )

    async def test_all_calls_give_the_right_words(
        self, sdk_server: Server, scripts: Scripts, tmp_path: Path, audio: bytes, recording: bytes
    ) -> None:
        files = tmp_path / "a.mp3", tmp_path / "a.raw"
        files[0].write_bytes(recording)
        files[1].write_bytes(audio)
        said = await self.run(sdk_server, scripts, tmp_path, *files)
        whole, *rest = [one["data"] for one in said]
        assert right(whole["text"])
        assert len(whole["words"]) == len(whole["text"].split())
        streamed = [one["data"] for one in said if one["event"] == "streamed"]
        assert right(streamed[-1]["text"])
        assert "".join(one["delta"] for one in streamed[:-1]) == streamed[-1]["text"]
        assert rest[-1]["type"].endswith("input_audio_transcription.completed")
        assert right(rest[-1]["transcript"])

    async def test_a_wrong_key_is_the_packages_own_error(
        self, sdk_server: Server, scripts: Scripts, tmp_path: Path, recording: bytes
    ) -> None:
        file = tmp_path / "a.mp3"
        file.write_bytes(recording)
        said = await self.run(sdk_server, scripts, tmp_path, file, key="sk_wrong")
        assert said == [{"event": "error", "data": {"authentication": True, "code": "key_not_known"}}]
