"""A transcript in the forms of OpenAI's transcription call. Pure.

In: segments on the clock of the file, in order, and what was asked for. Out: the body and its media type.
What the recognition does not keep (the numbers of tokens, the probability of no speech) is empty or null.
"""

import json
import math
import zlib
from collections.abc import Callable, Sequence
from typing import Any

from server.documents.forms import MEDIA_TYPES
from server.openai.asked import Asked
from streaming.captions.cues import cues
from streaming.captions.srt import srt
from streaming.captions.webvtt import webvtt
from streaming.protocols.openai_items import logprobs
from streaming.segments import Segment

_TEXTS: dict[str, tuple[str, Callable[[Sequence[Segment]], str]]] = {
    "text": (MEDIA_TYPES["txt"], lambda segments: text(segments) + "\n"),
    "srt": (MEDIA_TYPES["srt"], lambda segments: srt(cues(segments))),
    "vtt": (MEDIA_TYPES["vtt"], lambda segments: webvtt(cues(segments))),
}


def render(asked: Asked, segments: Sequence[Segment], duration: float) -> tuple[bytes, str]:
    """The body and its media type. `duration` is the file's, in seconds."""
    if asked.response_format in _TEXTS:
        kind, write = _TEXTS[asked.response_format]
        return write(segments).encode(errors="replace"), kind
    verbose = asked.response_format == "verbose_json"
    value = _verbose(asked, segments, duration) if verbose else whole(asked, segments, duration)
    return as_json(value), MEDIA_TYPES["json"]


def text(segments: Sequence[Segment]) -> str:
    """All that was said."""
    return " ".join(segment.text for segment in segments if segment.text)


def whole(asked: Asked, segments: Sequence[Segment], duration: float) -> dict[str, Any]:
    """The smallest answer in JSON; also the last event of a stream."""
    value: dict[str, Any] = {
        "text": text(segments),
        "languages": [{"code": code} for code in languages(segments)],
        "usage": {"type": "duration", "seconds": round(duration, 3)},
    }
    if asked.logprobs:
        value["logprobs"] = [one for segment in segments for one in logprobs(segment)]
    return value


def languages(segments: Sequence[Segment]) -> list[str]:
    """The languages spoken, the one with most words first."""
    words: dict[str, int] = {}
    for segment in segments:
        if segment.language:
            words[segment.language] = words.get(segment.language, 0) + len(segment.text.split())
    return sorted(words, key=lambda language: -words[language])


def as_json(value: Any) -> bytes:
    """JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _verbose(asked: Asked, segments: Sequence[Segment], duration: float) -> dict[str, Any]:
    spoken = languages(segments)
    value: dict[str, Any] = {
        "task": "transcribe",
        "language": spoken[0] if spoken else "",
        "duration": round(duration, 3),
        "text": text(segments),
        "usage": {"type": "duration", "seconds": round(duration, 3)},
    }
    if asked.segments:
        value["segments"] = [_segment(number, one, asked.words) for number, one in enumerate(segments)]
    if asked.words:
        value["words"] = [
            {"word": word.word, "start": word.start, "end": word.end}
            for segment in segments
            for word in segment.words
        ]
    return value


def _segment(number: int, segment: Segment, words: bool) -> dict[str, Any]:
    data = segment.text.encode(errors="replace")
    value: dict[str, Any] = {
        "id": number,
        "seek": round(segment.start * 100),
        "start": segment.start,
        "end": segment.end,
        "text": segment.text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": _average(segment),
        "compression_ratio": round(len(data) / len(zlib.compress(data)), 3),
        "no_speech_prob": None,
    }
    if words:
        value["words"] = [
            {"word": word.word, "start": word.start, "end": word.end, "probability": word.confidence}
            for word in segment.words
        ]
    return value


def _average(segment: Segment) -> float | None:
    known = [math.log(word.confidence) for word in segment.words if word.confidence > 0]
    return round(sum(known) / len(known), 4) if known else None
