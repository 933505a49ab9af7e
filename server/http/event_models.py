"""The messages that a webhook brings, as models: the `webhooks` of the contract are made from them.

In: nothing. Out: a model of the body of each event, and an example of it. Nothing is built from these
models: tests hold what is really sent against them.
"""

import copy
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from server.http.models import WordOut
from server.recorder.states import BotState


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _OfMeeting(_Told):
    meeting_id: str
    title: str | None
    metadata: dict[str, JsonValue] | None = Field(
        description="The meeting's, as it was then; null where the message would be too large with it."
    )
    meeting_url: str | None = Field(description="The meeting's page, if the server knows its own address.")


class MeetingStartedData(_OfMeeting):
    """Somebody streams to the meeting: for the first time, or again after it had ended."""

    started_at: AwareDatetime = Field(description="When it began first.")


class SegmentFinalData(_Told):
    """A piece of the transcript that is final. Times are seconds on the meeting's clock."""

    meeting_id: str
    session_id: str
    segment_id: str
    seq: int = Field(description="The number under which viewers of the captions saw it.")
    start: float
    end: float
    text: str
    language: str
    speaker: str | None
    track: str | None
    confidence: float | None
    flags: list[str] = Field(description="Why it is suspected to be no speech.")
    words: list[WordOut] | None = Field(description="Null where the message would be too large with them.")


class MeetingEndedData(_OfMeeting):
    """The last stream to the meeting has ended."""

    started_at: AwareDatetime | None
    ended_at: AwareDatetime
    duration: float = Field(description="Seconds.")


class TranscriptReadyData(_OfMeeting):
    """The transcript is whole."""

    duration: float
    transcript_url: str | None


class ReportReadyData(_OfMeeting):
    """A version of the report is written."""

    version: int
    status: str | None
    language: str | None
    report_url: str | None


class MeetingDeletedData(_Told):
    """The meeting is deleted, with all that was still to be told of it."""

    meeting_id: str
    deleted_at: AwareDatetime


class BotReason(_Told):
    """Why: a stable code and a sentence."""

    code: str
    message: str


class BotStatusData(_Told):
    """A bot has another state, or raises an alarm within one."""

    bot_id: str
    meeting_id: str
    meeting_url: str | None = Field(description="The meeting's page, if the server knows its own address.")
    name: str
    status: BotState
    reason: BotReason | None


class WebhookPingData(_Told):
    """A test that somebody asked for."""

    webhook_id: str


class _Message(_Told):
    timestamp: AwareDatetime = Field(description="When it happened; the same in every attempt.")


class MeetingStarted(_Message):
    """A meeting is live."""

    type: Literal["meeting.started"]
    data: MeetingStartedData


class SegmentFinal(_Message):
    """Something was said. Only where it is asked for by name."""

    type: Literal["segment.final"]
    data: SegmentFinalData


class MeetingEnded(_Message):
    """A meeting has ended."""

    type: Literal["meeting.ended"]
    data: MeetingEndedData


class TranscriptReady(_Message):
    """The transcript can be read whole."""

    type: Literal["transcript.ready"]
    data: TranscriptReadyData


class ReportReady(_Message):
    """A report can be read."""

    type: Literal["report.ready"]
    data: ReportReadyData


class MeetingDeleted(_Message):
    """A meeting is there no more."""

    type: Literal["meeting.deleted"]
    data: MeetingDeletedData


class BotStatus(_Message):
    """What has become of a bot."""

    type: Literal["bot.status"]
    data: BotStatusData


class WebhookPing(_Message):
    """A test."""

    type: Literal["webhook.ping"]
    data: WebhookPingData


MESSAGES: Final[dict[str, type[BaseModel]]] = {
    "meeting.started": MeetingStarted,
    "segment.final": SegmentFinal,
    "meeting.ended": MeetingEnded,
    "transcript.ready": TranscriptReady,
    "report.ready": ReportReady,
    "meeting.deleted": MeetingDeleted,
    "bot.status": BotStatus,
    "webhook.ping": WebhookPing,
}

_ID: Final = "mtg_4k2p9x7c1m0q8z5r3w6t"
_PAGE: Final = f"https://steno.example/meetings/{_ID}"
_CALLS: Final = f"https://steno.example/v1/meetings/{_ID}"
_MEETING: Final = {
    "meeting_id": _ID,
    "title": "Launch",
    "metadata": {"crm": "deal-17"},
    "meeting_url": _PAGE,
}
_BEGAN: Final = datetime.fromisoformat("2026-11-26T09:30:00+00:00")
_EXAMPLES: Final[dict[str, tuple[int, dict[str, Any]]]] = {
    "meeting.started": (0, {**_MEETING, "started_at": "2026-11-26T09:30:00+00:00"}),
    "segment.final": (
        5,
        {
            "meeting_id": _ID,
            "session_id": "ses_7m3v",
            "segment_id": "ses_7m3v-00001",
            "seq": 12,
            "start": 3.2,
            "end": 4.4,
            "text": "We launch on Friday.",
            "language": "en",
            "speaker": "Ann",
            "track": None,
            "confidence": 0.93,
            "flags": [],
            "words": [
                {"word": "We", "start": 3.2, "end": 3.4, "confidence": 0.98},
                {"word": "launch", "start": 3.4, "end": 3.8, "confidence": 0.95},
                {"word": "on", "start": 3.8, "end": 3.9, "confidence": 0.97},
                {"word": "Friday.", "start": 3.9, "end": 4.4, "confidence": 0.9},
            ],
        },
    ),
    "meeting.ended": (
        30,
        {
            **_MEETING,
            "started_at": "2026-11-26T09:30:00+00:00",
            "ended_at": "2026-11-26T09:30:30+00:00",
            "duration": 30.0,
        },
    ),
    "transcript.ready": (30, {**_MEETING, "duration": 30.0, "transcript_url": f"{_CALLS}/transcript"}),
    "report.ready": (
        31,
        {
            **_MEETING,
            "version": 1,
            "status": "ok",
            "language": "en",
            "report_url": f"{_CALLS}/report?version=1",
        },
    ),
    "meeting.deleted": (59, {"meeting_id": _ID, "deleted_at": "2026-11-26T09:30:59+00:00"}),
    "bot.status": (
        20,
        {
            "bot_id": "bot_2f7d1c9a4b6e8035d1f2",
            "meeting_id": _ID,
            "meeting_url": _PAGE,
            "name": "Steno",
            "status": "leaving",
            "reason": {"code": "empty", "message": "Everybody else has left the meeting."},
        },
    ),
    "webhook.ping": (0, {"webhook_id": "whe_0b5e9f2c7a1d4e6f8a3b5c7d"}),
}
"""Seconds after the beginning, and the data."""


def example(event: str) -> dict[str, Any]:
    """A body of this event, the caller's own."""
    seconds, data = copy.deepcopy(_EXAMPLES[event])
    return {"type": event, "timestamp": _BEGAN.replace(second=seconds).isoformat(), "data": data}
