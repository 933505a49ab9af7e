"""Speechmatics' real-time wire: its start, its transcripts, its channels, and how it ends."""

import base64
import json
from typing import Any

import pytest

from streaming.commands import Audio, AudioFormat, Command, Encoding, Flush, Start, Stop
from streaming.errors import Close, ProtocolError
from streaming.events import Ack, Event, Flushed, Problem, Ready, Speech
from streaming.protocols.speechmatics import SpeechmaticsCodec
from tests.unit.streaming.protocols.spoken_captions import final, partial

RAW = {"type": "raw", "encoding": "pcm_s16le", "sample_rate": 16_000}
GOOD_DAY = final("s-1", ("Good", 1.0, 1.25), ("day.", 1.3, 1.75))


def start(audio: dict[str, Any] = RAW, **config: Any) -> dict[str, Any]:
    """A start message."""
    return {"message": "StartRecognition", "audio_format": audio, "transcription_config": config}


def said(codec: SpeechmaticsCodec, *messages: dict[str, Any]) -> list[Command]:
    """The commands of messages."""
    return [command for one in messages for command in codec.receive_text(json.dumps(one)).commands]


def started(**config: Any) -> SpeechmaticsCodec:
    """A client after its start."""
    codec = SpeechmaticsCodec()
    said(codec, start(**config))
    return codec


def sent(codec: SpeechmaticsCodec, *events: Event) -> list[Any]:
    """What the client reads."""
    return [json.loads(text) for event in events for text in codec.send(event)]


def refusal(codec: SpeechmaticsCodec, message: Any) -> ProtocolError:
    """The error of a message."""
    with pytest.raises(ProtocolError) as caught:
        codec.receive_text(message if isinstance(message, str) else json.dumps(message))
    return caught.value


def test_the_smallest_start() -> None:
    assert said(SpeechmaticsCodec(), start()) == [
        Start(AudioFormat(Encoding.PCM_S16LE, 16_000), languages=("en",), interim=False)
    ]


def test_a_start_with_what_is_honoured() -> None:
    message = start(
        {"type": "raw", "encoding": "mulaw", "sample_rate": 8_000},
        language="multi",
        language_hints=["ru", "en-GB"],
        enable_partials=True,
        model="enhanced",
        max_delay=0.7,
        conversation_config={"end_of_utterance_silence_trigger": 0.8},
        additional_vocab=["Steno", {"content": "Яндекс", "sounds_like": ["yandex"]}],
    )
    assert said(SpeechmaticsCodec(), message) == [
        Start(
            AudioFormat(Encoding.MULAW, 8_000),
            languages=("ru", "en"),
            interim=True,
            endpointing_ms=800,
            hotwords=("Steno", "Яндекс"),
        )
    ]


def test_a_file_is_whatever_it_says_it_is() -> None:
    (begun,) = said(SpeechmaticsCodec(), start({"type": "file"}))
    assert isinstance(begun, Start)
    assert begun.audio.encoding is Encoding.AUTO


@pytest.mark.parametrize(
    ("address", "config", "languages"),
    [
        ("ru", {}, ("ru",)),
        ("ru", {"language": "cmn"}, ("zh",)),
        (None, {"language": "auto"}, ()),
    ],
)
def test_the_language_is_named_by_the_message_or_the_address(
    address: str | None, config: dict[str, Any], languages: tuple[str, ...]
) -> None:
    (begun,) = said(SpeechmaticsCodec(address), start(**config))
    assert isinstance(begun, Start)
    assert begun.languages == languages


def test_every_message_of_audio_is_acknowledged_by_its_number() -> None:
    codec = started()
    for number in (1, 2):
        received = codec.receive_bytes(b"\0\0")
        assert received.commands == (Audio(b"\0\0"),)
        assert [json.loads(reply) for reply in received.replies] == [
            {"message": "AudioAdded", "seq_no": number}
        ]


def test_the_session_begins_with_its_name() -> None:
    assert sent(started(language="ja"), Ready("ses_1", "m", None)) == [
        {"message": "RecognitionStarted", "id": "ses_1", "language_pack_info": {"word_delimiter": ""}}
    ]


def test_a_translation_is_answered_with_a_warning() -> None:
    codec = SpeechmaticsCodec()
    said(codec, {**start(), "translation_config": {"target_languages": ["de"]}})
    _, warning = sent(codec, Ready("ses_1", "m", None))
    assert (warning["message"], warning["type"]) == ("Warning", "unsupported_translation_pair")
    assert warning["reason"]


def test_a_transcript_has_words_and_marks_apart() -> None:
    (transcript,) = sent(started(), GOOD_DAY)
    assert transcript == {
        "message": "AddTranscript",
        "format": "2.9",
        "metadata": {"start_time": 1.0, "end_time": 1.75, "transcript": "Good day. "},
        "results": [
            {
                "type": "word",
                "start_time": 1.0,
                "end_time": 1.25,
                "alternatives": [{"content": "Good", "confidence": 0.9, "language": "en"}],
            },
            {
                "type": "word",
                "start_time": 1.3,
                "end_time": 1.75,
                "alternatives": [{"content": "day", "confidence": 0.9, "language": "en"}],
            },
            {
                "type": "punctuation",
                "start_time": 1.75,
                "end_time": 1.75,
                "attaches_to": "previous",
                "is_eos": True,
                "alternatives": [{"content": ".", "confidence": 0.9, "language": "en"}],
            },
        ],
    }


def test_partials_are_for_those_who_asked() -> None:
    words = partial("s-1", "good", "day")
    assert sent(started(), words) == []
    codec = started(enable_partials=True)
    (transcript,) = sent(codec, words)
    assert transcript["message"] == "AddPartialTranscript"
    assert transcript["metadata"]["transcript"] == "good day "
    said(codec, {"message": "SetRecognitionConfig", "transcription_config": {"enable_partials": False}})
    assert sent(codec, words) == []


def test_unknown_speakers_are_called_so() -> None:
    (transcript,) = sent(started(diarization="speaker"), GOOD_DAY)
    assert {one["alternatives"][0]["speaker"] for one in transcript["results"]} == {"UU"}


def test_the_end_of_an_utterance_is_told_to_those_who_asked() -> None:
    trigger = {"end_of_utterance_silence_trigger": 0.5}
    events = (Speech("stopped", 1.7), GOOD_DAY)
    assert [one["message"] for one in sent(started(), *events)] == ["AddTranscript"]
    codec = started(conversation_config=trigger)
    _, end = sent(codec, *events)
    assert end == {"message": "EndOfUtterance", "metadata": {"start_time": 1.75, "end_time": 1.75}}
    went_on = final("s-2", ("and", 2.0, 2.2))
    assert [one["message"] for one in sent(codec, went_on)] == ["AddTranscript"]


def test_who_forces_an_end_is_told_of_it_once() -> None:
    codec = started()
    assert said(codec, {"message": "ForceEndOfUtterance", "timestamp": 1.5}) == [Flush()]
    messages = sent(codec, Speech("stopped", 1.7), GOOD_DAY, Flushed(None, 28_000), Flushed(None, 28_000))
    assert [one["message"] for one in messages] == ["AddTranscript", "EndOfUtterance"]
    assert messages[1]["metadata"] == {"start_time": 1.75, "end_time": 1.75}


def test_nobody_is_told_apart() -> None:
    received = started().receive_text('{"message":"GetSpeakers"}')
    assert [json.loads(reply) for reply in received.replies] == [
        {"message": "SpeakersResult", "speakers": []}
    ]


def piece(channel: str, data: bytes) -> dict[str, Any]:
    """Audio of a channel."""
    return {"message": "AddChannelAudio", "channel": channel, "data": base64.b64encode(data).decode()}


def apart() -> SpeechmaticsCodec:
    """A client whose channels come apart."""
    return started(diarization="channel", channel_diarization_labels=["left", "right"])


def test_channels_that_come_apart_are_named_tracks() -> None:
    codec = SpeechmaticsCodec()
    (begun,) = said(codec, start(diarization="channel", channel_diarization_labels=["left", "right"]))
    assert isinstance(begun, Start)
    assert (begun.audio.channels, begun.multichannel, begun.tracks) == (2, True, ("left", "right"))
    (ready,) = sent(codec, Ready("s", "m", None))
    assert ready["channel_ids"] == ["left", "right"]


def test_channels_are_put_on_one_clock_and_end_one_by_one() -> None:
    codec = apart()
    assert said(codec, piece("left", b"L1L2")) == []
    assert said(codec, piece("right", b"R1R2")) == [Audio(b"L1R1L2R2")]
    assert said(codec, piece("left", b"L3")) == []
    end = {"message": "EndOfChannel", "channel": "right", "last_seq_no": 1}
    assert said(codec, end) == [Audio(b"L3\0\0")]
    assert said(codec, {**end, "channel": "left"}) == [Stop()]
    assert refusal(codec, piece("left", b"L4")).code == "already_stopped"


def test_audio_of_a_channel_is_acknowledged_by_channel() -> None:
    codec = apart()
    numbers = [
        codec.receive_text(json.dumps(piece(name, b"xx"))).replies for name in ("left", "right", "left")
    ]
    assert [json.loads(reply) for (reply,) in numbers] == [
        {"message": "ChannelAudioAdded", "channel": "left", "seq_no": 1},
        {"message": "ChannelAudioAdded", "channel": "right", "seq_no": 1},
        {"message": "ChannelAudioAdded", "channel": "left", "seq_no": 2},
    ]


def test_a_transcript_names_its_channel() -> None:
    codec = apart()
    left = final("s-1", ("Hello.", 1.0, 1.5), track="left")
    right = final("s-1.1", ("Yes.", 1.0, 1.5), track="right")
    for transcript, name in zip(sent(codec, left, right), ("left", "right"), strict=True):
        assert transcript["channel"] == name
        assert {result["channel"] for result in transcript["results"]} == {name}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("", "bad_json"),
        ({"message": "Start"}, "unknown_type"),
        ({"message": "EndOfStream", "last_seq_no": 0}, "not_started"),
        (start({"type": "raw", "encoding": "opus"}), "unknown_encoding"),
        (start({"type": "stream"}), "invalid_field"),
        (start(language="English"), "invalid_field"),
        (start(conversation_config={"end_of_utterance_silence_trigger": float("nan")}), "invalid_field"),
        (start(additional_vocab=[{"sounds_like": []}]), "invalid_field"),
        (start(diarization="channel"), "invalid_field"),
        (start(diarization="channel", channel_diarization_labels=["a", "a"]), "invalid_field"),
        (
            start({"type": "file"}, diarization="channel", channel_diarization_labels=["a"]),
            "unknown_encoding",
        ),
        ({"message": "StartRecognition"}, "invalid_field"),
        ({**start(), "padding": "x" * 70_000}, "message_too_big"),
    ],
)
def test_a_wrong_first_message_is_refused(message: Any, code: str) -> None:
    assert refusal(SpeechmaticsCodec(), message).code == code


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (start(), "already_started"),
        (piece("left", b"xx"), "not_started"),
        ({"message": "EndOfChannel", "channel": "left"}, "not_started"),
        ({"message": "SetRecognitionConfig"}, "invalid_field"),
    ],
)
def test_a_wrong_later_message_is_refused(message: Any, code: str) -> None:
    assert refusal(started(), message).code == code


@pytest.mark.parametrize(
    "message",
    [
        piece("middle", b"xx"),
        {**piece("left", b""), "data": "%"},
        {"message": "EndOfChannel", "channel": "x"},
    ],
)
def test_a_channel_that_was_not_named_is_refused(message: Any) -> None:
    assert refusal(apart(), message).code == "invalid_field"


def test_audio_comes_after_the_start_and_before_the_end() -> None:
    with pytest.raises(ProtocolError) as caught:
        SpeechmaticsCodec().receive_bytes(b"\0\0")
    assert caught.value.code == "not_started"
    with pytest.raises(ProtocolError) as caught:
        apart().receive_bytes(b"\0\0")
    assert caught.value.code == "unexpected_binary"
    codec = started()
    assert said(codec, {"message": "EndOfStream", "last_seq_no": 0}) == [Stop()]
    with pytest.raises(ProtocolError) as caught:
        codec.receive_bytes(b"\0\0")
    assert caught.value.code == "already_stopped"


def test_what_the_wire_cannot_say_is_left_out() -> None:
    assert sent(started(), Ack(5), Speech("started", 1.0), Flushed(None, 5)) == []


def test_a_good_end_is_waited_for() -> None:
    (last,), code, reason = started().close(None)
    assert json.loads(last) == {"message": "EndOfTranscript"}
    assert (code, reason) == (1000, "")


@pytest.mark.parametrize(
    ("problem", "kind", "code"),
    [
        (Problem("key_not_known", "No.", close=Close.NOT_ALLOWED), "not_authorised", 4001),
        (Problem("language_not_supported", "No.", close=Close.NOT_ALLOWED), "invalid_language", 4004),
        (Problem("overloaded", "No.", close=Close.OVERLOADED), "quota_exceeded", 4005),
        (Problem("too_many_streams", "No.", close=Close.OVERLOADED), "quota_exceeded", 4005),
        (Problem("internal", "No.", close=Close.OUR_FAULT), "job_error", 1011),
        (Problem("not_started", "No.", close=Close.BAD_ORDER), "protocol_error", 1002),
    ],
)
def test_a_bad_end_says_why(problem: Problem, kind: str, code: int) -> None:
    (last,), close, reason = SpeechmaticsCodec().close(problem)
    assert json.loads(last) == {"message": "Error", "type": kind, "reason": "No."}
    assert (close, reason) == (code, kind)
