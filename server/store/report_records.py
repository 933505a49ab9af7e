"""What the store keeps of reports. Plain data; `report` and `drafts` are JSON as the summarizer wrote it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

MOST_VERSIONS: Final = 200
"""Versions of one meeting's reports; who has made so many is refused another."""
GIVEN_UP: Final = -1
"""The `attempt` of a report that no further attempt is made at."""


@dataclass(frozen=True, slots=True)
class NewReport:
    """A report to be stored as the newest version. `ending` is the end of the meeting that led to it; with
    `writing`, the work of a language model on it is queued."""

    template: str
    language: str
    report: Mapping[str, Any]
    ending: int | None = None
    writing: bool = False
    keep_edits: bool = True


@dataclass(frozen=True, slots=True)
class StoredReport:
    """One version. `attempt` counts from 0, until it is `GIVEN_UP`; `failure` is why the last one failed,
    `failure_code` its code. `newest` is the meeting's newest version at the time of reading."""

    meeting_id: str
    version: int
    created_at: datetime
    updated_at: datetime
    template: str
    language: str
    report: Mapping[str, Any]
    writing: bool
    keep_edits: bool
    attempt: int
    failure_code: str | None
    failure: str | None
    newest: int


@dataclass(frozen=True, slots=True)
class ReportHead:
    """One version without its text."""

    version: int
    created_at: datetime
    updated_at: datetime
    status: str
    writing: bool
    template: str
    template_version: int
    language: str
    reason: str | None
    failure_code: str | None
    model: str | None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt failed: a stable code, and a sentence for people."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class StoredTemplate:
    """A workspace's own template, as TOML."""

    name: str
    version: int
    created_at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Work after a meeting that failed for good, until somebody has it done again."""

    id: str
    meeting_id: str
    workflow: str
    number: int
    step: str
    code: str
    sentence: str
    failed_at: datetime
