"""OpenAI's Realtime wire: the greeting, settings in both dialects, audio, commits, and the words of turns."""

import base64
import json
from typing import Any

import pytest

from streaming.commands import Audio, AudioFormat, Command, Encoding, Flush, Start
from streaming.errors import Close, ProtocolError
from streaming.events import Ack, Caption, Ended, Event, Flushed, Gap, Load, Pong, Problem, Ready, Speech
from streaming.protocols.openai_realtime import RealtimeCodec
from streaming.segments import Segment, TimedWord

SECOND = 48_000
"""Bytes of a second of the usual format."""


def codec(**query: str) -> RealtimeCodec:
    """A new client's codec."""
    return RealtimeCodec({name: [value] for name, value in query.items()}, "c1")


def do(client: RealtimeCodec, kind: str, **fields: Any) -> tuple[tuple[Command, ...], list[Any]]:
    """What an event of the client's comes to: commands, and replies as it reads them."""
    received = client.receive_text(json.dumps({"type": kind, **fields}))
    return received.commands, [json.loads(text) for text in received.replies]


def append(client: RealtimeCodec, size: int = SECOND) -> tuple[Command, ...]:
    """Append so many bytes of silence."""
    audio = base64.b64encode(bytes(size)).decode()
    commands, replies = do(client, "input_audio_buffer.append", audio=audio)
    assert replies == []
    return commands


def update(client: RealtimeCodec, **audio_input: Any) -> dict[str, Any]:
    """Change settings below `audio.input`; the session that is told back."""
    session = {"type": "transcription", "audio": {"input": audio_input}}
    _, replies = do(client, "session.update", session=session)
    (*_, updated) = replies
    assert updated["type"] == "session.updated", updated
    answer: dict[str, Any] = updated["session"]
    return answer


def told(client: RealtimeCodec, *events: Event) -> list[Any]:
    """What the client reads of events."""
    return [json.loads(text) for event in events for text in client.send(event)]


def said(start: float, end: float, text: str, *, final: bool = False, words: bool = False) -> Caption:
    """A caption of the segment that starts there."""
    timed = tuple(TimedWord(word, start, end, 0.5) for word in text.split()) if words else ()
    return Caption(0, Segment(f"s-{start}", start, end, text, "en", timed), "", final)


def kinds(messages: list[Any]) -> list[str]:
    """The last part of each type, with its words."""
    names = {"completed": "transcript", "delta": "delta"}
    parts = [(one["type"].rpartition(".")[2], one) for one in messages]
    return [f"{name} {one[names[name]]}" if name in names else name for name, one in parts]


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

    def test_what_is_fixed_once_audio_has_begun_is_told_as_it_stands(self) -> None:
        client = codec()
        update(client, transcription={"language": "en"})
        append(client)
        shown = update(
            client,
            transcription={"language": "fr"},
            turn_detection={"type": "server_vad", "silence_duration_ms": 900},
        )
        assert shown["audio"]["input"]["transcription"] == {"language": "en"}
        assert shown["audio"]["input"]["turn_detection"]["silence_duration_ms"] == 500

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


class TestServerTurns:
    """Items with `server_vad`: each utterance is one."""

    def test_an_item_runs_from_speech_to_its_transcript_under_one_id(self) -> None:
        client = codec()
        messages = told(
            client,
            Ready("s", "m", None),
            Speech("started", 0.5),
            said(0.5, 1.0, "", final=False),
            said(0.5, 1.2, "Good"),
            said(0.5, 1.6, "Good morning"),
            Speech("stopped", 2.0),
            said(0.5, 2.0, "Good morning, all.", final=True),
            Ack(40_000),
        )
        assert [one["type"] for one in messages] == [
            "input_audio_buffer.speech_started",
            "conversation.item.input_audio_transcription.delta",
            "conversation.item.input_audio_transcription.delta",
            "input_audio_buffer.speech_stopped",
            "input_audio_buffer.committed",
            "conversation.item.added",
            "conversation.item.done",
            "conversation.item.input_audio_transcription.delta",
            "conversation.item.input_audio_transcription.completed",
        ]
        assert len({one.get("item_id") or one["item"]["id"] for one in messages}) == 1
        assert len({one["event_id"] for one in messages}) == len(messages)
        assert messages[0]["audio_start_ms"] == 500
        assert messages[3]["audio_end_ms"] == 2_000
        assert "".join(one.get("delta", "") for one in messages) == "Good morning, all."
        completed = messages[-1]
        assert completed["transcript"] == "Good morning, all."
        assert completed["usage"] == {"type": "duration", "seconds": 1.5}
        assert completed["languages"] == [{"code": "en"}]
        assert "logprobs" not in completed

    def test_items_name_the_one_before_and_the_older_dialect_creates_them(self) -> None:
        client = RealtimeCodec({}, "c1", older=True)
        first = told(client, Speech("started", 0.5), Speech("stopped", 1.0))
        second = told(client, Speech("started", 2.0), Speech("stopped", 3.0))
        assert kinds(first) == ["speech_started", "speech_stopped", "committed", "created"]
        assert first[2]["previous_item_id"] is None
        assert second[2]["previous_item_id"] == first[2]["item_id"]

    def test_the_words_of_the_next_item_wait_for_the_one_before(self) -> None:
        client = codec()
        messages = told(
            client,
            Speech("started", 0.5),
            Speech("stopped", 1.0),
            Speech("started", 2.0),
            said(2.0, 2.5, "Two"),
            said(0.5, 1.0, "One.", final=True),
        )
        assert kinds(messages)[-3:] == ["delta One.", "completed One.", "delta Two"]

    def test_speech_without_words_is_completed_once_all_before_it_is_told(self) -> None:
        client = codec()
        told(client, Speech("started", 0.5), Speech("stopped", 1.0))
        assert told(client, Ack(8_000)) == []
        assert kinds(told(client, Ack(16_000))) == ["completed "]

    def test_speech_without_words_is_completed_by_the_next_final(self) -> None:
        client = codec()
        told(client, Speech("started", 0.5), Speech("stopped", 1.0))
        told(client, Speech("started", 2.0), Speech("stopped", 3.0))
        assert kinds(told(client, said(2.0, 3.0, "Two.", final=True))) == [
            "completed ",
            "delta Two.",
            "completed Two.",
        ]

    def test_long_speech_that_is_cut_becomes_several_items(self) -> None:
        client = codec()
        messages = told(
            client,
            Speech("started", 0.0),
            said(0.0, 20.0, "a b"),
            said(22.0, 23.0, "c"),
            said(0.0, 22.0, "a b.", final=True),
            Speech("stopped", 24.0),
            said(22.0, 24.0, "c d.", final=True),
        )
        assert kinds(messages) == [
            "speech_started",
            "delta a b",
            "speech_stopped",
            "committed",
            "added",
            "done",
            "speech_started",
            "delta .",
            "completed a b.",
            "delta c",
            "speech_stopped",
            "committed",
            "added",
            "done",
            "delta  d.",
            "completed c d.",
        ]

    def test_audio_that_could_not_be_decoded_is_a_failed_item(self) -> None:
        client = codec()
        told(client, Speech("started", 0.5), Speech("stopped", 1.0))
        (failed,) = told(client, Gap(0.2, 1.2, "engine_error"))
        assert failed["type"] == "conversation.item.input_audio_transcription.failed"
        assert failed["error"]["code"] == "engine_error"

    def test_probabilities_of_words_come_when_they_are_asked_for(self) -> None:
        client = codec()
        session = {"include": ["item.input_audio_transcription.logprobs"]}
        do(client, "session.update", session=session)
        told(client, Speech("started", 0.5), Speech("stopped", 1.0))
        *_, completed = told(client, said(0.5, 1.0, "Hi you", final=True, words=True))
        assert completed["logprobs"] == [
            {"token": "Hi", "bytes": [72, 105], "logprob": -0.693},
            {"token": " you", "bytes": [32, 121, 111, 117], "logprob": -0.693},
        ]

    def test_a_commit_ends_the_running_utterance(self) -> None:
        client = codec()
        append(client)
        told(client, Speech("started", 0.5))
        commands, replies = do(client, "input_audio_buffer.commit")
        assert replies == []
        (flush,) = commands
        assert isinstance(flush, Flush)
        messages = told(client, Speech("stopped", 0.9), said(0.5, 0.9, "Hi", final=True))
        messages += told(client, Flushed(flush.id, 15_500))
        assert kinds(messages).count("committed") == 1
        assert kinds(messages)[-1] == "completed Hi"

    def test_a_commit_in_silence_has_an_item_of_its_own(self) -> None:
        client = codec()
        append(client)
        (flush,), _ = do(client, "input_audio_buffer.commit")
        assert isinstance(flush, Flush)
        messages = told(client, Flushed(flush.id, 15_500))
        assert kinds(messages) == ["committed", "added", "done", "completed "]

    def test_what_is_cleared_is_not_told(self) -> None:
        client = codec()
        append(client, 2 * SECOND)
        told(client, Speech("started", 0.5))
        commands, (cleared,) = do(client, "input_audio_buffer.clear")
        assert cleared["type"] == "input_audio_buffer.cleared"
        (flush,) = commands
        assert isinstance(flush, Flush)
        assert told(client, Speech("stopped", 1.9), said(0.5, 1.9, "Hi", final=True)) == []
        assert told(client, Flushed(flush.id, 31_500)) == []
        after = told(client, Speech("started", 2.5), said(2.5, 3.0, "New"))
        assert kinds(after) == ["speech_started", "delta New"]

    def test_the_end_completes_what_is_open(self) -> None:
        client = codec()
        told(client, Speech("started", 0.5), said(0.5, 1.0, "Hi"))
        assert kinds(told(client, Ended(1.0, 0))) == ["committed", "added", "done", "completed Hi"]

    def test_what_the_wire_cannot_say_is_left_out(self) -> None:
        assert told(codec(), Load("rare_partials"), Pong("1"), Ready("s", "m", None)) == []


class TestClientTurns:
    """Items without turn detection: all that was said between two commits is one."""

    def client(self) -> RealtimeCodec:
        """A client that ends turns itself."""
        client = codec()
        update(client, turn_detection=None)
        return client

    def test_all_that_was_said_before_a_commit_is_one_item(self) -> None:
        client = self.client()
        append(client, 4 * SECOND)
        messages = told(
            client,
            Speech("started", 0.5),
            said(0.5, 0.9, "One"),
            Speech("stopped", 1.0),
            said(0.5, 1.0, "One.", final=True),
            Speech("started", 2.0),
            said(2.0, 2.5, "Two"),
        )
        assert kinds(messages) == ["delta One", "delta .", "delta  Two"]
        (flush,), replies = do(client, "input_audio_buffer.commit")
        assert isinstance(flush, Flush)
        assert kinds(replies) == ["committed", "added", "done"]
        after = told(
            client,
            Speech("stopped", 3.9),
            said(2.0, 3.9, "Two three.", final=True),
            Flushed(flush.id, 63_000),
        )
        assert kinds(after) == ["delta  three.", "completed One. Two three."]
        ids = {one["item_id"] for one in (*messages, *after)} | {replies[0]["item_id"]}
        assert len(ids) == 1

    def test_what_follows_a_commit_belongs_to_the_next_item(self) -> None:
        client = self.client()
        append(client, 2 * SECOND)
        (first,), (committed, *_) = do(client, "input_audio_buffer.commit")
        append(client, 2 * SECOND)
        assert isinstance(first, Flush)
        messages = told(
            client,
            Speech("started", 0.5),
            Speech("stopped", 1.97),
            Speech("started", 1.97),
            said(1.97, 2.5, "Two"),
            said(0.5, 1.97, "One.", final=True),
            Flushed(first.id, 31_520),
        )
        assert kinds(messages) == ["delta One.", "completed One.", "delta Two"]
        assert messages[1]["item_id"] == committed["item_id"]
        assert messages[2]["item_id"] != committed["item_id"]

    def test_words_after_a_pause_wait_for_the_words_before_it(self) -> None:
        client = self.client()
        append(client, 4 * SECOND)
        messages = told(
            client,
            Speech("started", 0.5),
            Speech("stopped", 1.0),
            Speech("started", 2.0),
            said(2.0, 2.5, "Two"),
        )
        assert messages == []
        assert kinds(told(client, said(0.5, 1.0, "One.", final=True))) == ["delta One. Two"]

    def test_a_commit_without_audio_is_refused(self) -> None:
        client = self.client()
        append(client, 1_000)
        _, (error,) = do(client, "input_audio_buffer.commit")
        assert error["error"]["code"] == "audio_buffer_empty"

    def test_cleared_audio_belongs_to_no_item(self) -> None:
        client = self.client()
        append(client, 2 * SECOND)
        do(client, "input_audio_buffer.clear")
        append(client, 2 * SECOND)
        (flush,), _ = do(client, "input_audio_buffer.commit")
        assert isinstance(flush, Flush)
        messages = told(
            client,
            said(0.5, 1.5, "Not this.", final=True),
            said(2.5, 3.5, "This.", final=True),
            Flushed("clear", 31_000),
            Flushed(flush.id, 63_000),
        )
        assert kinds(messages) == ["delta This.", "completed This."]

    def test_a_turn_that_nobody_commits_is_committed_at_its_limit(self) -> None:
        client = self.client()
        for _ in range(31):
            received = client.receive_text(
                json.dumps(
                    {
                        "type": "input_audio_buffer.append",
                        "audio": base64.b64encode(bytes(10 * SECOND)).decode(),
                    }
                )
            )
            if received.replies:
                break
        assert [type(one) for one in received.commands] == [Audio, Flush]
        assert json.loads(received.replies[0])["type"] == "input_audio_buffer.committed"

    def test_a_model_for_running_text_completes_at_each_pause(self) -> None:
        client = codec()
        update(client, turn_detection=None, transcription={"model": "gpt-realtime-whisper"})
        append(client)
        messages = told(
            client,
            Speech("started", 0.5),
            Speech("stopped", 1.0),
            said(0.5, 1.0, "One.", final=True),
        )
        assert kinds(messages) == ["committed", "added", "done", "delta One.", "completed One."]

    def test_switching_detection_on_commits_the_open_turn(self) -> None:
        client = self.client()
        append(client, 2 * SECOND)
        told(client, said(0.5, 1.0, "One.", final=True))
        session = {"audio": {"input": {"turn_detection": {"type": "server_vad"}}}}
        (flush,), replies = do(client, "session.update", session=session)
        assert isinstance(flush, Flush)
        assert kinds(replies) == ["committed", "added", "done", "updated"]
        assert kinds(told(client, Flushed(flush.id, 31_000))) == ["completed One."]
        assert kinds(told(client, Speech("started", 3.0))) == ["speech_started"]
