"""Small clients of OpenAI's calls and wire, each of which is told off: over the wire the stream goes on."""

import asyncio
import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest
from websockets.asyncio.client import connect

from server.files.brought import Brought
from server.http.catalogue import GOES_ON
from server.store.postgres import PostgresStore
from tests.support.node import node
from tests.support.refusals import Scenario, Told

REALTIME = "/v1/realtime?intent=transcription"
RECORDING = {"file": ("a.wav", b"x")}
HEARD = {"type": "input_audio_buffer.append", "audio": base64.b64encode(bytes(48_000)).decode()}


def says(*messages: Any) -> Scenario:
    """Messages over the Realtime wire; what comes after the greeting."""

    async def act(store: PostgresStore) -> Told:
        async with (
            asyncio.timeout(60),
            node(store) as one,
            connect(one.url.replace("/v1/stream", REALTIME), proxy=None) as socket,
        ):
            await socket.recv()
            for message in messages:
                await socket.send(message if isinstance(message, str | bytes) else json.dumps(message))
            error = json.loads(await socket.recv())["error"]
        return Told(GOES_ON, error["code"], error["message"])

    return act


def updates(**given: Any) -> dict[str, Any]:
    """A change of the session's audio input."""
    return {"type": "session.update", "session": {"type": "transcription", "audio": {"input": given}}}


def calls(method: str, path: str, **sent: Any) -> Scenario:
    """One call."""

    async def act(store: PostgresStore) -> Told:
        async with (
            node(store) as one,
            one.client() as client,
        ):
            answer = await client.request(method, path, **sent)
        error = answer.json()["error"]
        return Told(answer.status_code, error["code"], error["message"])

    return act


async def with_a_full_disk(store: PostgresStore) -> Told:
    """A recording that cannot be put down."""

    @contextmanager
    def full(_: Brought) -> Iterator[IO[bytes]]:
        with Path("/dev/full").open("wb", buffering=0) as file:
            yield file

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Brought, "place", full)
        return await calls("POST", "/v1/audio/transcriptions", files=RECORDING, data={"model": "m"})(store)


SCENARIOS: dict[tuple[str, int], tuple[Scenario, str]] = {
    ("audio_buffer_empty", GOES_ON): (
        says({"type": "input_audio_buffer.commit"}),
        "A commit needs 100 ms of audio; 0 ms came.",
    ),
    ("audio_not_base64", GOES_ON): (
        says({"type": "input_audio_buffer.append", "audio": "***"}),
        "The field audio is no valid base64.",
    ),
    ("bad_json", GOES_ON): (says("{"), "A text frame must be a JSON object; this one is no JSON."),
    ("disk_full", 503): (with_a_full_disk, "There is no room on disk for the file just now."),
    ("invalid_field", GOES_ON): (
        says(updates(turn_detection={"type": "server_vad", "silence_duration_ms": "x"})),
        "The field session.audio.input.turn_detection.silence_duration_ms is wrong: "
        "input should be a valid integer, unable to parse string as an integer.",
    ),
    ("invalid_field", 400): (
        calls(
            "POST",
            "/v1/audio/transcriptions",
            files=RECORDING,
            data={"model": "m", "response_format": "x"},
        ),
        "The field response_format is wrong: input should be 'json', 'text', 'srt', 'verbose_json' or 'vtt'.",
    ),
    ("message_too_big", GOES_ON): (
        says("x" * 70_000),
        "A message may hold 65536 characters at the most, this one has 70000.",
    ),
    ("model_not_found", 404): (
        calls("GET", "/v1/models/none"),
        "There is no model of this name; GET /v1/models lists them.",
    ),
    ("not_changeable", GOES_ON): (
        says(HEARD, updates(format={"type": "audio/pcmu"})),
        "The audio format cannot be changed once audio has begun: open another session.",
    ),
    ("translation_not_supported", 400): (
        calls("POST", "/v1/audio/translations", files=RECORDING, data={"model": "m"}),
        "This server does not translate; /v1/audio/transcriptions takes the same form.",
    ),
    ("unexpected_binary", GOES_ON): (
        says(b"\0\0"),
        "Send audio as base64 in input_audio_buffer.append, not as binary messages.",
    ),
    ("unknown_encoding", GOES_ON): (
        says({"type": "transcription_session.update", "session": {"input_audio_format": "flac"}}),
        "The formats are pcm16, g711_ulaw, g711_alaw.",
    ),
    ("unknown_type", GOES_ON): (says({"type": "hello"}), "There is no event of type 'hello'."),
}
