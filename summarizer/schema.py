"""The report as it is stored: frozen values, written to and read from JSON.

Seconds are on the meeting's clock. Nothing here renders, checks or computes; what stands in an `Item` beyond
its text was found by code in the transcript, never taken from a model.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from summarizer.faults import first_fault

SCHEMA: Literal[1] = 1

Status = Literal["ok", "partial", "extractive", "failed"]
Kind = Literal["bullets", "actions", "decisions", "qa", "topics", "table", "text"]
Support = Literal["verbatim", "lexical", "recited", "weak", "edited"]
Flag = Literal["number", "name", "owner", "due", "no_commitment", "negation", "duplicate"]
Rung = Literal["json_schema", "json_object", "text"]
"""How a model was held to the form of its answer, the strictest first."""

_STRICT = ConfigDict(extra="forbid")


class InvalidReport(ValueError):
    """What was read is no report of this schema."""


@dataclass(frozen=True, slots=True)
class Line:
    """One segment of a transcript, as the report sees it. `speaker` is "" where not known."""

    id: str
    speaker: str
    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """The words of one cited segment, with their place."""

    __pydantic_config__ = _STRICT
    segment_id: str
    start_s: float
    end_s: float
    text: str
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One statement, the segments it rests on and what the check found. `flags` are doubts to show."""

    __pydantic_config__ = _STRICT
    id: str
    text: str
    cites: tuple[str, ...]
    quotes: tuple[Quote, ...] = ()
    support: Support = "lexical"
    flags: tuple[Flag, ...] = ()
    owner: str | None = None
    owner_evidence: str | None = None
    due_text: str | None = None
    due_date: date | None = None
    certainty: Literal["firm", "tentative"] = "firm"


@dataclass(frozen=True, slots=True)
class Section:
    """Statements under one heading."""

    __pydantic_config__ = _STRICT
    key: str
    heading: str
    kind: Kind
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Dropped:
    """A statement that did not pass the check, kept for audit with the reason in one sentence."""

    __pydantic_config__ = _STRICT
    section: str
    item: Item
    why: str


@dataclass(frozen=True, slots=True)
class Stats:
    """Counts of the whole meeting. `talk_time` is pairs of speaker and seconds, the longest first."""

    __pydantic_config__ = _STRICT
    talk_time: tuple[tuple[str, float], ...] = ()
    turns: int = 0
    words: int = 0


@dataclass(frozen=True, slots=True)
class Model:
    """Which language model wrote the report, how its form was held, and what it cost."""

    __pydantic_config__ = _STRICT
    base_url_host: str
    model: str
    structured: Rung
    prompt_version: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Report:
    """A report. `covered` is the stretches, in seconds, that were read; `model` is None without one."""

    __pydantic_config__ = _STRICT
    meeting_id: str
    template: str
    template_version: int
    language: str
    status: Status
    covered: tuple[tuple[float, float], ...]
    stats: Stats
    title: str
    gist: str
    sections: tuple[Section, ...]
    dropped: tuple[Dropped, ...] = ()
    model: Model | None = None
    reason: str | None = None
    schema: Literal[1] = SCHEMA


_ADAPTER = TypeAdapter(Report)


def to_json(report: Report) -> str:
    """The report as one JSON document."""
    return _ADAPTER.dump_json(report).decode()


def from_json(text: str | bytes) -> Report:
    """A report that was written by `to_json`. Raises `InvalidReport` on anything else."""
    try:
        return _ADAPTER.validate_json(text)
    except ValidationError as error:
        raise InvalidReport(f"not a report of schema {SCHEMA}: {first_fault(error)}") from error
