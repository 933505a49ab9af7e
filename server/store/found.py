"""What a search through transcripts takes and gives. Plain data."""

from dataclasses import dataclass
from datetime import datetime

from server.store.records import MeetingStatus
from server.store.snippets import Part


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for in a workspace's transcripts, and among what: said from `since` on and before
    `until` (aware), by a speaker, in a language, in one meeting, in meetings of a status."""

    q: str
    workspace: str
    since: datetime | None = None
    until: datetime | None = None
    speaker: str | None = None
    language: str | None = None
    meeting: str | None = None
    status: MeetingStatus | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A segment that was found. `start` and `end` are seconds on its meeting's clock, `said_at` is when it
    began. `flagged`: what was recognised is suspected not to have been said."""

    meeting_id: str
    title: str | None
    status: MeetingStatus
    segment_id: str
    start: float
    end: float
    said_at: datetime
    speaker: str | None
    language: str
    flagged: bool
    snippet: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Hits:
    """A page; `next_cursor` is None on the last one."""

    hits: tuple[Hit, ...]
    next_cursor: str | None
