"""The bodies, queries and answers of the calls on webhooks."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, field_validator

from server.http.models import Storable
from server.http.moments import Zoned
from server.http.notifications import FailureOut
from server.notify.targets import Secret, WebUrl, new_secret
from server.store.event_records import (
    EVENT_TYPES,
    OPT_IN,
    Endpoint,
    EventDelivery,
    EventState,
    EventType,
)

LONGEST_OVERLAP = 7 * 86_400


def _unique(values: list[EventType]) -> list[EventType]:
    return list(dict.fromkeys(values))


Events = Annotated[
    list[EventType], Field(min_length=1, max_length=2 * len(EVENT_TYPES)), AfterValidator(_unique)
]
Description = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True), Storable]
_EVENTS = "Which events. `segment.final` comes only where it is named."


class WebhookBody(BaseModel):
    """Where a workspace wants to be told, and of what."""

    url: Annotated[WebUrl, Storable] = Field(description="Where to post to.")
    events: Events = Field([one for one in EVENT_TYPES if one not in OPT_IN], description=_EVENTS)
    description: Description = Field("", description="For people.")
    secret: Secret = Field(
        default_factory=new_secret, description="`whsec_…`; one is made where none is given."
    )


class WebhookChanges(BaseModel):
    """What to change; what is left out stays. `enabled` true makes one that was disabled begin anew."""

    # Factories, so that the contract promises no value for what is left out.
    url: Annotated[WebUrl, Storable] = Field(default_factory=str, description="Where to post to.")
    events: Events = Field(default_factory=list, description=_EVENTS)
    description: Description = Field(default_factory=str, description="For people.")
    enabled: bool = Field(default_factory=bool, description="Whether anything is sent.")

    def changes(self) -> dict[str, Any]:
        """The fields that were sent, but for `enabled`."""
        return self.model_dump(exclude_unset=True, exclude={"enabled"})

    def enabling(self) -> bool | None:
        """Whether it is to be switched on or off; None where that stays."""
        return self.enabled if "enabled" in self.model_fields_set else None


class RotationBody(BaseModel):
    """A new secret."""

    secret: Secret = Field(
        default_factory=new_secret, description="`whsec_…`; one is made where none is given."
    )
    overlap_seconds: int = Field(
        86_400,
        ge=0,
        le=LONGEST_OVERLAP,
        description="For how long messages are signed with the former secret too.",
    )


class ReplayBody(BaseModel):
    """What to send again."""

    since: Zoned = Field(description="All that was made then or later and was given up.")

    @field_validator("since")
    @classmethod
    def _storable(cls, since: datetime) -> datetime:
        if not 1970 <= since.year <= 9000:
            raise ValueError("must be a time between the years 1970 and 9000")
        return since


class WebhookDeliveriesQuery(BaseModel):
    """Which deliveries."""

    cursor: Annotated[str, StringConstraints(max_length=500), Storable] | None = Field(
        None, description="`next_cursor` of the page before."
    )
    limit: int = Field(50, ge=1, le=200, description="Deliveries a page.")
    state: EventState | None = Field(None, description="Only those of this state.")


class DisabledOut(BaseModel):
    """Why nothing is sent: `gone` (it answered 410), `failing` (nothing arrived for three days) or `asked`
    (it was switched off)."""

    at: datetime
    code: str
    message: str


class WebhookOut(BaseModel):
    """A webhook. `failing_since`: nothing has arrived from then on; `former_secret_until`: messages are
    signed twice until then."""

    id: str
    url: str
    events: list[str]
    description: str
    enabled: bool
    disabled: DisabledOut | None
    waiting: int = Field(description="Messages that were on their way to it when they were counted last.")
    failing_since: datetime | None
    former_secret_until: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, one: Endpoint, **more: Any) -> "WebhookOut":
        """From the store's record."""
        same = ("id", "url", "description", "waiting", "failing_since", "created_at", "updated_at")
        why = one.disabled
        return cls(
            **{name: getattr(one, name) for name in same},
            events=list(one.events),
            enabled=why is None,
            disabled=None if why is None else DisabledOut(at=why.at, code=why.code, message=why.reason),
            former_secret_until=one.former_until,
            **more,
        )


class WebhookSecretOut(WebhookOut):
    """A webhook with its secret, which is shown in this answer and in no other."""

    secret: str


class WebhooksOut(BaseModel):
    """All of the workspace, at most 20, the newest first."""

    data: list[WebhookOut]
    next_cursor: None = None


class WebhookDeletedOut(BaseModel):
    """It is deleted, with its history."""

    id: str


class WebhookDeliveryOut(BaseModel):
    """One event to one webhook. `event_id` is the `webhook-id` of each attempt."""

    id: str
    event_id: str
    type: str
    meeting_id: str | None
    state: EventState
    attempts: int
    next_at: datetime | None = Field(
        description="When it is tried next, if it is; not before the earlier ones of its meeting are done."
    )
    error: FailureOut | None
    happened_at: datetime
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, one: EventDelivery) -> "WebhookDeliveryOut":
        """From the store's record."""
        same = (
            *("id", "event_id", "type", "meeting_id", "state", "attempts"),
            *("happened_at", "created_at", "updated_at"),
        )
        return cls(
            **{name: getattr(one, name) for name in same},
            next_at=one.next_at if one.state == "pending" else None,
            error=FailureOut.of(one.failure_code, one.failure),
        )


class WebhookDeliveriesOut(BaseModel):
    """A page, the newest first."""

    data: list[WebhookDeliveryOut]
    next_cursor: str | None


class ReplayedOut(BaseModel):
    """How many are sent again; with `more`, ask again when these have arrived."""

    replayed: int
    more: bool
