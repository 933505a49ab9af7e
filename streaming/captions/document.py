"""The transcript as a JSON document, in the words of the native wire.

In: what is known of the meeting, its segments. Out: a dictionary of plain values, times in seconds with three
decimals; fields without a value are left out of segments. Writes no bytes and chooses no content type.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from streaming.segments import Segment, TimedWord


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the segments. `languages` are those asked for; the document names those heard."""

    meeting: str
    title: str | None
    languages: tuple[str, ...]
    duration: float


def document(heading: Heading, segments: Iterable[Segment], *, words: bool = False) -> dict[str, Any]:
    """The whole transcript, segments in order of time; each has `words` only when they are asked for."""
    ordered = sorted(segments, key=lambda segment: (segment.start, segment.end))
    return {
        "meeting": heading.meeting,
        "title": heading.title,
        "languages": heard(ordered) or list(heading.languages),
        "duration": round(heading.duration, 3),
        "segments": [segment_document(segment, words=words) for segment in ordered],
    }


def heard(segments: Sequence[Segment]) -> list[str]:
    """The languages of the segments, the one spoken longest first."""
    seconds: dict[str, float] = {}
    for segment in segments:
        seconds[segment.language] = seconds.get(segment.language, 0.0) + segment.end - segment.start
    return sorted(filter(None, seconds), key=lambda language: -seconds[language])


def segment_document(segment: Segment, *, words: bool) -> dict[str, Any]:
    """One segment as plain values."""
    values: dict[str, Any] = {
        "id": segment.id,
        "start": round(segment.start, 3),
        "end": round(segment.end, 3),
        "text": segment.text,
        "language": segment.language,
        "speaker": segment.speaker,
        "speaker_label": segment.label,
        "track": segment.track,
        "confidence": None if segment.confidence is None else round(segment.confidence, 3),
    }
    values = {name: value for name, value in values.items() if value is not None}
    if segment.flags:
        values["flags"] = list(segment.flags)
    if segment.version:
        values["version"] = segment.version
    if words:
        values["words"] = [_word(word) for word in segment.words]
    return values


def _word(word: TimedWord) -> dict[str, Any]:
    return {
        "word": word.word,
        "start": round(word.start, 3),
        "end": round(word.end, 3),
        "confidence": round(word.confidence, 3),
    }
