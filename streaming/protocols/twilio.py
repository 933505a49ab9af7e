"""The wire of Twilio's Media Streams: JSON text in, nothing out. Pure.

Twilio calls us for one telephone call, whose sides are tracks of their own on one clock: µ-law at 8 kHz, each
piece with its time since the start. A call says who it is in the parameters of its `start`: `token`, and
beside it `meeting`, `title`, `languages`, `hotwords`, `template`, all optional.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from streaming.commands import Audio, AudioFormat, Command, Encoding, Start, Stop
from streaming.errors import Close, ProtocolError
from streaming.events import Event, Problem
from streaming.protocols.codec import Received
from streaming.protocols.frames import check_size, check_text, read_fields, read_object
from streaming.protocols.interleaving import Interleaver
from streaming.protocols.tags import LanguageTag, languages_of

RATE: Final = 8_000
SILENCE: Final = b"\xff"
"""One silent sample in µ-law."""
PIECE: Final = RATE
"""Frames handed over at once, where a long silence makes many of them."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Term = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Track = Literal["inbound", "outbound"]


class _Fields(BaseModel):
    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)


class _Format(_Fields):
    encoding: str = "audio/x-mulaw"
    sampleRate: int = RATE  # noqa: N815 - the wire's names
    channels: int = 1


class _Parameters(_Fields):
    token: str | None = None
    meeting: Name | None = None
    title: Annotated[str, StringConstraints(max_length=300)] | None = None
    languages: Annotated[str, StringConstraints(max_length=200)] = ""
    hotwords: Annotated[str, StringConstraints(max_length=5_000)] = ""
    template: Name | None = None


class _Start(_Fields):
    callSid: Annotated[str, StringConstraints(max_length=100)] = ""  # noqa: N815
    tracks: Annotated[tuple[Track, ...], Field(min_length=1, max_length=2)] = ("inbound",)
    mediaFormat: _Format = _Format()  # noqa: N815
    customParameters: _Parameters = _Parameters()  # noqa: N815


class _Terms(_Fields):
    languages: Annotated[tuple[LanguageTag, ...], Field(max_length=20)] = ()
    hotwords: Annotated[tuple[Term, ...], Field(max_length=100)] = ()


class _Media(_Fields):
    track: Track = "inbound"
    timestamp: Annotated[int, Field(ge=0, le=1 << 40)]
    payload: str


class TwilioCodec:
    """One call: `start` once, then `media` of its stream alone, nothing after `stop`."""

    resumable: Final = False

    def __init__(self) -> None:
        self.offered: str | None = None
        """The credential that the call has shown in its parameters, once it has started."""
        self._early = Received()
        self._stream: str | None = None
        self._sides = Interleaver(("inbound",), RATE, SILENCE)
        self._width = 1
        self._stopped = False

    @property
    def late(self) -> int:
        """Samples that came when their place had been given away as silence."""
        return self._sides.late

    @property
    def introduced(self) -> bool:
        """Whether the call has started, and so has said who it is."""
        return self._stream is not None

    def introduce(self, text: str) -> None:
        """Take a message before anybody is let in; `begin` gives what it comes to. Raises `ProtocolError`."""
        self._early = self.receive_text(text)

    def begin(self) -> Received:
        """What the introduction came to; without one nothing, since Twilio speaks first."""
        return self._early

    def receive_text(self, text: str) -> Received:
        """One message. Raises `ProtocolError`."""
        message = read_object(text)
        kind = message.get("event")
        if kind != "media":
            check_text(text)
        if self._stopped:
            raise ProtocolError("already_stopped", "Nothing may follow stop.")
        match kind:
            case "start":
                return self._start(message)
            case "media":
                self._check_stream(message)
                return self._media(message)
            case "stop":
                self._check_stream(message)
                return self._stop()
        # `connected`, `mark`, `dtmf`, and what the wire may gain.
        return Received()

    def receive_bytes(self, data: bytes) -> Received:
        """All is text on this wire. Raises `ProtocolError`."""
        check_size(len(data))
        raise ProtocolError(
            "unexpected_binary",
            "Audio comes as text here, as event media.",
            Close.NOT_UNDERSTOOD,
        )

    def send(self, _: Event) -> tuple[str, ...]:
        """Nothing: Twilio takes only sound for the caller."""
        return ()

    def close(self, problem: Problem | None) -> tuple[tuple[str, ...], int, str]:
        """Close code and reason say all."""
        return ((), Close.DONE, "") if problem is None else ((), problem.close, problem.code)

    def _start(self, message: Mapping[str, Any]) -> Received:
        if self._stream is not None:
            raise ProtocolError("already_started", "A socket carries one stream; open another one.")
        asked = read_fields(_Start, _inner(message, "start"), "start")
        form = asked.mediaFormat
        if (form.encoding, form.sampleRate, form.channels) != ("audio/x-mulaw", RATE, 1):
            raise ProtocolError(
                "unknown_encoding",
                "The encoding must be audio/x-mulaw, 8000 Hz, mono.",
                Close.NOT_UNDERSTOOD,
            )
        said = asked.customParameters
        terms = read_fields(
            _Terms, {"languages": _listed(said.languages), "hotwords": _listed(said.hotwords)}, "start"
        )
        tracks = tuple(dict.fromkeys(asked.tracks))
        self._sides, self._width = Interleaver(tracks, RATE, SILENCE), len(tracks)
        self._stream = _stream(message)
        self.offered = said.token
        start = Start(
            AudioFormat(Encoding.MULAW, RATE, len(tracks)),
            meeting=said.meeting,
            languages=languages_of(terms.languages),
            hotwords=terms.hotwords,
            multichannel=True,
            tracks=tracks,
            title=said.title or (f"Call {asked.callSid}" if asked.callSid else None),
            template=said.template,
        )
        return Received((start,))

    def _media(self, message: Mapping[str, Any]) -> Received:
        media = read_fields(_Media, _inner(message, "media"), "media")
        try:
            data = base64.b64decode(media.payload, validate=True)
        except (binascii.Error, ValueError):
            raise ProtocolError("invalid_field", "The field payload of media is no base64.") from None
        frames = self._sides.put(media.track, data, media.timestamp * RATE // 1000)
        return Received(self._audio(frames), audio=bool(data))

    def _stop(self) -> Received:
        self._stopped = True
        return Received((*self._audio(self._sides.finish()), Stop()))

    def _audio(self, frames: bytes) -> tuple[Command, ...]:
        step = PIECE * self._width
        return tuple(Audio(frames[at : at + step]) for at in range(0, len(frames), step))

    def _check_stream(self, message: Mapping[str, Any]) -> None:
        if self._stream is None:
            raise ProtocolError("not_started", "The first message of a stream must be start.")
        if _stream(message) != self._stream:
            raise ProtocolError("already_started", "A socket carries one stream; open another one.")


def _inner(message: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inner = message.get(name)
    if not isinstance(inner, dict):
        raise ProtocolError("invalid_field", f"The field {name} of {name} is missing.")
    return inner


def _stream(message: Mapping[str, Any]) -> str:
    name = message.get("streamSid")
    if not isinstance(name, str) or not 1 <= len(name) <= 100:
        raise ProtocolError("invalid_field", "The field streamSid is missing or no name.")
    return name


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
