"""The bodies and answers of the calls on calendars."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from server.calendars.links import Service
from server.calendars.occurrence import Occurrence
from server.calendars.plan import Filter, Key, joins_at, key_of
from server.http.models import Name, Storable
from server.http.notifications import FailureOut
from server.notify.targets import LONGEST_URL, Notify, stored, told
from server.store.calendar_records import Calendar

_SCHEMES = {"webcal": "https", "webcals": "https", "https": "https", "http": "http"}
"""What a feed is fetched by, by how its address begins: `webcal` is how calendars offer one to programs."""


def _address(text: str) -> str:
    scheme, _, rest = text.partition("://")
    url = f"{_SCHEMES.get(scheme.lower(), '')}://{rest}"
    try:
        parts = urlsplit(url)
        sound = bool(parts.scheme and parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        sound = False
    if not sound or not text.isprintable() or " " in text or "\\" in text:
        raise ValueError("must be the address of a feed that begins with https:// or webcal://")
    if parts.username is not None:
        raise ValueError("must name no user and no password; take the calendar's secret address")
    return url


Address = Annotated[
    str,
    StringConstraints(max_length=LONGEST_URL, strip_whitespace=True),
    AfterValidator(_address),
    Storable,
]
Part = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True), Storable]


class CalendarFilter(BaseModel):
    """Which meetings of a calendar get a bot."""

    model_config = ConfigDict(extra="forbid")

    titles: list[Part] = Field(
        [], max_length=50, description="Only those whose title has one of these in it; empty: any."
    )
    without: list[Part] = Field([], max_length=50, description="None whose title has one of these in it.")
    services: list[Service] = Field([], max_length=50, description="Only those held there; empty: anywhere.")

    def takes(self) -> Filter:
        """As it is applied."""
        return Filter(self.titles, self.without, self.services)


class CalendarBody(BaseModel):
    """A calendar, by the secret address of its feed in the iCalendar format."""

    url: Address = Field(
        description="Kept as a secret: no answer shows more than its host.",
        examples=["https://calendar.google.com/calendar/ical/ann%40example.org/private-1a2b/basic.ics"],
    )
    name: Name = Field("", description="For people.")
    bot_name: Annotated[Name, StringConstraints(min_length=1)] | None = Field(
        None, description="Under which bots join."
    )
    template: Name | None = Field(None, description="Name of the template of the meetings' reports.")
    notify: Notify | None = Field(None, description="Whom to tell when a report is ready.")
    filter: CalendarFilter = Field(
        default_factory=CalendarFilter, description="Which meetings get a bot; all without one."
    )

    def new(self) -> dict[str, Any]:
        """As the store takes it."""
        return self.model_dump() | {"notify": None if self.notify is None else stored(self.notify)}


class CalendarOut(BaseModel):
    """A calendar. `new`: not looked at yet; `failing`: the last look found no feed, for the reason in
    `error`, and what was read before stays."""

    id: str
    name: str
    url: str = Field(description="Its host; the rest is a secret.")
    bot_name: str | None
    template: str | None
    notify: dict[str, JsonValue] | None = Field(description="Whom; keys and tokens are left out.")
    filter: CalendarFilter
    state: Literal["new", "ok", "failing"]
    error: FailureOut | None
    skipped: int = Field(description="Series of the feed that could not be read.")
    read_at: datetime | None = Field(description="When the feed was read last.")
    checked_at: datetime | None = Field(description="When it was looked at last.")
    next_at: datetime = Field(description="When it is looked at next.")
    created_at: datetime

    @classmethod
    def of(cls, one: Calendar, **more: Any) -> "CalendarOut":
        """From the store's record."""
        same = (
            *("id", "name", "bot_name", "template", "skipped"),
            *("read_at", "checked_at", "next_at", "created_at"),
        )
        state = "failing" if one.failures else "new" if one.checked_at is None else "ok"
        return cls(
            **{name: getattr(one, name) for name in same},
            url=_origin(one.url),
            notify=told(one.notify),
            filter=CalendarFilter.model_validate(one.filter),
            state=state,
            error=FailureOut.of(one.failure_code, one.failure),
            **more,
        )


class CalendarMeetingOut(BaseModel):
    """A meeting that is to come. `bot_joins_at`: null where the filter wants no bot in it; `bot_id`: null
    until its bot is booked, a day ahead."""

    title: str
    service: str
    meeting_url: str
    starts_at: datetime
    ends_at: datetime
    bot_joins_at: datetime | None
    bot_id: str | None


class CalendarDetail(CalendarOut):
    """A calendar with the meetings of the days ahead that have a link, the soonest first."""

    meetings: list[CalendarMeetingOut]

    @classmethod
    def with_meetings(
        cls, one: Calendar, meetings: Sequence[Occurrence], bots: Mapping[Key, str]
    ) -> "CalendarDetail":
        """From the store's records."""
        wanted = CalendarFilter.model_validate(one.filter).takes()
        shown = [
            CalendarMeetingOut(
                title=meeting.title,
                service=meeting.service,
                meeting_url=meeting.url,
                starts_at=meeting.starts_at,
                ends_at=meeting.ends_at,
                bot_joins_at=joins_at(meeting.starts_at) if wanted.takes(meeting) else None,
                bot_id=bots.get(key_of(meeting)),
            )
            for meeting in meetings
        ]
        return cls(**CalendarOut.of(one).model_dump(), meetings=shown)


class CalendarsOut(BaseModel):
    """All of the workspace, at most 50, the newest first."""

    data: list[CalendarOut]
    next_cursor: None = None


class CalendarDeletedOut(BaseModel):
    """It is deleted, with what was read of it."""

    id: str


def _origin(text: str) -> str:
    url = urlsplit(text)
    return f"{url.scheme}://{url.netloc}/…"
