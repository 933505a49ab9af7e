"""The native wire: what is understood, what is refused and how, and what events look like."""

import json
from typing import Any

import pytest

from streaming.commands import Audio, AudioFormat, Command, Encoding, Flush, Ping, Resume, Start, Stop
from streaming.errors import Close, ProtocolError
from streaming.events import (
    Ack,
    Caption,
    Ended,
    Event,
    Flushed,
    Gap,
    GoAway,
    Load,
    Pong,
    Problem,
    Ready,
    Resumed,
    Speech,
)
from streaming.protocols.frames import MAX_FRAME, MAX_TEXT
from streaming.protocols.native import NativeCodec, encode
from streaming.segments import Coverage, Segment, TimedWord

START: dict[str, Any] = {"type": "start", "audio": {"encoding": "pcm_s16le"}}


def started() -> NativeCodec:
    """A codec after the start message."""
    codec = NativeCodec()
    receive(codec, START)
    return codec


def refusal(codec: NativeCodec, frame: Any) -> ProtocolError:
    """The error that a frame (text, bytes, or an object to be sent as JSON) brings about."""
    with pytest.raises(ProtocolError) as caught:
        receive(codec, frame)
    return caught.value


def receive(codec: NativeCodec, frame: Any) -> Command:
    """Hand over one frame: its command."""
    if isinstance(frame, bytes):
        received = codec.receive_bytes(frame)
    else:
        received = codec.receive_text(frame if isinstance(frame, str) else json.dumps(frame))
    (command,) = received.commands
    assert received.replies == ()
    return command


def sent(event: Event) -> Any:
    """An event as the client reads it."""
    return json.loads(encode(event))


class TestCommands:
    """Text and binary frames."""

    def test_the_smallest_start(self) -> None:
        command = receive(NativeCodec(), START)
        assert command == Start(AudioFormat(Encoding.PCM_S16LE, 16_000, 1))

    def test_the_largest_start(self) -> None:
        message = {
            "type": "start",
            "meeting": "m_1",
            "audio": {"encoding": "pcm_f32le", "sample_rate": 48_000, "channels": 2},
            "languages": ["ru", "en", "ru"],
            "interim": False,
            "stability": "accurate",
            "endpointing_ms": 3000,
            "hotwords": ["Steno", " Яндекс ", "Steno"],
            "multichannel": True,
            "speaker": "Анна",
            "track": "mic",
            "title": "Weekly",
            "template": "standup",
            "record": True,
        }
        assert receive(NativeCodec(), message) == Start(
            AudioFormat(Encoding.PCM_F32LE, 48_000, 2),
            meeting="m_1",
            languages=("ru", "en"),
            interim=False,
            stability="accurate",
            endpointing_ms=3000,
            hotwords=("Steno", "Яндекс"),
            multichannel=True,
            speaker="Анна",
            track="mic",
            title="Weekly",
            template="standup",
            record=True,
        )

    @pytest.mark.parametrize("encoding", list(Encoding))
    def test_every_encoding(self, encoding: Encoding) -> None:
        command = receive(NativeCodec(), START | {"audio": {"encoding": encoding}})
        assert isinstance(command, Start)
        assert command.audio.encoding is encoding

    def test_the_other_messages(self) -> None:
        codec = started()
        assert receive(codec, b"\0\0") == Audio(b"\0\0")
        assert receive(codec, b"") == Audio(b"")
        assert receive(codec, '{"type":"flush","id":"f1"}') == Flush("f1")
        assert receive(codec, '{"type":"flush"}') == Flush(None)
        assert receive(codec, '{"type":"ping","id":null}') == Ping(None)
        assert receive(codec, '{"type":"stop"}') == Stop()

    def test_resume_stands_in_for_start(self) -> None:
        codec = NativeCodec()
        message = {"type": "resume", "session": "s", "token": "t", "seq": 7}
        assert receive(codec, message) == Resume("s", "t", 7)
        assert receive(codec, b"\0") == Audio(b"\0")

    def test_unknown_fields_are_ignored_at_every_depth(self) -> None:
        message = START | {"audio": {"encoding": "mulaw", "bits": 8}, "future": {"type": "stop"}}
        assert receive(NativeCodec(), message) == Start(AudioFormat(Encoding.MULAW))

    def test_a_ping_may_come_before_the_start(self) -> None:
        codec = NativeCodec()
        assert receive(codec, '{"type":"ping","id":"p"}') == Ping("p")
        assert isinstance(receive(codec, START), Start)

    def test_a_refused_start_may_be_sent_again(self) -> None:
        codec = NativeCodec()
        refusal(codec, START | {"interim": 1})
        assert isinstance(receive(codec, START), Start)


@pytest.mark.parametrize("frame", [{"type": "flush"}, {"type": "stop"}, b"\0\0"])
def test_nothing_comes_before_start(frame: Any) -> None:
    error = refusal(NativeCodec(), frame)
    assert (error.code, error.close) == ("not_started", Close.BAD_ORDER)


@pytest.mark.parametrize("frame", [START, {"type": "resume", "session": "s", "token": "t", "seq": 0}])
def test_a_stream_starts_once(frame: Any) -> None:
    error = refusal(started(), frame)
    assert (error.code, error.close) == ("already_started", Close.BAD_ORDER)


@pytest.mark.parametrize("frame", [START, {"type": "ping"}, {"type": "stop"}, {"type": "flush"}, b"\0\0"])
def test_nothing_comes_after_stop(frame: Any) -> None:
    codec = started()
    receive(codec, '{"type":"stop"}')
    error = refusal(codec, frame)
    assert (error.code, error.close) == ("already_stopped", Close.BAD_ORDER)


@pytest.mark.parametrize("kind", ["", "Start", "caption", "\ud800", None, 1, [], {}, [["x"]]])
def test_unknown_types_are_an_error(kind: Any) -> None:
    assert refusal(NativeCodec(), {"type": kind}).code == "unknown_type"
    assert refusal(started(), {"type": kind}).code == "unknown_type"


def test_no_type_is_an_unknown_one() -> None:
    assert refusal(NativeCodec(), {}).code == "unknown_type"


DEEP = "[" * 30_000
HUGE = "9" * 5_000


@pytest.mark.parametrize(
    "text",
    ["", "stop", "{", '{"type"', "[]", "null", "1", '"start"', "\ud800", DEEP, '{"type":' + HUGE + "}"],
)
def test_what_is_no_json_object_is_refused(text: str) -> None:
    error = refusal(NativeCodec(), text)
    assert (error.code, error.close) == ("bad_json", Close.BAD_ORDER)


def test_deep_json_never_escapes_as_something_else() -> None:
    for depth in range(50, 1_500, 50):
        nested = "[" * depth + "]" * depth
        for text in (f'{{"type":{nested}}}', f'{{"type":"ping","id":{nested}}}'):
            assert refusal(NativeCodec(), text).code in ("bad_json", "unknown_type", "invalid_field")


def test_a_message_nested_deeper_than_it_may_be_is_refused() -> None:
    codec = NativeCodec()
    taken = '{"type":"ping","more":' + "[" * 63 + "]" * 63 + "}"
    assert isinstance(receive(codec, taken), Ping)
    error = refusal(codec, taken.replace("[", "[[").replace("]", "]]"))
    assert (error.code, error.message) == ("bad_json", "The message is nested deeper than 64 levels.")


def test_a_long_message_is_too_big() -> None:
    error = refusal(NativeCodec(), '{"type":"ping","x":"' + "x" * MAX_TEXT + '"}')
    assert (error.code, error.close, error.status) == ("message_too_big", Close.TOO_BIG, 413)


def test_a_frame_of_a_mebibyte_is_taken_and_a_larger_one_is_not() -> None:
    codec = started()
    assert isinstance(receive(codec, bytes(MAX_FRAME)), Audio)
    error = refusal(codec, bytes(MAX_FRAME + 1))
    assert (error.code, error.close, error.status) == ("frame_too_big", Close.TOO_BIG, 413)


@pytest.mark.parametrize("encoding", ["opus", "", "PCM_S16LE", "\ud800", "x" * 5_000])
def test_an_unknown_encoding_is_named_and_the_known_ones_are_told(encoding: str) -> None:
    error = refusal(NativeCodec(), START | {"audio": {"encoding": encoding}})
    assert (error.code, error.close) == ("unknown_encoding", Close.NOT_UNDERSTOOD)
    assert "pcm_s16le" in error.message
    assert len(error.message) < 300


LONG = "x" * 101
BAD_FIELDS: list[dict[str, Any]] = [
    {"audio": None},
    {"audio": "pcm_s16le"},
    {"audio": {}},
    {"audio": {"encoding": 1}},
    {"audio": {"encoding": "mulaw", "sample_rate": "8000"}},
    {"audio": {"encoding": "mulaw", "sample_rate": 8000.5}},
    {"audio": {"encoding": "mulaw", "sample_rate": float("nan")}},
    {"audio": {"encoding": "mulaw", "sample_rate": float("inf")}},
    {"audio": {"encoding": "mulaw", "channels": True}},
    {"languages": "ru"},
    {"languages": ["RU"]},
    {"languages": ["en\n"]},
    {"languages": ["en-US"]},
    {"languages": [None]},
    {"languages": ["en"] * 21},
    {"interim": "yes"},
    {"interim": 1},
    {"stability": "exact"},
    {"endpointing_ms": 199},
    {"endpointing_ms": 3001},
    {"endpointing_ms": 500.0},
    {"endpointing_ms": 10**400},
    {"endpointing_ms": float("nan")},
    {"hotwords": ["x" * 61]},
    {"hotwords": [" "]},
    {"hotwords": ["a"] * 101},
    {"hotwords": {"a": 1}},
    {"meeting": ""},
    {"meeting": LONG},
    {"speaker": "  "},
    {"speaker": "\ud800"},
    {"track": LONG},
    {"title": "x" * 301},
    {"template": 5},
    {"record": None},
    {"multichannel": "2"},
]


@pytest.mark.parametrize("fields", BAD_FIELDS, ids=lambda fields: str(fields)[:40])
def test_a_wrong_field_is_named(fields: dict[str, Any]) -> None:
    error = refusal(NativeCodec(), START | fields)
    assert (error.code, error.close) == ("invalid_field", Close.BAD_ORDER)
    assert next(iter(fields)) in error.message
    assert "fields" not in error.message.lower()
    assert "pattern" not in error.message
    assert error.message.endswith(".")
    assert len(error.message) < 300
    error.message.encode()


def test_a_start_without_audio_says_so() -> None:
    error = refusal(NativeCodec(), {"type": "start"})
    assert (error.code, error.message) == ("invalid_field", "The field audio of start is missing.")


def test_what_should_be_an_object_is_told_so() -> None:
    error = refusal(NativeCodec(), START | {"audio": "mulaw"})
    assert error.message == "The field audio of start is wrong: it should be an object (got 'mulaw')."


@pytest.mark.parametrize("identity", [5, "x" * 101, ["a"], "\udfff"])
@pytest.mark.parametrize("kind", ["ping", "flush"])
def test_ids_are_short_strings(kind: str, identity: Any) -> None:
    assert refusal(started(), {"type": kind, "id": identity}).code == "invalid_field"


@pytest.mark.parametrize(
    "fields", [{}, {"seq": -1}, {"seq": 1.0}, {"seq": "1"}, {"session": ""}, {"token": LONG}]
)
def test_a_resume_needs_all_its_fields(fields: dict[str, Any]) -> None:
    whole: dict[str, Any] = {"type": "resume", "session": "s", "token": "t", "seq": 0}
    message = whole | fields if fields else {"type": "resume"}
    assert refusal(NativeCodec(), message).code == "invalid_field"


SEGMENT = Segment("s-1", 1.0, 2.5, "Hello", "en")


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            Ready("s", "m", "t", 16_000),
            {"type": "ready", "session": "s", "meeting": "m", "resume_token": "t", "position": 16_000},
        ),
        (Speech("started", 1.5), {"type": "speech", "state": "started", "at": 1.5}),
        (Speech("stopped", 2.0, "0"), {"type": "speech", "state": "stopped", "at": 2.0, "track": "0"}),
        (Ack(5), {"type": "ack", "position": 5}),
        (Resumed("s", 16_000), {"type": "resumed", "session": "s", "position": 16_000}),
        (GoAway("t", 1.0), {"type": "goaway", "resume_token": "t", "retry_after": 1.0}),
        (Gap(1.0, 2.0, "engine_error"), {"type": "gap", "start": 1.0, "end": 2.0, "reason": "engine_error"}),
        (Load("finals_only"), {"type": "load", "level": "finals_only"}),
        (Flushed("f", 7), {"type": "flushed", "id": "f", "position": 7}),
        (Flushed(None, 7), {"type": "flushed", "position": 7}),
        (Pong(), {"type": "pong"}),
        (Pong("p"), {"type": "pong", "id": "p"}),
        (
            Problem("slow_reader", "Read faster.", fatal=False),
            {"type": "error", "code": "slow_reader", "message": "Read faster.", "fatal": False},
        ),
        (
            Problem("store_unavailable", "Wait.", retry_after=5.0),
            {
                "type": "error",
                "code": "store_unavailable",
                "message": "Wait.",
                "fatal": True,
                "retry_after": 5.0,
            },
        ),
        (
            Ended(3.0, 1, Coverage(3.0, 2.0, 1.0), "pending"),
            {
                "type": "ended",
                "duration": 3.0,
                "segments": 1,
                "report": "pending",
                "coverage": {
                    "received": 3.0,
                    "transcribed": 2.0,
                    "silence": 1.0,
                    "quarantined": 0.0,
                    "lost": 0.0,
                },
            },
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_events(event: Event, expected: dict[str, Any]) -> None:
    assert sent(event) == expected


def test_a_caption_leaves_out_what_it_does_not_have() -> None:
    assert sent(Caption(3, SEGMENT, "wor")) == {
        "type": "caption",
        "seq": 3,
        "segment": "s-1",
        "start": 1.0,
        "end": 2.5,
        "text": "Hello",
        "language": "en",
        "pending": "wor",
        "final": False,
    }


def test_a_final_has_everything() -> None:
    words = (TimedWord("Привет", 1.0, 1.5, 0.5),)
    segment = Segment("s-1", 1.0, 2.5, "Привет", "ru", words, "Анна", "0", 0.0, ("incomplete",))
    message = sent(Caption(4, segment, final=True))
    assert message["words"] == [{"word": "Привет", "start": 1.0, "end": 1.5, "confidence": 0.5}]
    assert (message["speaker"], message["track"], message["confidence"]) == ("Анна", "0", 0.0)
    assert (message["flags"], message["final"], message["pending"]) == (["incomplete"], True, "")


def test_times_have_three_decimals_even_on_another_clock() -> None:
    """Segments are shifted to the meeting's clock, and sums of floats are long."""
    segment = Segment("s", 0.1, 0.2, "a", "en", (TimedWord("a", 0.1, 0.2, 0.5),)).shifted(0.2)
    message = sent(Caption(1, segment, final=True))
    assert (message["start"], message["end"]) == (0.3, 0.4)
    assert (message["words"][0]["start"], message["words"][0]["end"]) == (0.3, 0.4)
    assert sent(Speech("started", 0.1 + 0.2))["at"] == 0.3
    assert sent(Gap(0.1 + 0.2, 1.1 + 2.2, "x")) == {"type": "gap", "start": 0.3, "end": 3.3, "reason": "x"}


def test_an_event_is_one_line_of_readable_text() -> None:
    text = encode(Caption(1, Segment("s", 0.0, 1.0, "Да\nнет\r", "ru")))
    assert "\n" not in text
    assert "\r" not in text
    assert "Да" in text


def test_a_number_that_is_none_does_not_spoil_the_message() -> None:
    segment = Segment("s", 0.0, 1.0, "a", "en", confidence=float("nan"))
    assert sent(Caption(1, segment, final=True))["confidence"] is None
