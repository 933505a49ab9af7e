"""Wires of other services: any message comes to commands or a `ProtocolError`, any event to valid JSON."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from streaming.commands import Audio, Command, Start
from streaming.errors import ProtocolError
from streaming.events import Caption, Event, Flushed
from streaming.pcm import frame_size, validate
from streaming.protocols.assemblyai import AssemblyAICodec
from streaming.protocols.codec import Codec
from streaming.protocols.interleaving import Interleaver
from streaming.protocols.speechmatics import SpeechmaticsCodec
from streaming.protocols.twilio import TwilioCodec
from tests.property.test_native import ANY_TEXT, EVENTS, JSON

NOW = datetime(2026, 1, 1, tzinfo=UTC)

QUERY_NAMES = st.sampled_from(
    ["sample_rate", "encoding", "format_turns", "max_turn_silence", "language_codes", "keyterms_prompt"]
)
QUERY_VALUES = st.one_of(
    ANY_TEXT, JSON.map(json.dumps), st.sampled_from(["16000", "true", "pcm_s16le", "aac", '["en"]', "en"])
)
QUERIES = st.dictionaries(QUERY_NAMES | ANY_TEXT, st.lists(QUERY_VALUES, max_size=2), max_size=5)


def messages(key: str, kinds: list[str], fields: dict[str, Any]) -> st.SearchStrategy[str]:
    """Text that is sometimes near to a message: a known kind with fields of which some are right."""
    kind = st.sampled_from(kinds) | JSON
    inner = st.one_of(
        JSON, st.dictionaries(st.sampled_from(list(fields)), st.sampled_from(list(fields.values())) | JSON)
    )
    near = st.builds(
        lambda kind, right, wrong: {**right, **wrong, key: kind},
        kind,
        st.fixed_dictionaries({}, optional={name: st.just(value) for name, value in fields.items()}),
        st.dictionaries(st.sampled_from(list(fields)), inner, max_size=2),
    )
    return st.one_of(near.map(json.dumps), ANY_TEXT, JSON.map(json.dumps))


ASSEMBLYAI = messages(
    "type", ["ForceEndpoint", "KeepAlive", "UpdateConfiguration", "Terminate"], {"format_turns": True}
)
SPEECHMATICS = messages(
    "message",
    ["StartRecognition", "StartRecognition", "AddChannelAudio", "EndOfChannel", "SetRecognitionConfig",
     "ForceEndOfUtterance", "GetSpeakers", "EndOfStream"],
    {
        "audio_format": {"type": "raw", "encoding": "pcm_s16le", "sample_rate": 16_000},
        "transcription_config": {"diarization": "channel", "channel_diarization_labels": ["a", "b"]},
        "translation_config": {"target_languages": ["de"]},
        "channel": "a",
        "data": "AAAA",
    },
)  # fmt: skip
TWILIO = messages(
    "event",
    ["connected", "start", "start", "media", "media", "mark", "dtmf", "stop"],
    {
        "streamSid": "MZ1",
        "start": {"tracks": ["inbound", "outbound"], "customParameters": {"token": "t"}},
        "media": {"track": "inbound", "timestamp": "20", "payload": "////"},
    },
)


def received(codec: Codec, frames: list[str | bytes]) -> list[Command]:
    """The commands of frames until the first that is refused; what else is raised is a fault."""
    commands: list[Command] = []
    try:
        for frame in frames:
            taken = codec.receive_bytes(frame) if isinstance(frame, bytes) else codec.receive_text(frame)
            commands += taken.commands
            assert all(isinstance(json.loads(reply), dict) for reply in taken.replies)
    except ProtocolError as error:
        readable(error)
    return commands


def readable(error: ProtocolError) -> None:
    """A refusal is a sentence that can be sent."""
    assert len(error.message.encode()) < 800


def whole_frames(commands: list[Command]) -> None:
    """The audio of a session that started has whole frames in the format of the start."""
    starts = [command for command in commands if isinstance(command, Start)]
    assert len(starts) <= 1
    for command in commands:
        if isinstance(command, Audio) and starts[0].multichannel:
            validate(starts[0].audio)
            assert len(command.data) % frame_size(starts[0].audio) == 0


@given(QUERIES, st.lists(ASSEMBLYAI | st.binary(max_size=8), max_size=5))
def test_a_client_of_assemblyai_is_understood_or_refused(
    query: dict[str, list[str]], frames: list[str | bytes]
) -> None:
    try:
        codec = AssemblyAICodec(query, NOW)
    except ProtocolError as error:
        readable(error)
        return
    (start,) = codec.begin().commands
    assert isinstance(start, Start)
    received(codec, frames)


@given(st.lists(SPEECHMATICS | st.binary(max_size=8), max_size=6))
def test_a_client_of_speechmatics_is_understood_or_refused(frames: list[str | bytes]) -> None:
    whole_frames(received(SpeechmaticsCodec(), frames))


@given(st.lists(TWILIO | st.binary(max_size=8), max_size=6))
def test_a_call_of_twilio_is_understood_or_refused(frames: list[str | bytes]) -> None:
    whole_frames(received(TwilioCodec(), frames))


def _assemblyai() -> Codec:
    return AssemblyAICodec({"sample_rate": ["16000"], "format_turns": ["true"]}, NOW)


def _speechmatics() -> Codec:
    codec = SpeechmaticsCodec()
    config = {"enable_partials": True, "conversation_config": {"end_of_utterance_silence_trigger": 1}}
    audio = {"type": "file"}
    codec.receive_text(
        json.dumps({"message": "StartRecognition", "audio_format": audio, "transcription_config": config})
    )
    return codec


CODECS = st.sampled_from([_assemblyai, _speechmatics, TwilioCodec])


@given(CODECS, st.lists(EVENTS, max_size=6))
def test_every_event_is_told_in_json_without_holes(make: Callable[[], Codec], events: list[Event]) -> None:
    codec = make()
    for event in events:
        for text in codec.send(event):
            assert isinstance(json.loads(text), dict)
            assert not isinstance(event, Caption | Flushed) or "null" not in json.loads(text).values()
    last, code, reason = codec.close(None)
    assert code == 1000
    assert reason == ""
    assert all(isinstance(json.loads(text), dict) for text in last)


TICKS = st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3), st.booleans(), st.booleans()), max_size=60)


@given(TICKS)
def test_channels_with_positions_keep_their_clock(ticks: list[tuple[int, int, bool, bool]]) -> None:
    """Whatever is lost, and however positions jitter, a piece lies whole where it was said to be."""
    channels = Interleaver(("a", "b"), 1_000, b"\0")
    out = b""
    for number, (first, second, first_lost, second_lost) in enumerate(ticks, start=1):
        for name, jitter, lost in (("a", first, first_lost), ("b", second, second_lost)):
            if not lost:
                out += channels.put(name, bytes([number]) * 20, max(0, 20 * number + jitter))
    out += channels.finish()
    assert channels.late == 0
    sides = np.frombuffer(out, np.uint8).reshape(-1, 2)
    for number, (_, _, first_lost, second_lost) in enumerate(ticks, start=1):
        for channel, lost in enumerate((first_lost, second_lost)):
            found = np.flatnonzero(sides[:, channel] == number)
            assert len(found) == (0 if lost else 20)
            assert lost or abs(int(found[0]) - 20 * number) <= 13
