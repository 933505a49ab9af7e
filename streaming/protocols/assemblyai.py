"""The wire of AssemblyAI's streaming API, version 3: a query says all, then binary audio and JSON text. Pure.

An utterance is a turn. Its settled words are `transcript`; `words` holds those that may still change as well,
with `word_is_final` false. Our text always has its punctuation, so a client that asks for formatted turns
gets the same text twice, as the wire wants it. A turn ends by silence alone: `end_of_turn_confidence` is 1
when it has ended and 0 before. What the wire can say and this server cannot do is ignored, except what a
client would miss without a word: that is refused.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from streaming.commands import Audio, AudioFormat, Command, Encoding, Flush, KeepAlive, Start, Stop
from streaming.errors import Close, ProtocolError
from streaming.events import Caption, Ended, Event, Problem, Ready, Speech
from streaming.pcm import validate
from streaming.protocols.aligning import Aligner
from streaming.protocols.codec import Received
from streaming.protocols.credentials import NOT_AUTHORISED
from streaming.protocols.frames import as_text, check_size, check_text, read_fields, read_object, shown
from streaming.protocols.queries import Flag, Many, Number, One, Query, QueryModel, Text, read_query
from streaming.protocols.spoken import OneAfterTheOther, clock, spoken_words
from streaming.protocols.tags import LanguageTag, languages_of

LIFE: Final = timedelta(days=1)
"""A session may last as long as it likes; the wire wants a moment at which it expires."""
DEFAULT_SILENCE: Final = 500
SHORTEST_SILENCE, LONGEST_SILENCE = 200, 3000
"""Milliseconds of silence that end a turn."""

_ENCODINGS: Final = {
    "pcm_s16le": Encoding.PCM_S16LE,
    "pcm_mulaw": Encoding.MULAW,
    "ogg_opus": Encoding.AUTO,
    "aac": Encoding.AUTO,
}
_MISSED: Final = ("redact_pii", "filter_profanity", "webhook_url")
"""What a client relies on without ever seeing whether it is done."""

_CLOSES: Final = {
    **dict.fromkeys(NOT_AUTHORISED, 4001),
    "bad_json": 4100,
    "bad_sample_rate": 4000,
    "idle": 4031,
    "invalid_field": 3006,
    "too_many_messages": 4029,
    "too_many_requests": 4029,
    "too_many_streams": 3009,
    "unknown_type": 4101,
}
_BY_FAULT: Final = {Close.OUR_FAULT: 3005, Close.RESTART: 1012, Close.OVERLOADED: 1013}
INVALID: Final = 3006
"""Every other fault of the client's."""

Term = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Milliseconds = Annotated[Number | None, Field(ge=0, le=3_600_000)]


class _Query(QueryModel):
    encoding: Text = "pcm_s16le"
    sample_rate: Number | None = None
    speech_model: Text = ""
    format_turns: Flag = False
    include_partial_turns: Flag = True
    min_turn_silence: Milliseconds = None
    min_end_of_turn_silence_when_confident: Milliseconds = None
    max_turn_silence: Milliseconds = None
    language_code: Annotated[LanguageTag | None, One] = None
    language_codes: Annotated[tuple[LanguageTag, ...], Many, Field(max_length=20)] = ()
    keyterms_prompt: Annotated[tuple[Term, ...], Many, Field(max_length=100)] = ()
    redact_pii: Flag = False
    filter_profanity: Flag = False
    webhook_url: Text = ""


class _Update(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)
    format_turns: bool | None = None


class AssemblyAICodec:
    """One client. Raises `ProtocolError` for a query that cannot be served."""

    resumable: Final = False

    def __init__(self, query: Query, now: datetime) -> None:
        """`query` is that of the handshake, `now` the time of day with its zone."""
        asked = read_query(_Query, query)
        for name in _MISSED:
            if getattr(asked, name):
                raise ProtocolError("invalid_field", f"{name} is not done by this server; leave it out.")
        self._start = _start(asked)
        self._aligner = Aligner(self._start.audio)
        self._format = asked.format_turns
        self._expires = now + LIFE
        self._shown = OneAfterTheOther()
        self._turns = 0
        self._seconds = 0.0

    def begin(self) -> Received:
        """The query has said how to start."""
        return Received((self._start,))

    def receive_text(self, text: str) -> Received:
        """One message. Raises `ProtocolError`."""
        check_text(text)
        message = read_object(text)
        kind = message.get("type")
        if not isinstance(kind, str) or kind not in _COMMANDS:
            raise ProtocolError("unknown_type", f"There is no message of type {shown(kind)}.")
        if kind == "UpdateConfiguration":
            update = read_fields(_Update, message, kind)
            self._format = self._format if update.format_turns is None else update.format_turns
        command = _COMMANDS[kind]
        return Received((command(),) if command is not None else ())

    def receive_bytes(self, data: bytes) -> Received:
        """Audio in the encoding of the query."""
        check_size(len(data))
        return Received((Audio(self._aligner.feed(data)),))

    def send(self, event: Event) -> tuple[str, ...]:
        """The messages of an event."""
        match event:
            case Ready():
                expires = int(self._expires.timestamp())
                return (as_text({"type": "Begin", "id": event.session, "expires_at": expires}),)
            case Speech(state="started"):
                return (as_text({"type": "SpeechStarted", "timestamp": _milliseconds(event.at)}),)
            case Caption():
                return self._turn(event) if self._shown.shows(event) else ()
            case Ended():
                self._seconds = event.duration
        return ()

    def close(self, problem: Problem | None) -> tuple[tuple[str, ...], int, str]:
        """`Termination` at a good end, else `Error`, which says the close code as well."""
        if problem is None:
            seconds = int(clock(self._seconds))
            return (as_text({"type": "Termination", "audio_duration_seconds": seconds}),), Close.DONE, ""
        return refusal(problem)

    def _turn(self, caption: Caption) -> tuple[str, ...]:
        body = {
            "type": "Turn",
            "turn_order": self._turns,
            "turn_is_formatted": False,
            "end_of_turn": caption.final,
            "transcript": caption.segment.text,
            "end_of_turn_confidence": 1.0 if caption.final else 0.0,
            "words": [
                {
                    "start": _milliseconds(word.start),
                    "end": _milliseconds(word.end),
                    "confidence": word.confidence,
                    "text": word.text,
                    "word_is_final": word.settled,
                }
                for word in spoken_words(caption)
            ],
            "language_code": caption.segment.language,
        }
        self._turns += caption.final
        formatted = {**body, "turn_is_formatted": True}
        return tuple(map(as_text, (body, formatted) if caption.final and self._format else (body,)))


def refusal(problem: Problem) -> tuple[tuple[str, ...], int, str]:
    """The `Error` message for a problem, the close code that it names, and the reason."""
    code = _CLOSES.get(problem.code) or _BY_FAULT.get(problem.close, INVALID)
    return (as_text({"type": "Error", "error_code": code, "error": problem.message}),), code, problem.code


def _milliseconds(seconds: float) -> int:
    return round(clock(seconds) * 1000)


def _start(asked: _Query) -> Start:
    encoding = _ENCODINGS.get(asked.encoding)
    if encoding is None:
        known = ", ".join(_ENCODINGS)
        raise ProtocolError(
            "unknown_encoding",
            f"There is no encoding {shown(asked.encoding)}; the encodings are {known}.",
            Close.NOT_UNDERSTOOD,
        )
    if asked.sample_rate is None and encoding is not Encoding.AUTO:
        raise ProtocolError("invalid_field", "The field sample_rate of the query is missing.")
    audio = AudioFormat(encoding, asked.sample_rate or 16_000)
    validate(audio)
    return Start(
        audio=audio,
        languages=_languages(asked),
        interim=asked.include_partial_turns,
        endpointing_ms=_silence(asked),
        hotwords=tuple(dict.fromkeys(asked.keyterms_prompt)),
    )


def _languages(asked: _Query) -> tuple[str, ...]:
    """Those that the client names, or that its model is for; empty: whichever is spoken."""
    tags = asked.language_codes or ((asked.language_code,) if asked.language_code else ())
    if not tags and asked.speech_model == "universal-streaming-english":
        tags = ("en",)
    return languages_of(tags)


def _silence(asked: _Query) -> int:
    """A turn ends after `max_turn_silence`; the other limit is for a server that foresees the end."""
    wanted = asked.max_turn_silence
    if wanted is None:
        wanted = asked.min_turn_silence
    if wanted is None:
        wanted = asked.min_end_of_turn_silence_when_confident
    return min(max(DEFAULT_SILENCE if wanted is None else wanted, SHORTEST_SILENCE), LONGEST_SILENCE)


_COMMANDS: Final[Mapping[str, Callable[[], Command] | None]] = {
    "ForceEndpoint": Flush,
    "KeepAlive": KeepAlive,
    "UpdateConfiguration": None,
    "Terminate": Stop,
}
