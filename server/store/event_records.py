"""What the store keeps of events and of the endpoints that are told of them. Plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, get_args

EventType = Literal[
    "meeting.started",
    "segment.final",
    "meeting.ended",
    "transcript.ready",
    "report.ready",
    "meeting.deleted",
    "bot.status",
]
"""What an endpoint can ask for."""
EVENT_TYPES: Final[tuple[EventType, ...]] = get_args(EventType)
OPT_IN: Final[tuple[EventType, ...]] = ("segment.final",)
"""Told only where it was asked for by name: there are hundreds an hour."""
PING: Final = "webhook.ping"
"""Told to the one endpoint that it was asked for."""

EventState = Literal["pending", "sending", "sent", "given_up"]


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something that becomes true with the caller's transaction. An `id` that was told before is not told
    again."""

    id: str
    type: str
    data: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Disabled:
    """Since when and why nothing is sent to an endpoint: a code, and one sentence."""

    at: datetime
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a workspace wants to be told. Messages are signed with the former secret too until
    `former_until`. `waiting`: how many deliveries were open when they were counted last. `failing_since`: no
    attempt has arrived from then on."""

    id: str
    workspace_id: str
    url: str = field(repr=False)
    description: str
    events: tuple[str, ...]
    secret: str = field(repr=False)
    former_secret: str | None = field(repr=False)
    former_until: datetime | None
    disabled: Disabled | None
    waiting: int
    failing_since: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ClaimedEvent:
    """One event to one endpoint, held by this process. `age`: seconds since its day began; `secrets`: those
    that count now, the newest first."""

    id: str
    endpoint_id: str
    url: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    event_id: str
    type: str
    happened_at: datetime
    data: Mapping[str, Any] = field(repr=False)
    attempts: int
    age: float
    kind: str = "event"


@dataclass(frozen=True, slots=True)
class EventDelivery:
    """What became of one event at one endpoint. `meeting_id` is None of what is of no meeting."""

    id: str
    endpoint_id: str
    event_id: str
    type: str
    meeting_id: str | None
    state: EventState
    attempts: int
    next_at: datetime
    failure_code: str | None
    failure: str | None
    happened_at: datetime
    created_at: datetime
    updated_at: datetime
