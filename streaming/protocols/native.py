"""The native wire, version 1: JSON text frames are messages, binary frames are audio. Pure.

`NativeCodec` turns what a client sends into commands and guards their order; `encode` turns events into
text. All that is wrong with a frame is a `ProtocolError` with a stable code and the close code to use.
Unknown fields are ignored, unknown types are an error.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

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
from streaming.nesting import MAX_DEPTH, too_deep
from streaming.segments import Segment

SUBPROTOCOL = "steno.v1"
MAX_FRAME = 1 << 20
MAX_TEXT = 64 * 1024
ENCODINGS = ", ".join(Encoding)

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Hotword = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Id = Annotated[str, StringConstraints(max_length=100)]


class _Message(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


Fields = TypeVar("Fields", bound=_Message)


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

    def __init__(self) -> None:
        self._state: Literal["new", "started", "stopped"] = "new"

    def receive_text(self, text: str) -> Command:
        """One text frame."""
        message = _object(text)
        kind = message.get("type")
        if not isinstance(kind, str) or kind not in _READERS:
            raise ProtocolError("unknown_type", f"There is no message of type {_shown(kind)}.")
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
        return command

    def receive_bytes(self, data: bytes) -> Audio:
        """One binary frame."""
        check_size(len(data))
        if self._state == "new":
            raise ProtocolError("not_started", "Audio came before the start message.")
        if self._state == "stopped":
            raise ProtocolError("already_stopped", "Audio came after stop.")
        return Audio(data)


def check_size(size: int) -> None:
    """Refuse a frame over 1 MiB."""
    if size > MAX_FRAME:
        raise ProtocolError(
            "frame_too_big",
            f"A frame may hold {MAX_FRAME} bytes at the most, this one has {size}: send smaller pieces.",
            Close.TOO_BIG,
            413,
        )


def encode(event: Event) -> str:
    """The text frame for an event: one line of JSON, numbers with three decimals."""
    return json.dumps(_rounded(_body(event)), ensure_ascii=False, separators=(",", ":"))


def segment_fields(segment: Segment) -> dict[str, Any]:
    """A segment as the wire shows it, without what it does not have."""
    optional = {
        "speaker": segment.speaker,
        "track": segment.track,
        "confidence": segment.confidence,
        "words": [asdict(word) for word in segment.words],
        "flags": list(segment.flags),
    }
    return {
        "segment": segment.id,
        "start": segment.start,
        "end": segment.end,
        "text": segment.text,
        "language": segment.language,
        **{name: value for name, value in optional.items() if value not in (None, [])},
    }


def _body(event: Event) -> dict[str, Any]:
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
        case Ended():
            return {"type": "ended", **asdict(event)}
        case Speech() | Pong() | Flushed() | Problem():
            kept = {name: value for name, value in asdict(event).items() if value is not None}
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


def _rounded(value: Any) -> Any:
    """The same with three decimals; NaN becomes null, since JSON has no word for it."""
    if isinstance(value, float):
        return round(value, 3) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    return [_rounded(part) for part in value] if isinstance(value, list | tuple) else value


def _object(text: str) -> dict[str, Any]:
    check_text(text)
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        raise ProtocolError("bad_json", "A text frame must be a JSON object; this one is no JSON.") from None
    if not isinstance(message, dict):
        raise ProtocolError("bad_json", 'A text frame must be a JSON object, such as {"type": "stop"}.')
    if too_deep(message):
        raise ProtocolError("bad_json", f"The message is nested deeper than {MAX_DEPTH} levels.")
    return message


def check_text(text: str) -> None:
    """Refuse a JSON message over `MAX_TEXT` characters."""
    if len(text) > MAX_TEXT:
        raise ProtocolError(
            "message_too_big",
            f"A message may hold {MAX_TEXT} characters at the most, this one has {len(text)}.",
            Close.TOO_BIG,
            413,
        )


def _read(model: type[Fields], message: Mapping[str, Any]) -> Fields:
    try:
        return model.model_validate(message)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        sentence = f"The field {field} of {message['type']} is"
        if first["type"] == "missing":
            raise ProtocolError("invalid_field", f"{sentence} missing.") from None
        wrong = _COMPLAINTS.get(first["type"], first["msg"][:1].lower() + first["msg"][1:])
        raise ProtocolError(
            "invalid_field", f"{sentence} wrong: {wrong} (got {_shown(first['input'])})."
        ) from None


_COMPLAINTS = {
    "model_type": "it should be an object",
    "string_pattern_mismatch": "it should be a language code such as en or ru",
    "string_unicode": "it should be valid Unicode",
}
"""Kinds of error whose usual sentence would show how the server is made."""


def _start(message: Mapping[str, Any]) -> Start:
    fields = _read(_StartFields, message)
    if fields.audio.encoding not in list(Encoding):
        raise ProtocolError(
            "unknown_encoding",
            f"There is no encoding {_shown(fields.audio.encoding)}; the encodings are {ENCODINGS}.",
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
    return Flush(_read(_IdFields, message).id)


def _ping(message: Mapping[str, Any]) -> Ping:
    return Ping(_read(_IdFields, message).id)


def _resume(message: Mapping[str, Any]) -> Resume:
    fields = _read(_ResumeFields, message)
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


def _shown(value: object, limit: int = 60) -> str:
    """A value of the peer's as it may stand in a sentence."""
    text = repr(value)
    return text if len(text) <= limit else text[:limit] + "…"
