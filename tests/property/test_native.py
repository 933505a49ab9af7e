"""For any frame: a command or a `ProtocolError`, and nothing else. For any event: one line of valid JSON."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from streaming.commands import Audio, Flush, Ping, Resume, Start, Stop
from streaming.errors import ProtocolError
from streaming.events import (
    Ack,
    Caption,
    Ended,
    Event,
    Flushed,
    Gap,
    Load,
    Pong,
    Problem,
    Ready,
    Speech,
)
from streaming.protocols.native import NativeCodec, encode
from streaming.segments import Coverage, Segment, TimedWord

COMMANDS = (Audio, Flush, Ping, Resume, Start, Stop)
CODES = {
    "already_started",
    "already_stopped",
    "bad_json",
    "invalid_field",
    "not_started",
    "unknown_encoding",
    "unknown_type",
}

ANY_CHARACTER = st.characters(exclude_categories=[])
ANY_TEXT = st.text(ANY_CHARACTER, max_size=40)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), ANY_TEXT)
JSON = st.recursive(
    SCALARS, lambda inner: st.one_of(st.lists(inner), st.dictionaries(ANY_TEXT, inner)), max_leaves=15
)
FIELDS = st.sampled_from(
    [
        "audio",
        "encoding",
        "sample_rate",
        "channels",
        "languages",
        "interim",
        "stability",
        "endpointing_ms",
        "hotwords",
        "multichannel",
        "speaker",
        "track",
        "title",
        "template",
        "record",
        "meeting",
        "id",
        "session",
        "token",
        "seq",
    ]
)
KINDS = st.sampled_from(["start", "stop", "flush", "ping", "resume"])
AUDIO = st.fixed_dictionaries({"encoding": st.sampled_from(["pcm_s16le", "auto"])})
MESSAGES = st.builds(
    lambda kind, audio, rest: {"audio": audio} | rest | {"type": kind},
    st.one_of(KINDS, KINDS, JSON),
    st.one_of(AUDIO, JSON),
    st.dictionaries(FIELDS, JSON, max_size=4),
)
FRAMES = st.one_of(st.binary(max_size=20), ANY_TEXT, JSON.map(json.dumps), MESSAGES.map(json.dumps))

NUMBERS = st.floats()

# Text of the server's own making is Unicode; the wire refuses a client's half characters.
TEXT = st.text(max_size=40)
MAYBE = st.none() | TEXT
SEGMENTS = st.builds(
    Segment,
    TEXT,
    NUMBERS,
    NUMBERS,
    TEXT,
    TEXT,
    st.lists(st.builds(TimedWord, TEXT, NUMBERS, NUMBERS, NUMBERS), max_size=3).map(tuple),
    MAYBE,
    MAYBE,
    st.none() | NUMBERS,
    st.lists(TEXT, max_size=2).map(tuple),
)
POSITIONS = st.integers(0, 2**62)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(Ready, TEXT, TEXT, TEXT, POSITIONS),
    st.builds(Speech, st.sampled_from(["started", "stopped"]), NUMBERS, MAYBE),
    st.builds(Caption, POSITIONS, SEGMENTS, TEXT, st.booleans()),
    st.builds(Ack, POSITIONS),
    st.builds(Gap, NUMBERS, NUMBERS, TEXT),
    st.builds(Load, st.sampled_from(["normal", "rare_partials", "finals_only"])),
    st.builds(Flushed, MAYBE, POSITIONS),
    st.builds(Pong, MAYBE),
    st.builds(
        Ended, NUMBERS, POSITIONS, st.builds(Coverage, *[NUMBERS] * 5), st.sampled_from(["pending", "off"])
    ),
    st.builds(Problem, TEXT, TEXT, st.booleans()),
)


def received(codec: NativeCodec, frame: str | bytes) -> object:
    """The command in a frame, or its refusal."""
    try:
        whole = codec.receive_bytes(frame) if isinstance(frame, bytes) else codec.receive_text(frame)
    except ProtocolError as error:
        return error
    (command,) = whole.commands
    return command


def strict(text: str) -> Any:
    """JSON as a browser reads it: without NaN and Infinity."""
    return json.loads(text, parse_constant=lambda name: 1 / 0 if name else None)


@given(st.lists(FRAMES, max_size=6))
def test_any_frames_are_commands_or_refused(frames: list[str | bytes]) -> None:
    codec = NativeCodec()
    for frame in frames:
        result = received(codec, frame)
        if isinstance(result, ProtocolError):
            assert result.code in CODES
            assert result.message.encode()
            assert len(result.message) < 500
        else:
            assert isinstance(result, COMMANDS)


@given(st.lists(FRAMES, max_size=8))
def test_a_stream_starts_once_and_nothing_follows_its_stop(frames: list[str | bytes]) -> None:
    codec = NativeCodec()
    commands = [one for one in (received(codec, frame) for frame in frames) if isinstance(one, COMMANDS)]
    kinds = [type(one) for one in commands if not isinstance(one, Ping)]
    assert not kinds or kinds[0] in (Start, Resume)
    assert all(kind not in (Start, Resume) for kind in kinds[1:])
    assert Stop not in kinds[:-1]


@given(MESSAGES.map(json.dumps))
def test_whatever_a_client_says_of_itself_can_be_said_back(text: str) -> None:
    command = received(NativeCodec(), text)
    if isinstance(command, Ping):
        strict(encode(Pong(command.id))).get("id")
    if isinstance(command, Start):
        segment = Segment("s", 0.0, 1.0, "", "en", speaker=command.speaker, track=command.track)
        encode(Caption(1, segment)).encode()


@given(EVENTS)
def test_any_event_is_one_line_of_valid_json(event: Event) -> None:
    text = encode(event)
    assert "\n" not in text
    assert "\r" not in text
    message = strict(text)
    assert message["type"]
    assert text.encode().decode() == text
