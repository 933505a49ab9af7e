"""Deepgram's wire of turns: each turn begins, grows and ends once, and every message has its number."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from streaming.commands import Audio, Flush, KeepAlive, Start, Stop
from streaming.errors import Close, ProtocolError
from streaming.events import Ack, Caption, Ended, Event, Flushed, Problem, Speech
from streaming.protocols.flux import FluxCodec
from streaming.segments import Segment, TimedWord

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def codec(**query: str) -> FluxCodec:
    """A client after its greeting."""
    wanted = {"model": "flux-general-en", "encoding": "linear16", "sample_rate": "16000", **query}
    one = FluxCodec({name: [value] for name, value in wanted.items()}, "req-1", NOW)
    (greeting,) = one.begin().replies
    assert json.loads(greeting) == {"type": "Connected", "request_id": "req-1", "sequence_id": 0}
    return one


def draft(number: int, start: float, end: float, text: str, pending: str) -> Caption:
    """A caption that is not final."""
    return Caption(0, Segment(f"s-{number}", start, end, text, "en"), pending)


def final(number: int, start: float, end: float, text: str) -> Caption:
    """A caption that is."""
    words = tuple(TimedWord(word, start, end, 0.75) for word in text.split())
    return Caption(0, Segment(f"s-{number}", start, end, text, "en", words), final=True)


def told(one: FluxCodec, *events: Event) -> list[dict[str, Any]]:
    """The messages of events."""
    return [json.loads(text) for event in events for text in one.send(event)]


def summary(infos: list[dict[str, Any]]) -> list[tuple[str, int, str]]:
    """What each says."""
    return [(one["event"], one["turn_index"], one["transcript"]) for one in infos]


def test_what_a_client_sends() -> None:
    one = codec()
    assert isinstance(one.wishes.start, Start)
    assert one.wishes.start.languages == ("en",)
    for kind, command in (("KeepAlive", KeepAlive()), ("ForceEndTurn", Flush()), ("CloseStream", Stop())):
        assert one.receive_text(json.dumps({"type": kind})).commands == (command,)
    assert one.receive_bytes(b"abc").commands == (Audio(b"ab"),)
    assert one.receive_bytes(b"").commands == ()
    (failure,) = map(json.loads, one.receive_text('{"type":"Configure"}').replies)
    assert (failure["type"], failure["sequence_id"]) == ("ConfigureFailure", 1)
    for text in ("", "5", '{"type":"Nope"}'):
        with pytest.raises(ProtocolError):
            one.receive_text(text)


def test_a_model_of_many_languages_hears_all() -> None:
    assert codec(model="flux-general-multi").wishes.start.languages == ()
    assert codec(model="flux-general-multi", language_hint="ru").wishes.start.languages == ("ru",)


def test_a_turn_begins_grows_and_ends() -> None:
    infos = told(
        codec(),
        Speech("started", 0.5),
        draft(1, 0.5, 1.0, "", "Hello"),
        draft(1, 0.5, 1.4, "Hello", "wor"),
        Speech("stopped", 2.0),
        final(1, 0.5, 2.0, "Hello, world."),
        draft(2, 3.0, 3.5, "", "Next"),
    )
    assert summary(infos) == [
        ("StartOfTurn", 0, "Hello"),
        ("Update", 0, "Hello wor"),
        ("EndOfTurn", 0, "Hello, world."),
        ("StartOfTurn", 1, "Next"),
    ]
    assert [one["sequence_id"] for one in infos] == [1, 2, 3, 4]
    end = infos[2]
    assert (end["audio_window_start"], end["audio_window_end"], end["trigger"]) == (0.5, 2.0, "model")
    assert end["words"][0] == {"word": "Hello,", "confidence": 0.75, "start": 0.5, "end": 2.0}
    assert [one["end_of_turn_confidence"] for one in infos] == [0.0, 0.0, 1.0, 0.0]
    assert all("trigger" not in one for one in infos if one is not end)


def test_a_turn_that_was_never_shown_begins_before_it_ends() -> None:
    infos = told(codec(), Speech("stopped", 2.0), final(1, 0.5, 2.0, "Hello."))
    assert summary(infos) == [("StartOfTurn", 0, "Hello."), ("EndOfTurn", 0, "Hello.")]


def test_a_piece_of_running_speech_does_not_end_it() -> None:
    infos = told(
        codec(),
        final(1, 0.0, 25.0, "On and on"),
        draft(2, 25.0, 26.0, "", "and"),
        Speech("stopped", 27.0),
        final(2, 25.0, 27.0, "and on."),
    )
    assert summary(infos) == [
        ("StartOfTurn", 0, "On and on"),
        ("Update", 0, "On and on and"),
        ("EndOfTurn", 0, "On and on and on."),
    ]


def test_sounds_without_words_are_no_turn_unless_they_were_shown() -> None:
    one = codec()
    assert told(one, Speech("stopped", 1.0), Ack(99_000)) == []
    infos = told(
        one, draft(1, 2.0, 2.5, "", "Hm"), Speech("stopped", 3.0), final(1, 2.0, 3.0, ""), Ended(3.0, 0)
    )
    assert summary(infos) == [("StartOfTurn", 0, "Hm"), ("EndOfTurn", 0, "")]


def test_a_client_may_end_a_turn() -> None:
    one = codec()
    one.receive_text('{"type":"ForceEndTurn"}')
    infos = told(one, Speech("stopped", 2.0), final(1, 0.5, 2.0, "Hello."), Flushed(None, 32_000))
    assert infos[-1]["trigger"] == "manual"
    infos = told(one, Speech("stopped", 4.0), final(2, 3.0, 4.0, "Again."))
    assert infos[-1]["trigger"] == "model"


def test_the_end_of_the_stream_ends_the_turn() -> None:
    one = codec()
    infos = told(one, final(1, 0.0, 25.0, "On and on"), Ended(25.0, 1))
    assert summary(infos)[-1] == ("EndOfTurn", 0, "On and on")
    assert one.close(None) == ((), 1000, "")


def test_a_fault_is_told_before_the_close() -> None:
    last, code, reason = codec().close(Problem("idle", "No audio came.", close=Close.NO_AUDIO))
    (error,) = map(json.loads, last)
    assert (error["type"], error["code"], error["description"]) == ("Error", "IDLE", "No audio came.")
    assert (code, reason) == (1011, "idle")
