"""The settings of an OpenAI Realtime transcription session, and how a client changes them. Pure.

In: the `session` object of an update, in the present dialect (`audio.input.…`) or in the older one (flat
keys). Out: the settings in force after it, as both dialects show them, and the `Start` that they come to.
An update changes what it names and nothing else. What this server does by other means (noise reduction, the
threshold of the speech detector) is taken, shown and has no effect.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from streaming.commands import AudioFormat, Change, Encoding, Start
from streaming.errors import Close, ProtocolError
from streaming.pcm import MAX_RATE, MIN_RATE

PCM_RATE = 24_000
G711_RATE = 8_000
SHORTEST_SILENCE, LONGEST_SILENCE = 200, 3_000
"""Milliseconds of silence that may end an utterance; what is asked beyond is held within."""
SILENCE_OF_EAGERNESS = {"low": 2_000, "medium": 1_000, "auto": 1_000, "high": 500}
"""No model of meaning ends a turn here: `semantic_vad` comes to a longer or shorter silence."""
LOGPROBS = "item.input_audio_transcription.logprobs"
CONTINUOUS_MODEL = "realtime-whisper"
"""In the name of a model whose clients need not commit: what is said is completed at each pause."""
MAX_TERMS = 100
LONGEST_TERM = 60

Short = Annotated[str, StringConstraints(max_length=200)]


class Rejected(Exception):
    """An event that is not followed, told by an `error` event; the stream goes on.

    `param` is the path of the field at fault.
    """

    def __init__(self, error: ProtocolError, param: str | None = None) -> None:
        super().__init__(error.code)
        self.error = error
        self.param = param


class _Fields(BaseModel):
    model_config = ConfigDict(extra="ignore", allow_inf_nan=False, frozen=True)


class Format(_Fields):
    """How the audio is written. G.711 has one rate."""

    type: Literal["audio/pcm", "audio/pcmu", "audio/pcma"] = "audio/pcm"
    rate: Annotated[int, Field(ge=MIN_RATE, le=MAX_RATE)] | None = None

    def audio(self) -> AudioFormat:
        """As a session takes it."""
        if self.type == "audio/pcm":
            return AudioFormat(Encoding.PCM_S16LE, self.rate or PCM_RATE)
        return AudioFormat(Encoding.MULAW if self.type == "audio/pcmu" else Encoding.ALAW, G711_RATE)


class Transcription(_Fields):
    """What is asked of the recognition."""

    model: Short | None = None
    language: str | None = None
    languages: Annotated[list[str], Field(max_length=20)] | None = None
    prompt: Annotated[str, StringConstraints(max_length=10_000)] | None = None
    keywords: Annotated[list[Short], Field(max_length=MAX_TERMS)] | None = None
    delay: Short | float | None = None

    @property
    def wanted(self) -> tuple[str, ...]:
        """The languages that may be spoken; none for any."""
        return tuple(dict.fromkeys(self.languages or ([self.language] if self.language else [])))

    @property
    def terms(self) -> tuple[str, ...]:
        """Words to listen for: the keywords, and those parts of the prompt between commas or line breaks that
        are short enough to be names and terms rather than sentences."""
        parts = re.split(r"[,;\n]", self.prompt or "")
        found = (part.strip().rstrip(".").strip() for part in (*(self.keywords or ()), *parts))
        short = (term for term in found if term and len(term) <= LONGEST_TERM and len(term.split()) <= 4)
        return tuple(dict.fromkeys(short))[:MAX_TERMS]

    @field_validator("language")
    @classmethod
    def _language(cls, given: str | None) -> str | None:
        return primary(given) if given else None

    @field_validator("languages")
    @classmethod
    def _languages(cls, given: list[str] | None) -> list[str] | None:
        return None if given is None else [primary(one) for one in given if one]


class Turns(_Fields):
    """Who ends a turn: the server, after a silence."""

    type: Literal["server_vad", "semantic_vad"] = "server_vad"
    threshold: Annotated[float, Field(ge=0, le=1)] | None = None
    prefix_padding_ms: Annotated[int, Field(ge=0, le=60_000)] | None = None
    silence_duration_ms: Annotated[int, Field(ge=0, le=60_000)] | None = None
    eagerness: Literal["low", "medium", "high", "auto"] | None = None

    @property
    def endpointing_ms(self) -> int:
        """The silence that ends an utterance."""
        if self.type == "semantic_vad":
            return SILENCE_OF_EAGERNESS[self.eagerness or "auto"]
        asked = 500 if self.silence_duration_ms is None else self.silence_duration_ms
        return min(max(asked, SHORTEST_SILENCE), LONGEST_SILENCE)

    def shown(self) -> dict[str, Any]:
        """With every value in force."""
        if self.type == "semantic_vad":
            return {"type": self.type, "eagerness": self.eagerness or "auto"}
        return {
            "type": self.type,
            "threshold": 0.5 if self.threshold is None else self.threshold,
            "prefix_padding_ms": 300 if self.prefix_padding_ms is None else self.prefix_padding_ms,
            "silence_duration_ms": self.endpointing_ms,
        }


class NoiseReduction(_Fields):
    """Shown and without effect."""

    type: Literal["near_field", "far_field"] | None = None
    strength: Annotated[float, Field(ge=0, le=10)] | None = None


class Settings(_Fields):
    """All that is in force for one client."""

    format: Format = Format()
    transcription: Transcription | None = None
    turn_detection: Turns | None = Turns()
    noise_reduction: NoiseReduction | None = None
    include: Annotated[list[Short], Field(max_length=20)] | None = None

    @property
    def logprobs(self) -> bool:
        """Whether the probabilities of words are wanted."""
        return LOGPROBS in (self.include or ())

    def start(self, meeting: str | None) -> Start:
        """The start of a session with these settings."""
        asked = self.transcription or Transcription()
        turns = self.turn_detection or Turns()
        return Start(
            self.format.audio(),
            meeting=meeting,
            languages=asked.wanted,
            # Words that were sent cannot be taken back on this wire.
            stability="stable",
            endpointing_ms=turns.endpointing_ms,
            hotwords=asked.terms,
        )

    def audio(self) -> dict[str, Any]:
        """The `audio` of a session in the present dialect."""
        audio = self.format.audio()
        pcm = self.format.type == "audio/pcm"
        return {
            "input": {
                "format": {"type": self.format.type} | ({"rate": audio.sample_rate} if pcm else {}),
                "transcription": self._transcription(),
                "noise_reduction": self._noise(),
                "turn_detection": self.turn_detection.shown() if self.turn_detection else None,
            }
        }

    def flat(self) -> dict[str, Any]:
        """The same in the older dialect."""
        names = {"audio/pcm": "pcm16", "audio/pcmu": "g711_ulaw", "audio/pcma": "g711_alaw"}
        return {
            "modalities": ["text"],
            "input_audio_format": names[self.format.type],
            "input_audio_transcription": self._transcription(),
            "input_audio_noise_reduction": self._noise(),
            "turn_detection": self.turn_detection.shown() if self.turn_detection else None,
        }

    def _transcription(self) -> dict[str, Any] | None:
        return self.transcription.model_dump(exclude_none=True) if self.transcription else None

    def _noise(self) -> dict[str, Any] | None:
        return self.noise_reduction.model_dump(exclude_none=True) if self.noise_reduction else None


def updated(settings: Settings, session: object) -> tuple[Settings, bool]:
    """The settings after an update, and whether it was written in the older dialect. Raises `Rejected`."""
    if not isinstance(session, Mapping):
        raise Rejected(ProtocolError("invalid_field", "The field session should be an object."), "session")
    if session.get("type") not in (None, "transcription"):
        message = "Only sessions of type transcription are served here."
        raise Rejected(ProtocolError("invalid_field", message), "session.type")
    flat = any(name in session for name in _FLAT)
    patch = dict(_flat_patch(session) if flat else _nested_patch(session))
    try:
        return Settings.model_validate(merged(settings.model_dump(), patch)), flat
    except ValidationError as error:
        raise _rejection(error) from None


def described(settings: Settings, name: str, *, older: bool, expires_at: int | None) -> dict[str, Any]:
    """A session of that name as the client reads it, in either dialect; it may never expire by itself."""
    return {
        "type": "transcription",
        "id": f"sess_{name}",
        "object": "realtime.transcription_session",
        "expires_at": expires_at,
        **(settings.flat() if older else {"audio": settings.audio()}),
        "include": settings.include,
    }


def change(before: Settings, after: Settings) -> Change | None:
    """What an update comes to for a session that has begun; None if nothing.

    Raises `Rejected` for another format: the audio to come would be taken for noise.
    """
    old, new = before.start(None), after.start(None)
    if new.audio != old.audio:
        message = "The audio format cannot be changed once audio has begun: open another session."
        raise Rejected(ProtocolError("not_changeable", message), "session.audio.input.format")
    return None if new == old else Change(new.languages, new.hotwords, new.endpointing_ms)


def merged(before: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """`patch` laid over `before`, object by object; an object of another `type` takes the whole place."""
    result = dict(before)
    for name, value in patch.items():
        old = result.get(name)
        same = (
            isinstance(old, Mapping)
            and isinstance(value, Mapping)
            and value.get("type") in (None, old.get("type"))
        )
        result[name] = merged(old, value) if same else value  # type: ignore[arg-type]
    return result


def primary(tag: str) -> str:
    """The language of a tag such as `en-US`. Raises `ValueError` for what is none."""
    found = re.match(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9_-]{1,20})?\Z", tag)
    if found is None:
        raise ValueError("it should be a language code such as en or ru")
    return found[1].lower()


_NESTED = ("format", "transcription", "turn_detection", "noise_reduction")
_FLAT = {
    "input_audio_format": "format",
    "input_audio_transcription": "transcription",
    "turn_detection": "turn_detection",
    "input_audio_noise_reduction": "noise_reduction",
}
_FLAT_FORMATS = {
    "pcm16": {"type": "audio/pcm", "rate": PCM_RATE},
    "g711_ulaw": {"type": "audio/pcmu"},
    "g711_alaw": {"type": "audio/pcma"},
}
_PATHS = {name: f"session.audio.input.{name}" for name in _NESTED}


def _nested_patch(session: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    audio = _inner(session, "audio", "session.audio")
    given = _inner(audio, "input", "session.audio.input")
    for name in _NESTED:
        # A format of null stands for the usual one; of the others null switches something off.
        if name in given:
            yield name, {"type": "audio/pcm"} if name == "format" and given[name] is None else given[name]
    if "include" in session:
        yield "include", session["include"]


def _flat_patch(session: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for flat, name in _FLAT.items():
        if flat not in session:
            continue
        value = session[flat]
        if name == "format":
            if not isinstance(value, str) or value not in _FLAT_FORMATS:
                message = f"The formats are {', '.join(_FLAT_FORMATS)}."
                raise Rejected(
                    ProtocolError("unknown_encoding", message, Close.NOT_UNDERSTOOD), f"session.{flat}"
                )
            value = _FLAT_FORMATS[value]
        yield name, value
    if "include" in session:
        yield "include", session["include"]


def _inner(outer: Mapping[str, Any], name: str, path: str) -> Mapping[str, Any]:
    value = outer.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Rejected(ProtocolError("invalid_field", f"The field {path} should be an object."), path)
    return value


def _rejection(error: ValidationError) -> Rejected:
    first = error.errors(include_url=False, include_context=False)[0]
    top, *rest = [str(part) for part in first["loc"]]
    path = ".".join([_PATHS.get(top, f"session.{top}"), *rest])[:200]
    wrong = first["msg"].removeprefix("Value error, ")
    return Rejected(
        ProtocolError("invalid_field", f"The field {path} is wrong: {wrong[:1].lower()}{wrong[1:]}."), path
    )
