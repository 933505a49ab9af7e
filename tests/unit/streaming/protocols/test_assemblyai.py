"""AssemblyAI's streaming wire: what its query asks for, its turns, and how it ends."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from streaming.commands import Audio, AudioFormat, Command, Encoding, Flush, KeepAlive, Start, Stop
from streaming.errors import Close, ProtocolError
from streaming.events import Ack, Ended, Event, Problem, Ready, Speech
from streaming.protocols.assemblyai import AssemblyAICodec
from streaming.protocols.codec import Received
from tests.unit.streaming.protocols.spoken_captions import final, partial

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def codec(**query: str) -> AssemblyAICodec:
    """A client with a query; PCM at 16 kHz unless it says otherwise."""
    given = {"sample_rate": "16000", **query}
    return AssemblyAICodec({name: [value] for name, value in given.items()}, NOW)


def begun(**query: str) -> Start:
    """How the session starts."""
    (start,) = codec(**query).begin().commands
    assert isinstance(start, Start)
    return start


def sent(client: AssemblyAICodec, *events: Event) -> list[Any]:
    """What the client reads."""
    return [json.loads(text) for event in events for text in client.send(event)]


def refused(**query: str) -> ProtocolError:
    """Why a query is refused."""
    with pytest.raises(ProtocolError) as caught:
        codec(**query)
    return caught.value


def test_the_query_alone_starts_the_session() -> None:
    assert begun() == Start(AudioFormat(Encoding.PCM_S16LE, 16_000))


def test_a_query_as_the_python_client_writes_it() -> None:
    start = begun(
        encoding="pcm_mulaw",
        sample_rate="8000",
        format_turns="True",
        include_partial_turns="False",
        min_turn_silence="160",
        max_turn_silence="1280",
        language_codes='["en-US", "ru"]',
        keyterms_prompt='["Steno", "Яндекс", "Steno"]',
        speaker_labels="True",
        future="x",
    )
    assert start == Start(
        AudioFormat(Encoding.MULAW, 8_000),
        languages=("en", "ru"),
        interim=False,
        endpointing_ms=1280,
        hotwords=("Steno", "Яндекс"),
    )


@pytest.mark.parametrize(
    ("query", "languages"),
    [
        ({}, ()),
        ({"speech_model": "universal-streaming-english"}, ("en",)),
        ({"speech_model": "universal-streaming-multilingual"}, ()),
        ({"language_code": "multi"}, ()),
        ({"language_code": "pt_br"}, ("pt",)),
        ({"language_codes": "de,fr"}, ("de", "fr")),
    ],
)
def test_languages_are_those_that_are_named(query: dict[str, str], languages: tuple[str, ...]) -> None:
    assert begun(**query).languages == languages


@pytest.mark.parametrize(
    ("query", "milliseconds"),
    [
        ({}, 500),
        ({"min_turn_silence": "400"}, 400),
        ({"min_end_of_turn_silence_when_confident": "400"}, 400),
        ({"max_turn_silence": "0"}, 200),
        ({"max_turn_silence": "60000"}, 3000),
    ],
)
def test_a_turn_ends_after_its_longest_silence(query: dict[str, str], milliseconds: int) -> None:
    assert begun(**query).endpointing_ms == milliseconds


@pytest.mark.parametrize("encoding", ["ogg_opus", "aac"])
def test_a_container_needs_no_rate(encoding: str) -> None:
    client = AssemblyAICodec({"encoding": [encoding]}, NOW)
    (start,) = client.begin().commands
    assert isinstance(start, Start)
    assert start.audio.encoding is Encoding.AUTO


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"sample_rate": "fast"}, "invalid_field"),
        ({"sample_rate": "4000"}, "bad_sample_rate"),
        ({"encoding": "opus"}, "unknown_encoding"),
        ({"format_turns": "perhaps"}, "invalid_field"),
        ({"keyterms_prompt": "[1]"}, "invalid_field"),
        ({"keyterms_prompt": '["' + "x" * 61 + '"]'}, "invalid_field"),
        ({"language_code": "English"}, "invalid_field"),
        ({"max_turn_silence": "-1"}, "invalid_field"),
        ({"redact_pii": "true"}, "invalid_field"),
        ({"filter_profanity": "True"}, "invalid_field"),
        ({"webhook_url": "https://example.com"}, "invalid_field"),
    ],
)
def test_a_query_that_cannot_be_served_is_refused(query: dict[str, str], code: str) -> None:
    error = refused(**query)
    assert error.code == code
    assert next(iter(query)) in error.message or code != "invalid_field"


def test_pcm_needs_its_rate() -> None:
    with pytest.raises(ProtocolError) as caught:
        AssemblyAICodec({}, NOW)
    assert caught.value.message == "The field sample_rate of the query is missing."


def test_the_messages_of_a_client() -> None:
    client = codec()
    assert client.receive_bytes(b"\1\2\3") == Received((Audio(b"\1\2"),))
    assert client.receive_bytes(b"\4") == Received((Audio(b"\3\4"),))
    messages: dict[str, tuple[Command, ...]] = {
        "ForceEndpoint": (Flush(),),
        "KeepAlive": (KeepAlive(),),
        "UpdateConfiguration": (),
        "Terminate": (Stop(),),
    }
    for kind, commands in messages.items():
        assert client.receive_text(json.dumps({"type": kind, "future": 1})) == Received(commands)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bad_json"),
        ("[]", "bad_json"),
        ('{"type":"Start"}', "unknown_type"),
        ('{"type":["Terminate"]}', "unknown_type"),
        ('{"type":"UpdateConfiguration","format_turns":"yes"}', "invalid_field"),
        ('{"type":"KeepAlive","x":"' + "x" * 70_000 + '"}', "message_too_big"),
    ],
)
def test_other_messages_are_refused(text: str, code: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        codec().receive_text(text)
    assert caught.value.code == code


def test_a_session_begins_with_its_name() -> None:
    (begin,) = sent(codec(), Ready("ses_1", "m_1", None))
    assert begin == {"type": "Begin", "id": "ses_1", "expires_at": int(NOW.timestamp()) + 86_400}


def test_a_turn_grows_by_settled_words_and_ends_once() -> None:
    client = codec()
    turns = sent(
        client,
        Speech("started", 0.98),
        partial("s-1", "", "good", start=1.0, end=1.4),
        partial("s-1", "Good", "day", start=1.0, end=1.7),
        final("s-1", ("Good", 1.0, 1.25), ("day.", 1.3, 1.75)),
        Speech("stopped", 1.75),
        partial("s-2", "Well"),
    )
    assert turns[0] == {"type": "SpeechStarted", "timestamp": 980}
    assert [turn["transcript"] for turn in turns[1:]] == ["", "Good", "Good day.", "Well"]
    assert [turn["turn_order"] for turn in turns[1:]] == [0, 0, 0, 1]
    assert [turn["end_of_turn"] for turn in turns[1:]] == [False, False, True, False]
    assert [word["word_is_final"] for word in turns[2]["words"]] == [True, False]
    assert turns[3] == {
        "type": "Turn",
        "turn_order": 0,
        "turn_is_formatted": False,
        "end_of_turn": True,
        "transcript": "Good day.",
        "end_of_turn_confidence": 1.0,
        "words": [
            {"start": 1000, "end": 1250, "confidence": 0.9, "text": "Good", "word_is_final": True},
            {"start": 1300, "end": 1750, "confidence": 0.9, "text": "day.", "word_is_final": True},
        ],
        "language_code": "en",
    }


def test_a_formatted_turn_follows_the_end_for_those_who_asked() -> None:
    client = codec(format_turns="true")
    turns = sent(client, partial("s-1", "Good"), final("s-1", ("Good.", 1.0, 1.25)))
    assert [(turn["turn_order"], turn["turn_is_formatted"]) for turn in turns] == [
        (0, False),
        (0, False),
        (0, True),
    ]
    client.receive_text('{"type":"UpdateConfiguration","format_turns":false}')
    assert [turn["turn_order"] for turn in sent(client, final("s-2", ("Well.", 2.0, 2.2)))] == [1]


def test_what_the_wire_cannot_say_is_left_out() -> None:
    assert sent(codec(), Ack(5), Speech("stopped", 1.0)) == []


def test_a_good_end_says_how_much_was_heard() -> None:
    client = codec()
    assert sent(client, Ended(12.7, 1)) == []
    (last,), code, reason = client.close(None)
    assert json.loads(last) == {"type": "Termination", "audio_duration_seconds": 12}
    assert (code, reason) == (1000, "")


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (Problem("key_not_known", "No.", close=Close.NOT_ALLOWED), 4001),
        (Problem("idle", "No.", close=Close.NO_AUDIO), 4031),
        (Problem("internal", "No.", close=Close.OUR_FAULT), 3005),
        (Problem("overloaded", "No.", close=Close.OVERLOADED), 1013),
        (Problem("too_many_streams", "No.", close=Close.OVERLOADED), 3009),
        (Problem("audio_misaligned", "No.", close=Close.NOT_UNDERSTOOD), 3006),
    ],
)
def test_a_bad_end_says_why(problem: Problem, code: int) -> None:
    (last,), close, reason = codec().close(problem)
    assert json.loads(last) == {"type": "Error", "error_code": code, "error": "No."}
    assert (close, reason) == (code, problem.code)
