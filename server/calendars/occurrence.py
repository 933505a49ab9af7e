"""A meeting as a calendar has it, and what was found in a feed: plain records."""

from dataclasses import dataclass
from datetime import datetime

from server.calendars.links import Service


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A meeting. `uid` and `recurrence` name it whatever else changes: `recurrence` is when that one of a
    series would have begun (UTC, `20261126T100000Z`), empty for what does not repeat. Times are in UTC."""

    uid: str
    recurrence: str
    title: str
    starts_at: datetime
    ends_at: datetime
    service: Service
    url: str


@dataclass(frozen=True, slots=True)
class Feed:
    """What was found, by time. `skipped`: series that cannot be read."""

    occurrences: tuple[Occurrence, ...]
    skipped: int = 0
