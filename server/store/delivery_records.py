"""What the store keeps of notifications. Plain data; `target` and `notify` are JSON as `server.notify`
wrote it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

DeliveryState = Literal["pending", "sending", "sent", "failed", "unknown", "gone"]


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """Somebody to be told. `digest` is the same for the same receiver."""

    kind: str
    digest: str
    target: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one receiver. `number` is which end of the meeting it tells of, `attempts` how often
    it was tried, the present one included."""

    id: str
    meeting_id: str
    number: int
    digest: str
    report_version: int
    kind: str
    target: Mapping[str, Any] = field(repr=False)
    state: DeliveryState
    attempts: int
    next_at: datetime
    failure_code: str | None
    failure: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an attempt. `next_in`: seconds until the next, of one that is pending. `silence`: the
    receiver is to be told nothing any more."""

    state: DeliveryState
    code: str | None = None
    sentence: str | None = None
    next_in: float = 0.0
    silence: bool = False


@dataclass(frozen=True, slots=True)
class NotificationSettings:
    """Of the workspace: whom to tell of every meeting, and the keys for links and pushes."""

    notify: Mapping[str, Any] | None = field(repr=False)
    mail_key: str = field(repr=False)
    push_key: str = field(repr=False)
