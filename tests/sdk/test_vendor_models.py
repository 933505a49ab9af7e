"""Whatever a session tells, the clients' own models can read every message of it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.events import Event
from streaming.protocols.assemblyai import AssemblyAICodec
from streaming.protocols.speechmatics import SpeechmaticsCodec
from tests.property.test_native import EVENTS

v3 = pytest.importorskip("assemblyai.streaming.v3", reason="the client `assemblyai` is not installed")
rt = pytest.importorskip("speechmatics.rt", reason="the client `speechmatics-rt` is not installed")

MODELS = {
    "Begin": v3.BeginEvent,
    "Turn": v3.TurnEvent,
    "SpeechStarted": v3.SpeechStartedEvent,
    "Termination": v3.TerminationEvent,
}
START = {
    "message": "StartRecognition",
    "audio_format": {"type": "file"},
    "transcription_config": {
        "enable_partials": True,
        "diarization": "speaker",
        "conversation_config": {"end_of_utterance_silence_trigger": 0.5},
    },
}


@given(st.lists(EVENTS, max_size=6))
def test_assemblyais_models_read_every_message(events: list[Event]) -> None:
    codec = AssemblyAICodec(
        {"sample_rate": ["16000"], "format_turns": ["1"]}, datetime(2026, 1, 1, tzinfo=UTC)
    )
    told = [text for event in events for text in codec.send(event)]
    for text in (*told, *codec.close(None)[0]):
        message: dict[str, Any] = json.loads(text)
        MODELS[message["type"]].model_validate(message)


@given(st.lists(EVENTS, max_size=6))
def test_speechmatics_models_read_every_transcript(events: list[Event]) -> None:
    codec = SpeechmaticsCodec()
    codec.receive_text(json.dumps(START))
    for event in events:
        for text in codec.send(event):
            message = json.loads(text)
            if message["message"] in {"AddTranscript", "AddPartialTranscript"}:
                read = rt.TranscriptResult.from_message(message)
                assert read.is_final is (message["message"] == "AddTranscript")
                assert read.metadata.start_time <= read.metadata.end_time
