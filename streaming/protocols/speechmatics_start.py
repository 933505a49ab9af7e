"""What a Speechmatics client asks for: its `StartRecognition` message, checked. Pure.

In: the message. Out: the session's `Start` and what the codec itself must know, or `ProtocolError`. What the
server cannot do and a transcript does not need is left out: delays, models, vocabularies' sounds, entities,
filters, events of sound. Nobody is told apart by voice: every speaker is `UU`, the wire's word for unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from streaming.commands import AudioFormat, Encoding, Start
from streaming.errors import Close, ProtocolError
from streaming.pcm import MAX_CHANNELS
from streaming.protocols.frames import read_fields, shown
from streaming.protocols.tags import LanguageTag, languages_of

DEFAULT_TRIGGER: Final = 0.5
SHORTEST_TRIGGER, LONGEST_TRIGGER = 0.2, 3.0
"""Seconds of silence that end an utterance."""
MOST_TERMS: Final = 100
"""Terms of an additional vocabulary that are used; the wire allows more."""

_ENCODINGS: Final = ("pcm_s16le", "pcm_f32le", "mulaw")
_UNSPACED: Final = frozenset({"zh", "yue", "ja", "th", "lo", "my", "km"})
"""Languages written without spaces."""

Term = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Channel = Annotated[str, StringConstraints(min_length=1, max_length=100)]


def _content(value: Any) -> Any:
    return value.get("content") if isinstance(value, dict) else value


class Message(BaseModel):
    """Fields of a message; those that a model does not name are ignored."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)


class _Audio(Message):
    type: Literal["raw", "file"]
    encoding: str = ""
    sample_rate: int = 16_000


class _Conversation(Message):
    end_of_utterance_silence_trigger: Annotated[float | None, Field(ge=0, le=3600)] = None


class Transcription(Message):
    """`transcription_config`, whole or in part."""

    language: LanguageTag | None = None
    language_hints: Annotated[tuple[LanguageTag, ...] | None, Field(max_length=20)] = None
    enable_partials: bool | None = None
    diarization: str | None = None
    channel_diarization_labels: Annotated[tuple[Channel, ...] | None, Field(max_length=MAX_CHANNELS)] = None
    conversation_config: _Conversation | None = None
    additional_vocab: Annotated[
        tuple[Annotated[Term, BeforeValidator(_content)], ...] | None, Field(max_length=1000)
    ] = None


class _Translation(Message):
    target_languages: Annotated[tuple[str, ...], Field(max_length=100)] = ()


class _StartRecognition(Message):
    audio_format: _Audio
    transcription_config: Transcription
    translation_config: _Translation | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """`start` for the session. `channels` are the names of those that come apart, empty for one stream;
    `speakers` and `tells_ends` whether words name their speaker and ends of utterances are told;
    `translated` whether a translation was asked for."""

    start: Start
    partials: bool
    channels: tuple[str, ...]
    speakers: bool
    tells_ends: bool
    delimiter: str
    translated: bool


def read_start(message: Mapping[str, Any], language: str | None) -> Asked:
    """The start of a stream whose address names `language`. Raises `ProtocolError`."""
    asked = read_fields(_StartRecognition, message, "StartRecognition")
    config, translation = asked.transcription_config, asked.translation_config
    diarization = config.diarization or "none"
    channels = _channels(config) if "channel" in diarization else ()
    languages = languages_of(config.language_hints or (config.language or language or "en",))
    trigger = config.conversation_config and config.conversation_config.end_of_utterance_silence_trigger
    silence = min(max(trigger or DEFAULT_TRIGGER, SHORTEST_TRIGGER), LONGEST_TRIGGER)
    start = Start(
        audio=_format(asked.audio_format, len(channels)),
        languages=languages,
        interim=bool(config.enable_partials),
        endpointing_ms=round(silence * 1000),
        hotwords=tuple(dict.fromkeys(config.additional_vocab or ()))[:MOST_TERMS],
        multichannel=bool(channels),
        tracks=channels,
    )
    return Asked(
        start,
        partials=start.interim,
        channels=channels,
        speakers="speaker" in diarization,
        tells_ends=bool(trigger),
        delimiter="" if languages and set(languages) <= _UNSPACED else " ",
        translated=bool(translation and translation.target_languages),
    )


def _channels(config: Transcription) -> tuple[str, ...]:
    labels = config.channel_diarization_labels
    if not labels or len(set(labels)) < len(labels):
        raise ProtocolError(
            "invalid_field", "Name every channel once in channel_diarization_labels, one to eight of them."
        )
    return labels


def _format(audio: _Audio, channels: int) -> AudioFormat:
    if audio.type == "file" and not channels:
        return AudioFormat(Encoding.AUTO)
    if audio.type == "file" or audio.encoding not in _ENCODINGS:
        known = ", ".join(_ENCODINGS)
        raise ProtocolError(
            "unknown_encoding",
            f"There is no encoding {shown(audio.encoding)} for raw audio; the encodings are {known}.",
            Close.NOT_UNDERSTOOD,
        )
    return AudioFormat(Encoding(audio.encoding), audio.sample_rate, max(1, channels))
