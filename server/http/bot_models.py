"""The bodies, queries and answers of the calls on recorder bots."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from server.http.models import Cursor, MeetingBody, Storable
from server.http.moments import Moment
from server.recorder.course import LeaveWhen
from server.recorder.sending import DEFAULT_NAME, Capture, Order, captured
from server.recorder.states import BotState
from server.store.bot_records import Bot, BotChange
from server.store.records import NewMeeting

OWN = frozenset({"meeting_url", "name", "join_at", "leave_when", "capture", "meeting_id"})
"""Fields of a bot's body that are none of its meeting's."""
BotName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=60, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$"),
    Storable,
]
MeetingUrl = Annotated[
    str, StringConstraints(min_length=1, max_length=2_000, strip_whitespace=True), Storable
]


class LeaveWhenBody(BaseModel):
    """When the bot leaves by itself."""

    empty_seconds: int = Field(60, ge=5, le=3_600, description="After everybody else has left.")
    silence_seconds: int = Field(900, ge=30, le=14_400, description="Without a sound from anybody.")
    max_minutes: int = Field(240, ge=1, le=1_440, description="After it began to record, at the latest.")

    def rules(self) -> LeaveWhen:
        """As the recorder takes them."""
        return LeaveWhen(float(self.empty_seconds), float(self.silence_seconds), float(self.max_minutes))


class CaptureBody(BaseModel):
    """What the bot keeps of what it sees."""

    page: bool = Field(
        False,
        description="The text of the meeting's page with its chat, as `GET /v1/meetings/{id}/page`, and its "
        "images, as pictures: as they are a minute after it has joined, and again when it leaves.",
    )
    slides: bool = Field(
        False,
        description="What is shared in the meeting, as pictures of `GET /v1/meetings/{id}/pictures`: one for "
        "each that stands still, 200 at the most. The bot's browser takes more of the machine then.",
    )


class BotBody(MeetingBody):
    """Where to send a bot, and what may be said of the meeting that it hears."""

    model_config = ConfigDict(title="BotBody")

    meeting_url: MeetingUrl = Field(
        description="The address that people open.", examples=["https://meet.example.org/standup"]
    )
    name: BotName = Field(DEFAULT_NAME, description="The name under which it joins.")
    join_at: Moment | None = Field(None, description="When it joins; null or a time that is over: now.")
    leave_when: LeaveWhenBody = Field(default_factory=LeaveWhenBody)
    capture: CaptureBody = Field(default_factory=CaptureBody)
    meeting_id: Annotated[str, StringConstraints(max_length=64), Storable] | None = Field(
        None, description="A meeting that was made before, whose fields then stay; null: a new one."
    )

    def order(self) -> Order:
        """What is wanted."""
        of_meeting = {name: value for name, value in self.changes().items() if name not in OWN}
        return Order(
            self.meeting_url,
            self.name,
            self.join_at,
            self.leave_when.rules(),
            NewMeeting(**of_meeting),
            self.meeting_id,
            Capture(**self.capture.model_dump()),
        )


class BotsQuery(BaseModel):
    """Which bots."""

    cursor: Cursor = None
    limit: int = Field(50, ge=1, le=200, description="Bots a page.")
    status: BotState | None = Field(None, description="Only those of this status.")


class ReasonOut(BaseModel):
    """Why: a stable code and a sentence."""

    code: str
    message: str

    @classmethod
    def of(cls, code: str | None, sentence: str | None) -> "ReasonOut | None":
        """None where there is nothing to tell."""
        return None if code is None else cls(code=code, message=sentence or "")


class BotOut(BaseModel):
    """A bot. `scheduled` until it joins: before its time, and while all places for bots are taken."""

    id: str
    meeting_id: str
    meeting_url: str
    name: str
    join_at: datetime
    leave_when: LeaveWhenBody
    capture: CaptureBody
    status: BotState
    reason: ReasonOut | None = Field(description="Why it is in this state, or an alarm: `no_sound`.")
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, bot: Bot, **more: Any) -> "BotOut":
        """From the store's record."""
        same = ("id", "meeting_id", "meeting_url", "name", "join_at", "created_at", "updated_at")
        return cls(
            **{name: getattr(bot, name) for name in same},
            leave_when=LeaveWhenBody.model_validate(bot.leave_when),
            capture=CaptureBody(**asdict(captured(bot.capture))),
            status=bot.state,
            reason=ReasonOut.of(bot.code, bot.sentence),
            **more,
        )


class BotChangeOut(BaseModel):
    """A state from a time on; the same state again is an alarm, or its end."""

    at: datetime
    status: BotState
    reason: ReasonOut | None

    @classmethod
    def of(cls, change: BotChange) -> "BotChangeOut":
        """From the store's record."""
        return cls(
            at=change.at or datetime.min,
            status=change.state,
            reason=ReasonOut.of(change.code, change.sentence),
        )


class BotDetail(BotOut):
    """A bot with what became of it, in order."""

    history: list[BotChangeOut]


class BotsOut(BaseModel):
    """A page, the newest first."""

    data: list[BotOut]
    next_cursor: str | None
