"""OpenAI's Realtime wire: the greeting, settings in both dialects, audio, commits, and the words of turns."""

import base64
import json
from typing import Any

import pytest

from streaming.commands import Audio, AudioFormat, Change, Encoding, Start
from streaming.errors import Close, ProtocolError
from streaming.events import Problem
from streaming.protocols.openai_realtime import RealtimeCodec
from tests.support.openai_client import append, codec, do, update


class TestSettings:
    """What is in force, and how it is changed."""

    def test_the_greeting_comes_first_and_says_what_is_in_force(self) -> None:
        begun = codec().begin()
        assert begun.commands == ()
        (created,) = map(json.loads, begun.replies)
        assert created["type"] == "session.created"
        assert created["event_id"]
        session = created["session"]
        assert (session["type"], session["object"]) == ("transcription", "realtime.transcription_session")
        assert session["audio"]["input"] == {
            "format": {"type": "audio/pcm", "rate": 24_000},
            "transcription": None,
            "noise_reduction": None,
            "turn_detection": {
                "type": "server_vad",
                "threshold": 0.5,
                "prefix_padding_ms": 300,
                "silence_duration_ms": 500,
            },
        }

    def test_an_update_changes_what_it_names_and_nothing_else(self) -> None:
        client = codec()
        update(client, transcription={"model": "whisper-1", "language": "en"})
        update(client, turn_detection={"type": "server_vad", "silence_duration_ms": 700})
        shown = update(client, transcription={"prompt": "Steno"})["audio"]["input"]
        assert shown["transcription"] == {"model": "whisper-1", "language": "en", "prompt": "Steno"}
        assert shown["turn_detection"]["silence_duration_ms"] == 700
        assert update(client, turn_detection=None)["audio"]["input"]["turn_detection"] is None
        assert update(client)["audio"]["input"]["turn_detection"] is None

    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ({"type": "audio/pcm", "rate": 24_000}, AudioFormat(Encoding.PCM_S16LE, 24_000)),
            ({"type": "audio/pcm", "rate": 16_000}, AudioFormat(Encoding.PCM_S16LE, 16_000)),
            ({"type": "audio/pcmu"}, AudioFormat(Encoding.MULAW, 8_000)),
            ({"type": "audio/pcma"}, AudioFormat(Encoding.ALAW, 8_000)),
            (None, AudioFormat(Encoding.PCM_S16LE, 24_000)),
        ],
    )
    def test_the_session_starts_with_the_declared_format(self, given: Any, expected: AudioFormat) -> None:
        client = codec()
        update(client, format=given)
        start, audio = append(client, 160)
        assert isinstance(start, Start)
        assert start.audio == expected
        assert audio == Audio(bytes(160))

    def test_the_session_starts_with_what_was_asked_of_the_recognition(self) -> None:
        client = codec(meeting="m_1")
        update(
            client,
            transcription={
                "language": "en-US",
                "keywords": ["Steno", "Kubernetes"],
                "prompt": "Inverness, Steno. Please write every number that is said as digits",
            },
            turn_detection={"type": "server_vad", "silence_duration_ms": 50},
        )
        start = append(client)[0]
        assert isinstance(start, Start)
        assert (start.meeting, start.languages, start.stability) == ("m_1", ("en",), "stable")
        assert start.hotwords == ("Steno", "Kubernetes", "Inverness")
        assert start.endpointing_ms == 200

    def test_eagerness_comes_to_a_length_of_silence(self) -> None:
        client = codec()
        update(client, turn_detection={"type": "semantic_vad", "eagerness": "low"})
        start = append(client)[0]
        assert isinstance(start, Start)
        assert start.endpointing_ms == 2_000

    def test_the_older_dialect_is_understood_and_answered_in_kind(self) -> None:
        client = codec()
        session = {
            "input_audio_format": "g711_ulaw",
            "input_audio_transcription": {"model": "whisper-1", "language": "en"},
            "turn_detection": None,
        }
        _, replies = do(client, "transcription_session.update", session=session)
        assert replies[-1]["type"] == "transcription_session.updated"
        shown = replies[-1]["session"]
        assert shown["input_audio_format"] == "g711_ulaw"
        assert shown["turn_detection"] is None
        start = append(client)[0]
        assert isinstance(start, Start)
        assert start.audio == AudioFormat(Encoding.MULAW, 8_000)

    def test_flat_fields_within_the_present_update_are_understood(self) -> None:
        client = codec()
        flat = {"modalities": ["text"], "input_audio_format": "pcm16", "turn_detection": None}
        _, replies = do(client, "session.update", session=flat)
        assert replies[-1]["type"] == "session.updated"
        assert replies[-1]["session"]["turn_detection"] is None

    def test_a_session_that_has_begun_is_changed_for_what_follows(self) -> None:
        client = codec()
        update(client, transcription={"language": "en"})
        append(client)
        session = {
            "audio": {
                "input": {
                    "transcription": {"language": "fr", "keywords": ["Steno"]},
                    "turn_detection": {"type": "server_vad", "silence_duration_ms": 900},
                }
            }
        }
        commands, (updated,) = do(client, "session.update", session=session)
        assert commands == (Change(("fr",), ("Steno",), 900),)
        assert updated["session"]["audio"]["input"]["transcription"]["language"] == "fr"
        commands, _ = do(client, "session.update", session={"include": []})
        assert commands == ()

    def test_the_format_cannot_change_once_audio_has_begun(self) -> None:
        client = codec()
        append(client)
        session = {"audio": {"input": {"format": {"type": "audio/pcmu"}}}}
        commands, (error,) = do(client, "session.update", session=session, event_id="mine")
        assert commands == ()
        assert error["error"]["code"] == "not_changeable"
        assert error["error"]["event_id"] == "mine"

    def test_a_secret_brings_settings_of_its_own(self) -> None:
        session = {"type": "transcription", "audio": {"input": {"transcription": {"language": "en"}}}}
        client = RealtimeCodec({}, "c1", session=session, expires_at=5)
        (created,) = map(json.loads, client.begin().replies)
        assert created["session"]["expires_at"] == 5
        assert created["session"]["audio"]["input"]["transcription"] == {"language": "en"}
        with pytest.raises(ProtocolError):
            RealtimeCodec({}, "c1", session={"type": "realtime"})


class TestErrors:
    """An event that cannot be followed is answered, and the stream goes on."""

    @pytest.mark.parametrize(
        ("event", "code", "param"),
        [
            ({"type": "response.create"}, "unknown_type", "type"),
            ({"type": 5}, "unknown_type", "type"),
            ({"type": "session.update"}, "invalid_field", "session"),
            ({"type": "session.update", "session": {"type": "realtime"}}, "invalid_field", "session.type"),
            ({"type": "session.update", "session": {"audio": 5}}, "invalid_field", "session.audio"),
            (
                {
                    "type": "session.update",
                    "session": {"audio": {"input": {"transcription": {"language": "english"}}}},
                },
                "invalid_field",
                "session.audio.input.transcription.language",
            ),
            (
                {"type": "session.update", "session": {"input_audio_format": "mp3"}},
                "unknown_encoding",
                "session.input_audio_format",
            ),
            ({"type": "input_audio_buffer.append"}, "invalid_field", "audio"),
            ({"type": "input_audio_buffer.append", "audio": "***"}, "audio_not_base64", "audio"),
            ({"type": "input_audio_buffer.commit"}, "audio_buffer_empty", None),
        ],
    )
    def test_an_error_names_the_field_and_the_event(
        self, event: dict[str, Any], code: str, param: str | None
    ) -> None:
        client = codec()
        commands, (error,) = do(client, event_id="event_7", **{"kind": event.pop("type"), **event})
        assert commands == ()
        assert error["type"] == "error"
        assert error["error"]["type"] == "invalid_request_error"
        assert (error["error"]["code"], error["error"]["param"]) == (code, param)
        assert error["error"]["event_id"] == "event_7"
        assert append(client)

    def test_what_is_no_event_is_answered(self) -> None:
        for text in ("", "[]", "{", "[" * 70_000, '{"a":' * 100 + "1" + "}" * 100, "x" * 70_000):
            received = codec().receive_text(text)
            assert received.commands == ()
            assert [json.loads(reply)["type"] for reply in received.replies] == ["error"]

    def test_a_binary_message_is_answered(self) -> None:
        (reply,) = codec().receive_bytes(b"audio").replies
        assert json.loads(reply)["error"]["code"] == "unexpected_binary"

    def test_a_problem_is_an_error_and_a_close(self) -> None:
        problem = Problem("overloaded", "All places are taken.", close=Close.OVERLOADED)
        (last,), code, reason = codec().close(problem)
        assert json.loads(last)["error"]["type"] == "server_error"
        assert (code, reason) == (1013, "overloaded")
        assert codec().close(None) == ((), 1000, "")


class TestAudio:
    """Appended audio."""

    def test_the_session_starts_once(self) -> None:
        client = codec()
        assert [type(one) for one in append(client)] == [Start, Audio]
        assert [type(one) for one in append(client)] == [Audio]

    def test_a_sample_may_be_cut_between_two_messages(self) -> None:
        client = codec()
        assert append(client, 1) == ()
        assert append(client, 1)[-1] == Audio(bytes(2))
        assert append(client, 3) == (Audio(bytes(2)),)

    def test_a_long_piece_is_taken_and_may_have_escaped_slashes(self) -> None:
        data = bytes([255]) * 100_000
        text = json.dumps(
            {"type": "input_audio_buffer.append", "audio": base64.b64encode(data).decode()}
        ).replace("/", "\\/")
        assert len(text) > 130_000
        assert codec().receive_text(text).commands[-1] == Audio(data)

    def test_a_long_message_that_is_no_audio_is_refused(self) -> None:
        _, (error,) = do(codec(), "session.update", session={"x": "y" * 70_000})
        assert error["error"]["code"] == "message_too_big"
