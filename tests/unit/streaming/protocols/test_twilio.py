"""Twilio's wire: a call's two sides on one clock, one stream a socket, nothing sent back."""

import base64
import json
from typing import Any

import pytest

from streaming.commands import Audio, AudioFormat, Command, Encoding, Start, Stop
from streaming.errors import Close, ProtocolError
from streaming.events import Ended, Problem, Ready
from streaming.protocols.twilio import TwilioCodec

CONNECTED = {"event": "connected", "protocol": "Call", "version": "1.0.0"}
MARK = {"event": "mark", "sequenceNumber": "4", "streamSid": "MZ1", "mark": {"name": "said"}}
DTMF = {"event": "dtmf", "streamSid": "MZ1", "dtmf": {"track": "inbound_track", "digit": "1"}}
STOP = {
    "event": "stop",
    "sequenceNumber": "5",
    "streamSid": "MZ1",
    "stop": {"accountSid": "AC", "callSid": "CA"},
}


def start(*tracks: str, stream: str = "MZ1", **parameters: str) -> dict[str, Any]:
    """A start message with the tracks of a call."""
    form = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
    inner: dict[str, Any] = {
        "streamSid": stream,
        "accountSid": "AC1",
        "callSid": "CA1",
        "tracks": tracks or ["inbound"],
    }
    inner |= {"mediaFormat": form, "customParameters": parameters}
    return {"event": "start", "sequenceNumber": "1", "streamSid": stream, "start": inner}


def media(data: bytes, milliseconds: int, track: str = "inbound", stream: str = "MZ1") -> dict[str, Any]:
    """A piece of one side of the call."""
    payload = base64.b64encode(data).decode()
    inner = {"track": track, "chunk": "2", "timestamp": str(milliseconds), "payload": payload}
    return {"event": "media", "sequenceNumber": "3", "streamSid": stream, "media": inner}


def given(codec: TwilioCodec, *messages: dict[str, Any]) -> list[Command]:
    """The commands of messages."""
    return [command for one in messages for command in codec.receive_text(json.dumps(one)).commands]


def refusal(codec: TwilioCodec, message: Any) -> ProtocolError:
    """The error of a message."""
    with pytest.raises(ProtocolError) as caught:
        codec.receive_text(message if isinstance(message, str) else json.dumps(message))
    return caught.value


def test_a_call_with_one_side_is_one_named_track() -> None:
    codec = TwilioCodec()
    piece = bytes(range(160))
    assert given(codec, CONNECTED, start(), media(piece, 5), MARK, DTMF, STOP) == [
        Start(
            AudioFormat(Encoding.MULAW, 8_000, 1),
            multichannel=True,
            tracks=("inbound",),
            title="Call CA1",
        ),
        Audio(piece),
        Stop(),
    ]


def test_both_sides_of_a_call_are_tracks_on_one_clock() -> None:
    codec = TwilioCodec()
    (begun,) = given(codec, start("inbound", "outbound"))
    assert isinstance(begun, Start)
    assert (begun.audio.channels, begun.multichannel, begun.tracks) == (2, True, ("inbound", "outbound"))
    assert given(codec, media(b"i" * 160, 0), media(b"o" * 160, 0, "outbound")) == [Audio(b"io" * 160)]


def test_audio_that_waits_for_the_other_side_counts_as_audio() -> None:
    codec = TwilioCodec()
    given(codec, start("inbound", "outbound"))
    received = codec.receive_text(json.dumps(media(b"i" * 160, 0)))
    assert (received.commands, received.audio) == ((), True)
    assert not codec.receive_text(json.dumps(media(b"", 20))).audio


def test_a_call_may_introduce_itself_before_it_is_let_in() -> None:
    codec = TwilioCodec()
    codec.introduce(json.dumps(CONNECTED))
    assert (codec.introduced, codec.begin().commands) == (False, ())
    codec.introduce(json.dumps(start(token="t")))
    (begun,) = codec.begin().commands
    assert isinstance(begun, Start)
    assert (codec.introduced, codec.offered) == (True, "t")


def test_a_piece_that_was_lost_is_silence_and_moves_no_later_word() -> None:
    codec = TwilioCodec()
    given(codec, start(), media(b"1" * 160, 0))
    assert given(codec, media(b"3" * 160, 40)) == [Audio(b"\xff" * 160 + b"3" * 160)]


def test_the_end_fills_up_the_side_that_is_behind() -> None:
    codec = TwilioCodec()
    given(codec, start("inbound", "outbound"), media(b"i" * 80, 0))
    assert given(codec, STOP) == [Audio(b"i\xff" * 80), Stop()]


def test_a_long_silence_comes_in_pieces() -> None:
    codec = TwilioCodec()
    given(codec, start())
    commands = given(codec, media(b"1" * 160, 60_000))
    assert sum(len(one.data) for one in commands if isinstance(one, Audio)) == 480_160
    assert max(len(one.data) for one in commands if isinstance(one, Audio)) == 8_000


def test_a_call_says_who_it_is_and_what_it_wants_in_its_parameters() -> None:
    codec = TwilioCodec()
    said = {
        "token": "sk_1",
        "meeting": "m_1",
        "title": "Support",
        "languages": "ru, en-US",
        "hotwords": "Steno, Яндекс",
        "template": "call",
        "other": "x",
    }
    assert codec.offered is None
    (begun,) = given(codec, start(**said))
    assert isinstance(begun, Start)
    assert codec.offered == "sk_1"
    assert (begun.meeting, begun.title, begun.template) == ("m_1", "Support", "call")
    assert (begun.languages, begun.hotwords) == (("ru", "en"), ("Steno", "Яндекс"))


@pytest.mark.parametrize("message", [media(b"1", 0), STOP])
def test_nothing_comes_before_the_start(message: dict[str, Any]) -> None:
    assert refusal(TwilioCodec(), message).code == "not_started"


@pytest.mark.parametrize(
    "message", [start(), start(stream="MZ2"), media(b"1", 0, stream="MZ2"), {**STOP, "streamSid": "MZ2"}]
)
def test_a_socket_carries_one_stream(message: dict[str, Any]) -> None:
    codec = TwilioCodec()
    given(codec, start())
    assert refusal(codec, message).code == "already_started"


def test_nothing_follows_stop() -> None:
    codec = TwilioCodec()
    given(codec, start(), STOP)
    assert refusal(codec, media(b"1", 0)).code == "already_stopped"


def _other(**fields: Any) -> dict[str, Any]:
    message = start()
    message["start"] = {**message["start"], **fields}
    return message


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("no json", "bad_json"),
        ({"event": "start"}, "invalid_field"),
        (_other(tracks=["third"]), "invalid_field"),
        (_other(tracks=[]), "invalid_field"),
        (_other(mediaFormat={"encoding": "audio/x-l16"}), "unknown_encoding"),
        (_other(customParameters={"languages": "english"}), "invalid_field"),
        ({**start(), "streamSid": ""}, "invalid_field"),
        ({**start(), "padding": "x" * 70_000}, "message_too_big"),
    ],
)
def test_a_wrong_start_is_refused(message: Any, code: str) -> None:
    assert refusal(TwilioCodec(), message).code == code


@pytest.mark.parametrize(
    "inner",
    [
        {},
        {"track": "inbound", "timestamp": "-1", "payload": ""},
        {"track": "inbound", "timestamp": "soon", "payload": ""},
        {"track": "inbound", "timestamp": "0", "payload": "%"},
        {"track": "outbound", "timestamp": "0", "payload": "////"},
        {"track": "inbound", "timestamp": "999999999", "payload": "////"},
    ],
)
def test_media_that_cannot_be_placed_is_refused(inner: dict[str, Any]) -> None:
    codec = TwilioCodec()
    given(codec, start())
    assert refusal(codec, {"event": "media", "streamSid": "MZ1", "media": inner}).code == "invalid_field"


def test_binary_messages_are_refused() -> None:
    with pytest.raises(ProtocolError) as caught:
        TwilioCodec().receive_bytes(b"\xff")
    assert (caught.value.code, caught.value.close) == ("unexpected_binary", Close.NOT_UNDERSTOOD)


def test_nothing_is_sent() -> None:
    codec = TwilioCodec()
    assert codec.send(Ready("s", "m", None)) == codec.send(Ended(1.0, 1)) == ()
    assert codec.close(None) == ((), 1000, "")
    assert codec.close(Problem("key_not_known", "No.", close=Close.NOT_ALLOWED)) == (
        (),
        1008,
        "key_not_known",
    )
