"""The query of Deepgram's `/v1/listen`, live or not: what was asked for, as `Start` and wishes. Pure.

Arrays repeat their key, booleans are `true` and `false`, numbers are text. Unknown keys are passed over. What
is known and not done here is named in `ignored`, unless leaving it out would betray the caller (text that was
to be blackened, results that were to go elsewhere): that is refused. Raises `ProtocolError` with status 400.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from streaming import pcm
from streaming.commands import AudioFormat, Encoding, Start
from streaming.errors import Close, ProtocolError
from streaming.protocols.frames import shown

Query = Mapping[str, Sequence[str]]

ENDPOINTING_MS: Final = 500
"""Without a wish. Deepgram's own 10 ms would end an utterance between two words."""
LEAST_ENDPOINTING_MS, MOST_ENDPOINTING_MS = 200, 3000
MAX_TERMS, MAX_TERM = 100, 60
MAX_EXTRA: Final = 300

_RAW = {
    "linear16": Encoding.PCM_S16LE,
    "linear32": Encoding.PCM_F32LE,
    "mulaw": Encoding.MULAW,
    "alaw": Encoding.ALAW,
}
_CONTAINED = ("flac", "opus", "ogg-opus")
_ELSEWHERE = ("callback", "callback_method")
_CENSORING = ("redact",)
_IGNORED = (
    "detect_entities",
    "diarize",
    "diarize_model",
    "intents",
    "numerals",
    "profanity_filter",
    "replace",
    "search",
    "sentiment",
    "summarize",
    "topics",
)
_BOOLEANS = {"true": True, "1": True, "": True, "false": False, "0": False}
_LANGUAGE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class Wishes:
    """`start` opens the session. `formatted`: with punctuation and capitals; `name_language`: each final says
    its language; `utterance_end` in seconds, None without; `model` as the caller named it."""

    start: Start
    interim: bool
    formatted: bool
    vad_events: bool
    utterance_end: float | None
    name_language: bool
    model: str
    tags: tuple[str, ...] = ()
    utterances: bool = False
    paragraphs: bool = False
    ignored: tuple[str, ...] = ()


def read_wishes(query: Query) -> Wishes:
    """What a call asks for."""
    _refuse_what_would_betray(query)
    interim = _flag(query, "interim_results")
    utterance_end = _number(query, "utterance_end_ms")
    languages = _languages(query)
    smart = _flag(query, "smart_format")
    start = Start(
        audio=_audio(query),
        meeting=_extra(query, "meeting"),
        title=_extra(query, "title"),
        languages=languages,
        interim=interim,
        stability="accurate",
        endpointing_ms=_endpointing(query),
        hotwords=_terms(query),
        multichannel=_flag(query, "multichannel"),
    )
    return Wishes(
        start=start,
        interim=interim,
        formatted=smart or _flag(query, "punctuate") or _flag(query, "dictation"),
        vad_events=_flag(query, "vad_events"),
        utterance_end=utterance_end / 1000 if utterance_end and interim else None,
        name_language=len(languages) != 1,
        model=_last(query, "model") or "general",
        tags=tuple(query.get("tag", ())),
        utterances=_flag(query, "utterances"),
        paragraphs=_flag(query, "paragraphs") or smart,
        ignored=tuple(name for name in _IGNORED if query.get(name) and _last(query, name) != "false"),
    )


def _refuse_what_would_betray(query: Query) -> None:
    for name in (*_ELSEWHERE, *_CENSORING):
        if query.get(name) and _last(query, name) != "false":
            raise ProtocolError(
                "not_supported", f"This server does not offer {name}: leave it out.", Close.NOT_ALLOWED
            )


def _audio(query: Query) -> AudioFormat:
    name = _last(query, "encoding")
    channels = _number(query, "channels") or 1
    if name is None or name in _CONTAINED:
        return AudioFormat(Encoding.AUTO, channels=min(channels, pcm.MAX_CHANNELS))
    if name not in _RAW:
        known = ", ".join((*_RAW, *_CONTAINED))
        raise ProtocolError(
            "unknown_encoding",
            f"There is no encoding {shown(name)} here; the encodings are {known}, or none for a container.",
            Close.NOT_UNDERSTOOD,
        )
    rate = _number(query, "sample_rate")
    if rate is None:
        raise _wrong("sample_rate", "missing", f"{name} has no header that tells it")
    audio = AudioFormat(_RAW[name], rate, channels)
    pcm.validate(audio)
    return audio


def _endpointing(query: Query) -> int:
    asked = _last(query, "endpointing")
    if asked is None or asked == "true":
        return ENDPOINTING_MS
    if asked == "false":
        return MOST_ENDPOINTING_MS
    number = _number(query, "endpointing") or 0
    return min(max(number, LEAST_ENDPOINTING_MS), MOST_ENDPOINTING_MS)


def _languages(query: Query) -> tuple[str, ...]:
    """Empty: any that the model knows."""
    hints = (*query.get("language_hint", ()), *query.get("detect_language", ()))
    named = [tag for tag in hints if tag not in {"true", "false"}]
    if not named and _last(query, "detect_language") in {None, "false"}:
        named = [_last(query, "language") or "en"]
    if "multi" in named or "auto" in named:
        return ()
    languages = [tag.replace("_", "-").partition("-")[0].lower() for tag in named]
    for tag, language in zip(named, languages, strict=True):
        if not _LANGUAGE.fullmatch(language):
            raise _wrong("language", "wrong", f"it should be a tag such as en-US (got {shown(tag)})")
    return tuple(dict.fromkeys(languages))


def _terms(query: Query) -> tuple[str, ...]:
    """Plain terms, and `keywords` without their boost; a boost below zero asks for the opposite."""
    boosted = [term.rpartition(":") for term in query.get("keywords", ())]
    keywords = [
        term if colon and _is_number(boost) else term + colon + boost
        for term, colon, boost in boosted
        if not boost.startswith("-")
    ]
    terms = [term.strip() for term in (*query.get("keyterm", ()), *keywords)]
    if len(terms) > MAX_TERMS or any(len(term) > MAX_TERM for term in terms):
        raise _wrong("keyterm", "wrong", f"at most {MAX_TERMS} terms of {MAX_TERM} characters are taken")
    return tuple(dict.fromkeys(filter(None, terms)))


def _extra(query: Query, name: str) -> str | None:
    """A value of `extra=name:value`."""
    prefix = f"{name}:"
    given = (one[len(prefix) :] for one in query.get("extra", ()) if one.startswith(prefix))
    return next((one[:MAX_EXTRA] for one in given if one), None)


def _flag(query: Query, name: str) -> bool:
    text = _last(query, name)
    if text is None:
        return False
    if text.lower() not in _BOOLEANS:
        raise _wrong(name, "wrong", f"it should be true or false (got {shown(text)})")
    return _BOOLEANS[text.lower()]


def _number(query: Query, name: str) -> int | None:
    text = _last(query, name)
    if text is None or text == "false":
        return None
    if not _is_number(text) or len(text) > 9:
        raise _wrong(name, "wrong", f"it should be a whole number (got {shown(text)})")
    return int(float(text))


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) is not None


def _last(query: Query, name: str) -> str | None:
    values = query.get(name)
    return values[-1] if values else None


def _wrong(name: str, how: str, why: str) -> ProtocolError:
    return ProtocolError("invalid_field", f"The parameter {name} is {how}: {why}.", Close.NOT_ALLOWED)
