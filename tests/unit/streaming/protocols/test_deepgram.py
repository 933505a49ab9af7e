"""Deepgram's live wire: what a client sends, what it is told, and in which order."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from streaming.commands import Audio, Flush, KeepAlive, Start, Stop
from streaming.errors import Close, ProtocolError
from streaming.events import Ack, Caption, Ended, Event, Flushed, Load, Problem, Ready, Speech
from streaming.protocols.deepgram import DeepgramCodec
from streaming.protocols.deepgram_results import bare
from streaming.protocols.frames import MAX_FRAME, MAX_TEXT
from streaming.segments import Segment, TimedWord

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SECOND = bytes(32_000)


def codec(**query: str) -> DeepgramCodec:
    """A client of 16 kHz linear16 that wants everything, unless `query` says otherwise."""
    wanted = {
        "encoding": "linear16",
        "sample_rate": "16000",
        "interim_results": "true",
        "smart_format": "true",
        **query,
    }
    return DeepgramCodec({name: [value] for name, value in wanted.items()}, "req-1", NOW)


def segment(number: int, start: float, end: float, text: str, track: str | None = None) -> Segment:
    """A segment with its words evenly in time."""
    said = text.split()
    step = (end - start) / max(len(said), 1)
    words = [TimedWord(word, start + at * step, start + (at + 1) * step, 0.9) for at, word in enumerate(said)]
    return Segment(f"s-{number}", start, end, text, "en", tuple(words), track=track, confidence=0.9)


def draft(number: int, start: float, end: float, text: str, pending: str) -> Caption:
    """A caption that is not final."""
    return Caption(0, Segment(f"s-{number}", start, end, text, "en"), pending)


def final(number: int, start: float, end: float, text: str, track: str | None = None) -> Caption:
    """A caption that is."""
    return Caption(0, segment(number, start, end, text, track), final=True)


def told(one: DeepgramCodec, *events: Event) -> list[dict[str, Any]]:
    """The messages of events."""
    return [json.loads(text) for event in events for text in one.send(event)]


def heard(one: DeepgramCodec, seconds: float) -> list[dict[str, Any]]:
    """What silence of some seconds is answered with."""
    return [json.loads(text) for text in one.receive_bytes(bytes(2 * round(seconds * 16_000))).replies]


def transcript(result: dict[str, Any]) -> str:
    """The text of a result."""
    text: str = result["channel"]["alternatives"][0]["transcript"]
    return text


class TestReceived:
    """What a client sends."""

    def test_the_address_opens_the_session(self) -> None:
        (start,) = codec().begin().commands
        assert isinstance(start, Start)
        assert start.interim
        assert not codec().resumable

    def test_messages(self) -> None:
        one = codec()
        for kind, command in (("KeepAlive", KeepAlive()), ("Finalize", Flush()), ("CloseStream", Stop())):
            assert one.receive_text(json.dumps({"type": kind})).commands == (command,)

    @pytest.mark.parametrize("text", ["", "[]", "5", '{"type":5}', '{"type":"Nope"}', "x" * (MAX_TEXT + 1)])
    def test_what_cannot_be_read_is_answered_and_the_stream_goes_on(self, text: str) -> None:
        received = codec().receive_text(text)
        assert received.commands == ()
        (reply,) = map(json.loads, received.replies)
        assert (reply["type"], reply["variant"]) == ("Error", "SchemaError")

    def test_options_cannot_be_changed(self) -> None:
        (reply,) = codec().receive_text('{"type":"Configure","keyterms":["x"]}').replies
        assert json.loads(reply)["type"] == "ConfigureFailure"
        assert json.loads(reply)["request_id"] == "req-1"

    def test_audio_is_cut_anywhere_and_an_empty_message_is_none(self) -> None:
        one = codec()
        assert one.receive_bytes(b"").commands == ()
        assert one.receive_bytes(b"abc").commands == (Audio(b"ab"),)
        assert one.receive_bytes(b"d").commands == (Audio(b"cd"),)
        with pytest.raises(ProtocolError):
            one.receive_bytes(bytes(MAX_FRAME + 1))


class TestResults:
    """What a client is told."""

    def test_an_interim_result_is_followed_by_the_final_of_its_segment(self) -> None:
        one = codec()
        interim, whole = told(
            one,
            draft(1, 0.5, 1.0, "Hello", "wor"),
            Speech("stopped", 2.0),
            final(1, 0.5, 2.0, "Hello, world."),
        )
        assert (transcript(interim), transcript(whole)) == ("Hello wor", "Hello, world.")
        assert (interim["is_final"], interim["speech_final"]) == (False, False)
        assert (whole["is_final"], whole["speech_final"]) == (True, True)
        assert (interim["start"], interim["duration"]) == (0.0, 1.0)
        assert (whole["start"], whole["duration"], whole["channel_index"]) == (0.0, 2.0, [0, 1])
        assert whole["from_finalize"] is False
        first = whole["channel"]["alternatives"][0]["words"][0]
        assert (first["word"], first["punctuated_word"], first["start"]) == ("hello", "Hello,", 0.5)
        assert set(whole["metadata"]) == {"request_id", "model_info", "model_uuid"}

    def test_results_follow_each_other_without_a_hole(self) -> None:
        one = codec()
        first, second = told(one, final(1, 1.0, 2.0, "One."), final(2, 5.0, 6.5, "Two."))
        assert second["start"] == first["start"] + first["duration"] == 2.0
        assert second["start"] + second["duration"] == 6.5

    def test_a_piece_of_running_speech_is_not_the_end_of_it(self) -> None:
        (result,) = told(codec(), final(1, 0.0, 25.0, "On and on"))
        assert (result["is_final"], result["speech_final"]) == (True, False)

    def test_without_a_wish_for_marks_words_are_bare(self) -> None:
        (result,) = told(codec(smart_format="false"), final(1, 0.0, 2.0, "“Don't” — stop, it's 5:30!"))
        assert transcript(result) == "don't stop it's 5:30"
        words = result["channel"]["alternatives"][0]["words"]
        assert [word["word"] for word in words] == ["don't", "stop", "it's", "5:30"]
        assert "punctuated_word" not in words[0]

    def test_no_interim_results_unless_asked_for(self) -> None:
        assert told(codec(interim_results="false"), draft(1, 0.0, 1.0, "", "Hello")) == []

    def test_one_text_at_a_time_may_change(self) -> None:
        one = codec()
        results = told(
            one,
            draft(1, 0.0, 1.0, "", "Hello"),
            draft(2, 2.0, 3.0, "", "World"),
            final(1, 0.0, 1.5, "Hello."),
            draft(2, 2.0, 3.5, "", "World is"),
        )
        assert [transcript(one) for one in results] == ["Hello", "Hello.", "World is"]

    def test_a_draft_that_came_to_nothing_ends_with_an_empty_final(self) -> None:
        results = told(codec(), draft(1, 0.0, 1.0, "", "Hm"), final(1, 0.0, 1.0, ""))
        assert [(transcript(one), one["is_final"]) for one in results] == [("Hm", False), ("", True)]

    def test_sounds_without_words_end_too(self) -> None:
        one = codec(vad_events="true")
        started, ended = told(
            one, Speech("started", 1.0), Speech("stopped", 2.0), Ack(16_000), Ack(5 * 16_000), Ack(9 * 16_000)
        )
        assert started == {"type": "SpeechStarted", "channel": [0, 1], "timestamp": 1.0}
        assert (ended["is_final"], ended["speech_final"], transcript(ended)) == (True, True, "")
        assert (ended["start"], ended["duration"]) == (0.0, 2.0)

    def test_each_channel_is_told_apart(self) -> None:
        one = codec(multichannel="true", channels="2", vad_events="true")
        results = told(
            one,
            Speech("started", 1.0, "1"),
            Speech("stopped", 2.0, "1"),
            final(1, 1.0, 2.0, "Right.", "1"),
            final(2, 3.0, 4.0, "Left.", "0"),
        )
        assert results[0]["channel"] == [1, 2]
        assert [result["channel_index"] for result in results[1:]] == [[1, 2], [0, 2]]
        assert [result["speech_final"] for result in results[1:]] == [True, False]
        assert [result["start"] for result in results[1:]] == [0.0, 0.0]

    def test_a_language_is_named_where_there_may_be_several(self) -> None:
        (result,) = told(codec(language="multi"), final(1, 0.0, 1.0, "Hi."))
        assert result["channel"]["alternatives"][0]["languages"] == ["en"]
        (result,) = told(codec(), final(1, 0.0, 1.0, "Hi."))
        assert "languages" not in result["channel"]["alternatives"][0]

    def test_what_the_wire_has_no_word_for_is_left_out(self) -> None:
        assert told(codec(), Ready("s", "m", None), Load("normal"), Speech("started", 1.0)) == []


class TestFinalize:
    """A client that wants everything final now."""

    def test_the_last_result_says_so(self) -> None:
        one = codec()
        one.receive_text('{"type":"Finalize"}')
        before = told(one, final(1, 0.0, 1.0, "One."), final(2, 1.0, 2.0, "Two."))
        assert [(transcript(result), result["from_finalize"]) for result in before] == [("One.", False)]
        after = told(one, Flushed(None, 32_000), final(3, 2.0, 3.0, "Three."))
        assert [(transcript(result), result["from_finalize"]) for result in after] == [
            ("Two.", True),
            ("Three.", False),
        ]

    def test_also_without_words(self) -> None:
        one = codec(multichannel="true", channels="2")
        one.receive_text('{"type":"Finalize"}')
        left, right = told(one, final(1, 0.0, 1.0, "One.", "1"), Flushed(None, 32_000))
        assert (left["channel_index"], transcript(left)) == ([0, 2], "")
        assert (right["channel_index"], transcript(right)) == ([1, 2], "One.")
        assert all(result["from_finalize"] and result["is_final"] for result in (left, right))

    def test_nothing_is_held_back_at_the_end(self) -> None:
        one = codec()
        one.receive_text('{"type":"Finalize"}')
        one.receive_text('{"type":"CloseStream"}')
        results = told(one, final(1, 0.0, 1.0, "One."), Ended(1.0, 1))
        assert [result["type"] for result in results] == ["Results", "Metadata"]


class TestUtteranceEnd:
    """Silence after the last word, told once."""

    def test_it_comes_when_enough_audio_has_come_without_words(self) -> None:
        one = codec(utterance_end_ms="1000")
        assert heard(one, 2.5) == []
        told(one, Speech("started", 0.5), Speech("stopped", 2.0), final(1, 0.5, 2.0, "Hello."))
        assert heard(one, 0.4) == []
        expected = {"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": 2.0}
        assert heard(one, 0.2) == [expected]
        assert heard(one, 5.0) == []

    def test_it_follows_a_final_that_comes_late(self) -> None:
        one = codec(utterance_end_ms="1000")
        assert heard(one, 9.0) == []
        results = told(one, Speech("started", 0.5), Speech("stopped", 2.0), final(1, 0.5, 2.0, "Hello."))
        assert [result["type"] for result in results] == ["Results", "UtteranceEnd"]

    def test_it_waits_while_somebody_speaks(self) -> None:
        one = codec(utterance_end_ms="1000")
        told(one, Speech("stopped", 2.0), final(1, 0.5, 2.0, "Hello."), Speech("started", 2.6))
        assert heard(one, 5.0) == []
        results = told(one, Speech("stopped", 3.5), final(2, 2.6, 3.5, "Again."))
        assert [result.get("last_word_end") for result in results] == [None, 3.5]

    def test_the_bytes_of_a_container_tell_no_time_but_pauses_do(self) -> None:
        one = DeepgramCodec(
            {"interim_results": ["true"], "utterance_end_ms": ["1000"], "endpointing": ["1000"]}, "r", NOW
        )
        assert one.receive_bytes(SECOND * 9).replies == ()
        results = told(one, Speech("stopped", 2.0), final(1, 0.5, 2.0, "Hello."))
        assert [result["type"] for result in results] == ["Results", "UtteranceEnd"]


class TestEnd:
    """The last messages and the close."""

    def test_metadata_is_the_last_word(self) -> None:
        one = codec(tag="t")
        one.receive_bytes(b"abcd")
        (metadata,) = told(one, Ended(2.5, 1))
        assert metadata["type"] == "Metadata"
        assert metadata["created"] == "2026-01-02T03:04:05Z"
        assert (metadata["duration"], metadata["channels"], metadata["tags"]) == (2.5, 1, ["t"])
        assert metadata["sha256"] == "88d4266fd4e6338d13b845fcf289579d209c897823b9217da3e161936f031589"
        assert one.close(None) == ((), 1000, "")

    @pytest.mark.parametrize(
        ("code", "close", "answer", "reason"),
        [
            ("idle", Close.NO_AUDIO, 1011, "NET-0001"),
            ("container_unreadable", Close.NOT_UNDERSTOOD, 1008, "DATA-0000"),
            ("slow_reader", Close.SLOW_READER, 4409, "slow_reader"),
            ("overloaded", Close.OVERLOADED, 1013, "overloaded"),
        ],
    )
    def test_a_fault_is_told_in_deepgrams_words(
        self, code: str, close: Close, answer: int, reason: str
    ) -> None:
        last, number, why = codec().close(Problem(code, "It went wrong.", close=close))
        (error,) = map(json.loads, last)
        assert (error["type"], error["description"]) == ("Error", "It went wrong.")
        assert (number, why) == (answer, reason)


def test_bare_words() -> None:
    assert bare("Hello,  «World»! — ...") == "hello world"
