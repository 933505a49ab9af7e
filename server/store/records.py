"""What the store takes and gives. Plain data; wall-clock times are aware datetimes in UTC."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from streaming.ledger import Interval, Outcome
from streaming.segments import Coverage, Segment

MeetingStatus = Literal["created", "live", "ended"]
SessionStatus = Literal["live", "ended"]


@dataclass(frozen=True, slots=True)
class NewMeeting:
    """What a caller may say of a meeting when it is made. `record`: the sound of all its sessions is kept."""

    title: str | None = None
    languages: tuple[str, ...] = ()
    template: str | None = None
    stability: Literal["stable", "accurate"] = "stable"
    hotwords: tuple[str, ...] = ()
    notify: Mapping[str, Any] | None = None
    retention_days: int | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    record: bool = False


@dataclass(frozen=True, slots=True)
class Meeting(NewMeeting):
    """A stored meeting. `started_at` is when its first session began: zero of the meeting's clock. `speakers`
    are names that people gave, by label; None where nobody ever gave one."""

    id: str = ""
    workspace: str = ""
    status: MeetingStatus = "created"
    created_at: datetime = datetime.min
    started_at: datetime | None = None
    ended_at: datetime | None = None
    duration: float = 0.0
    coverage: Coverage = field(default_factory=Coverage)
    last_seq: int = 0
    speakers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class NewSession:
    """One stream of audio into a meeting. `options` are what the client asked for and `token_hash` is what
    it must prove to know, should the session be resumed; without them it cannot be. `key_id` is the key whose
    quotas and usage it counts for."""

    id: str
    encoding: str
    sample_rate: int | None
    channels: int | None
    speaker: str | None = None
    track: str | None = None
    options: Mapping[str, Any] | None = None
    token_hash: str | None = None
    key_id: str | None = None


@dataclass(frozen=True, slots=True)
class Session(NewSession):
    """A stored session. `offset` is its start in seconds on the meeting's clock; `position` is the
    sample (16 kHz) up to which everything is stored, `progress` what a session that goes on must know, `seq`
    the last number that its client may have seen."""

    meeting_id: str = ""
    status: SessionStatus = "live"
    started_at: datetime = datetime.min
    ended_at: datetime | None = None
    offset: float = 0.0
    position: int = 0
    duration: float = 0.0
    coverage: Coverage = field(default_factory=Coverage)
    progress: Mapping[str, Any] | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Lease:
    """A process keeps sessions live: it is their `owner`, and renews its right to them more often than every
    `seconds`. A session whose lease nobody renews is finished by whoever is sure of it first."""

    owner: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Standing:
    """The lease of a live session as the store has it; `over` by the database's clock."""

    until: datetime
    over: bool


@dataclass(frozen=True, slots=True)
class Progressed:
    """How far a session has come, besides its position and coverage: `intervals` are what is new in that, for
    each track. With `owner` only while that one still is its owner; `late` when it is closed because nobody
    resumed it."""

    progress: Mapping[str, Any] | None = None
    seq: int = 0
    owner: str | None = None
    late: bool = False
    intervals: Sequence[Sequence[Interval]] = ()


@dataclass(frozen=True, slots=True)
class StoredSegment:
    """A final on the meeting's clock, with the sequence numbers under which viewers and its own client saw
    it; for the client it is the highest that it can have been."""

    segment: Segment
    session_id: str
    seq: int
    client_seq: int = 0


@dataclass(frozen=True, slots=True)
class Covered:
    """What became of a stretch of one track of a session, in seconds on the meeting's clock."""

    session: str
    track: int
    start: float
    end: float
    outcome: Outcome
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list; `next_cursor` is opaque and None on the last one."""

    meetings: tuple[Meeting, ...]
    next_cursor: str | None
