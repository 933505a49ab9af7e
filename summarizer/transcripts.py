"""A transcript file read for a report: Steno's own JSON, plainer forms of it, and meetings without times.

In: JSON text with `segments` (objects with `text`, and `id`, `speaker`, `start`, `end` where known), or with
`meeting_transcripts` (objects with `speaker` and `content`). Out: a `Transcript`, or `InvalidTranscript` with
the place in one sentence. Where no times are given, each line takes a second.
"""

import json
import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from summarizer.faults import first_fault
from summarizer.lines import language_spoken
from summarizer.schema import Line

LONGEST = 50_000_000
"""Characters of a file."""

_MARK = re.compile(r"\{\w+\}")
"""What annotators write between words, such as `{vocalsound}`."""

_DOUBTED = "suspected_hallucination"
_Id = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)]


class InvalidTranscript(ValueError):
    """The text is no transcript."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """Lines with distinct ids, and what the file says of the meeting, or a guess at its language."""

    meeting_id: str
    title: str
    language: str
    lines: tuple[Line, ...]


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Segment(_Read):
    id: _Id = ""
    speaker: str | None = None
    start: Annotated[float, Field(ge=0, le=1e7)] | None = None
    end: Annotated[float, Field(ge=0, le=1e7)] | None = None
    text: str = Field(validation_alias=AliasChoices("text", "content"))
    flags: list[str] = []


class _Document(_Read):
    meeting: _Id = ""
    title: str | None = None
    lang: str | None = None
    languages: list[str] = []
    segments: list[_Segment] = Field(validation_alias=AliasChoices("segments", "meeting_transcripts"))


def read_transcript(text: str) -> Transcript:
    """The transcript that a JSON text holds, without what is suspected of never having been said.

    Raises InvalidTranscript.
    """
    if len(text) > LONGEST:
        raise InvalidTranscript(f"the transcript has {len(text)} characters, more than {LONGEST}")
    document = _document(text)
    lines: list[Line] = []
    taken: set[str] = set()
    for place, segment in enumerate(document.segments):
        if _DOUBTED in segment.flags:
            continue
        name = segment.id or str(place)
        while name in taken:
            name += "'"
        taken.add(name)
        start = float(place) if segment.start is None else segment.start
        end = start + 1 if segment.end is None else max(start, segment.end)
        lines.append(Line(name, segment.speaker or "", start, end, _MARK.sub("", segment.text)))
    language = document.lang or next(iter(document.languages), "") or language_spoken(lines)
    return Transcript(document.meeting, document.title or "", language, tuple(lines))


def _document(text: str) -> _Document:
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidTranscript("the transcript is not JSON") from error
    try:
        return _Document.model_validate(value)
    except ValidationError as error:
        raise InvalidTranscript(f"the transcript's {first_fault(error)}") from error
