"""The native wire, version 1: JSON text frames are messages, binary frames are audio. Pure.

`NativeCodec` turns what a client sends into commands and guards their order; `encode` turns events into
text. All that is wrong with a frame is a `ProtocolError` with a stable code and the close code to use.
Unknown fields are ignored, unknown types are an error.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from streaming.commands import Audio, AudioFormat, Command, Encoding, Flush, Ping, Resume, Start, Stop
from streaming.errors import Close, ProtocolError
from streaming.events import (
    Ack,
    Caption,
    Corrected,
    Edited,
    Ended,
    Event,
    Flushed,
    Gap,
    GoAway,
    Load,
    Pong,
    Problem,
    Ready,
    Renamed,
    Resumed,
    Speech,
)
from streaming.protocols.codec import Received
from streaming.protocols.frames import as_text, check_size, check_text, read_fields, read_object, shown
from streaming.segments import Segment

SUBPROTOCOL = "steno.v1"
ENCODINGS = ", ".join(Encoding)

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Hotword = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Id = Annotated[str, StringConstraints(max_length=100)]


class _Message(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class _AudioFields(_Message):
    encoding: str
    sample_rate: int = 16_000
    channels: int = 1


class _StartFields(_Message):
    audio: _AudioFields
    meeting: Name | None = None
    languages: Annotated[list[Language], Field(max_length=20)] = []
    interim: bool = True
    stability: Literal["stable", "accurate"] | None = None
    endpointing_ms: Annotated[int, Field(ge=200, le=3000)] = 500
    hotwords: Annotated[list[Hotword], Field(max_length=100)] = []
    multichannel: bool = False
    speaker: Name | None = None
    track: Name | None = None
    title: Annotated[str, StringConstraints(max_length=300)] | None = None
    template: Name | None = None
    record: bool = False


class _IdFields(_Message):
    id: Id | None = None


class _ResumeFields(_Message):
    session: Name
    token: Name
    seq: Annotated[int, Field(ge=0)]


class NativeCodec:
    """The order of one client's frames: `start` (or `resume`) first and once, nothing after `stop`."""

    resumable: Final = True

    def __init__(self) -> None:
        self._state: Literal["new", "started", "stopped"] = "new"

    def begin(self) -> Received:
        """Nothing: the client speaks first."""
        return Received()

    def receive_text(self, text: str) -> Received:
        """One text frame."""
        check_text(text)
        message = read_object(text)
        kind = message.get("type")
        if not isinstance(kind, str) or kind not in _READERS:
            raise ProtocolError("unknown_type", f"There is no message of type {shown(kind)}.")
        if self._state == "stopped":
            raise ProtocolError("already_stopped", "Nothing may follow stop.")
        if kind in ("start", "resume"):
            if self._state == "started":
                raise ProtocolError("already_started", "The stream has already been started.")
        elif self._state == "new" and kind != "ping":
            raise ProtocolError("not_started", f"The first message must be start, not {kind}.")
        command = _READERS[kind](message)
        if isinstance(command, Start | Resume):
            self._state = "started"
        elif isinstance(command, Stop):
            self._state = "stopped"
        return Received((command,))

    def receive_bytes(self, data: bytes) -> Received:
        """One binary frame."""
        check_size(len(data))
        if self._state == "new":
            raise ProtocolError("not_started", "Audio came before the start message.")
        if self._state == "stopped":
            raise ProtocolError("already_stopped", "Audio came after stop.")
        return Received((Audio(data),))

    def send(self, event: Event) -> tuple[str, ...]:
        """Every event has its message."""
        return (encode(event),)

    def close(self, problem: Problem | None) -> tuple[tuple[str, ...], int, str]:
        """The problem in an `error` message, its code as the reason."""
        if problem is None:
            return (), Close.DONE, ""
        return self.send(problem), problem.close, problem.code


def encode(event: Event | Edited) -> str:
    """The text frame for an event: one line of JSON, numbers with three decimals."""
    return as_text(_body(event))


def segment_fields(segment: Segment) -> dict[str, Any]:
    """A segment as the wire shows it, without what it does not have."""
    optional = {
        "speaker": segment.speaker,
        "speaker_label": segment.label,
        "track": segment.track,
        "confidence": segment.confidence,
        "words": [asdict(word) for word in segment.words],
        "flags": list(segment.flags),
        "version": segment.version or None,
    }
    return {
        "segment": segment.id,
        "start": segment.start,
        "end": segment.end,
        "text": segment.text,
        "language": segment.language,
        **{name: value for name, value in optional.items() if value not in (None, [])},
    }


def _body(event: Event | Edited) -> dict[str, Any]:
    match event:
        case Caption():
            fields = segment_fields(event.segment)
            return {
                "type": "caption",
                "seq": event.seq,
                **fields,
                "pending": event.pending,
                "final": event.final,
            }
        case Corrected():
            return {"type": "corrected", **segment_fields(event.segment)}
        case Renamed():
            return {"type": "renamed", "names": dict(event.names)}
        case Ended():
            return {"type": "ended", **asdict(event)}
        case Speech() | Pong() | Flushed() | Problem():
            fields = asdict(event)
            fields.pop("close", None)  # Of a problem: it is in the close frame.
            kept = {name: value for name, value in fields.items() if value is not None}
            return {"type": _TYPES[type(event)], **kept}
        case _:
            return {"type": _TYPES[type(event)], **asdict(event)}


_TYPES: dict[type, str] = {
    Ready: "ready",
    Resumed: "resumed",
    GoAway: "goaway",
    Speech: "speech",
    Ack: "ack",
    Gap: "gap",
    Load: "load",
    Flushed: "flushed",
    Pong: "pong",
    Problem: "error",
}


def _start(message: Mapping[str, Any]) -> Start:
    fields = read_fields(_StartFields, message, message["type"])
    if fields.audio.encoding not in list(Encoding):
        raise ProtocolError(
            "unknown_encoding",
            f"There is no encoding {shown(fields.audio.encoding)}; the encodings are {ENCODINGS}.",
            Close.NOT_UNDERSTOOD,
        )
    values = fields.model_dump(exclude={"audio", "languages", "hotwords"})
    return Start(
        audio=AudioFormat(Encoding(fields.audio.encoding), fields.audio.sample_rate, fields.audio.channels),
        languages=tuple(dict.fromkeys(fields.languages)),
        hotwords=tuple(dict.fromkeys(fields.hotwords)),
        **values,
    )


def _flush(message: Mapping[str, Any]) -> Flush:
    return Flush(read_fields(_IdFields, message, message["type"]).id)


def _ping(message: Mapping[str, Any]) -> Ping:
    return Ping(read_fields(_IdFields, message, message["type"]).id)


def _resume(message: Mapping[str, Any]) -> Resume:
    fields = read_fields(_ResumeFields, message, message["type"])
    return Resume(fields.session, fields.token, fields.seq)


def _stop(_: Mapping[str, Any]) -> Stop:
    return Stop()


_READERS: dict[str, Callable[[Mapping[str, Any]], Command]] = {
    "start": _start,
    "flush": _flush,
    "ping": _ping,
    "resume": _resume,
    "stop": _stop,
}
