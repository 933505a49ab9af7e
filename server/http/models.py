"""The bodies and queries of the HTTP calls as pydantic models: what is checked here is what /docs promises.

In: JSON from anybody. Out: values within their limits, or pydantic's `ValidationError`. Unknown fields are
ignored. Models named `…Out` describe answers; they are built from records in one place each.
"""

import json
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from server.documents.forms import TranscriptForm
from server.http.moments import Moment
from server.notify.targets import Notify, stored, told
from server.store.records import Covered, Meeting, MeetingStatus, NewMeeting, Session
from streaming.languages import LANGUAGES
from streaming.ledger import Outcome
from streaming.segments import Coverage

METADATA_BYTES = 16 * 1024


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("must not contain the NUL character")
    if not text.isprintable() and any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("must be valid Unicode, without lone surrogates")
    return text


def _language(code: str) -> str:
    if code.lower() not in LANGUAGES:
        raise ValueError("must be a language code that Whisper knows, such as en or ru")
    return code.lower()


def _unique(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _small(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    text = json.dumps(value, ensure_ascii=False)
    if len(text.encode(errors="surrogatepass")) > METADATA_BYTES:
        raise ValueError(f"must be at most {METADATA_BYTES} bytes of JSON")
    for part in _strings(value):
        _storable(part)
    return value


def _strings(value: JsonValue) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for name, item in value.items() for text in (name, *_strings(item))]
    return [text for item in value for text in _strings(item)] if isinstance(value, list) else []


Storable = AfterValidator(_storable)
Title = Annotated[str, StringConstraints(max_length=300, strip_whitespace=True), Storable]
Name = Annotated[str, StringConstraints(max_length=100, strip_whitespace=True), Storable]
Hotword = Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True), Storable]
Language = Annotated[str, AfterValidator(_language), Field(json_schema_extra={"enum": sorted(LANGUAGES)})]
Languages = Annotated[list[Language], Field(max_length=len(LANGUAGES)), AfterValidator(_unique)]
Hotwords = Annotated[list[Hotword], Field(max_length=100), AfterValidator(_unique)]
SmallObject = Annotated[dict[str, JsonValue], AfterValidator(_small)]
Cursor = Annotated[
    Annotated[str, StringConstraints(max_length=500), Storable] | None,
    Field(description="`next_cursor` of the page before."),
]
ReportStatus = Literal["off", "pending", "ready", "failed"]
RetentionDays = Annotated[int, Field(ge=1, le=36_500)]


class MeetingBody(BaseModel):
    """What may be said of a meeting. All fields may be left out."""

    model_config = ConfigDict(title="MeetingBody")

    title: Title | None = Field(None, description="What the meeting is about.")
    languages: Languages = Field(
        [], description="Languages spoken; empty: detected.", examples=[["ru", "en"]]
    )
    template: Name | None = Field(None, description="Name of the report's template.")
    stability: Literal["stable", "accurate"] = Field(
        "stable",
        description="`stable`: shown words never change. `accurate`: the final may correct them.",
    )
    hotwords: Hotwords = Field([], description="Names and terms to listen for.")
    notify: Notify | None = Field(
        None, description="Whom to tell when the report is ready, beside those of the workspace."
    )
    retention_days: RetentionDays | None = Field(
        None, description="Days from its end until all is deleted; null: as the workspace says."
    )
    metadata: SmallObject = Field({}, description="Yours, kept as it is: at most 16 KiB.")
    record: bool = Field(False, description="Keep the sound of all its streams, to be played again.")

    def changes(self) -> dict[str, Any]:
        """The fields that were sent, as the store takes them."""
        values = self.model_dump(exclude_unset=True)
        if values.get("notify") is not None and self.notify is not None:
            values["notify"] = stored(self.notify)  # With what was made for it.
        return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}

    def new(self) -> NewMeeting:
        """A meeting to make."""
        return NewMeeting(**self.changes())


class PageQuery(BaseModel):
    """Which page."""

    cursor: Cursor = None
    limit: int = Field(200, ge=1, le=200, description="Rows a page.")


class ListQuery(BaseModel):
    """Which meetings."""

    cursor: Cursor = None
    limit: int = Field(50, ge=1, le=200, description="Meetings a page.")
    status: MeetingStatus | None = Field(None, description="Only those of this status.")
    since: Moment | None = Field(None, alias="from", description="Only those made at this time or later.")
    until: Moment | None = Field(None, alias="to", description="Only those made before this time.")
    q: Annotated[str, StringConstraints(max_length=200, strip_whitespace=True), Storable] = Field(
        "", description="Words to find in titles and transcripts, Russian and English."
    )


class TranscriptQuery(BaseModel):
    """In which form."""

    format: TranscriptForm = Field("json", description="Form of the transcript.")
    words: bool = Field(False, description="With the time of each word (json only).")
    since: float | None = Field(
        None, ge=0, allow_inf_nan=False, description="Only what ends after this second of the meeting."
    )
    until: float | None = Field(
        None, ge=0, allow_inf_nan=False, description="Only what begins before this second of the meeting."
    )
    download: bool = Field(False, description="Ask the browser to save it as a file.")


class CaptionsQuery(BaseModel):
    """From where on."""

    since: int = Field(0, ge=0, le=2**63 - 1, description="Number of the last caption seen.")


class SubtitlesQuery(BaseModel):
    """How captions lie beside a video."""

    mpegts: int = Field(
        0, ge=0, lt=2**33, description="Where the video's stream has the meeting's zero, in units of 90 kHz."
    )


class CoverageOut(BaseModel):
    """Where every received second ended; the parts sum to `received`."""

    received: float
    transcribed: float
    silence: float
    quarantined: float
    lost: float

    @classmethod
    def of(cls, coverage: Coverage) -> "CoverageOut":
        """Rounded to milliseconds."""
        names = cls.model_fields
        return cls(**{name: round(getattr(coverage, name), 3) for name in names})


class CoverageQuery(BaseModel):
    """Which stretches, and in how many slices the whole."""

    outcome: Outcome | None = Field(None, description="Only stretches of this class.")
    cursor: int = Field(0, ge=0, le=10**9, description="`next_cursor` of the answer before.")
    limit: int = Field(500, ge=0, le=5000, description="Stretches an answer.")
    slices: int = Field(0, ge=0, le=1000, description="Equal slices of the whole meeting; 0: none.")


class IntervalOut(BaseModel):
    """A stretch of one track whose every sample had one outcome. Seconds on the meeting's clock."""

    session: str
    track: int
    start: float
    end: float
    outcome: Outcome
    reason: str | None = Field(None, description="Why audio was lost, such as `not_resumed`.")

    @classmethod
    def of(cls, covered: Covered) -> "IntervalOut":
        """From the store's record, rounded to milliseconds."""
        same = {name: getattr(covered, name) for name in ("session", "track", "outcome", "reason")}
        return cls(**same, start=round(covered.start, 3), end=round(covered.end, 3))


class SliceOut(BaseModel):
    """One of the equal slices of a meeting: seconds of each class, summed over sessions and tracks."""

    start: float
    end: float
    transcribed: float
    silence: float
    quarantined: float
    lost: float


class MeetingCoverage(BaseModel):
    """Where the audio of a meeting ended. What is received and has no outcome yet is in no stretch."""

    meeting: str
    duration: float
    coverage: CoverageOut
    slices: list[SliceOut]
    intervals: list[IntervalOut] = Field(description="By session, by track, by start; neighbours joined.")
    next_cursor: int | None = Field(None, description="Left out on the last page.")


class SessionOut(BaseModel):
    """One stream of audio into a meeting. Seconds; `offset` is on the meeting's clock."""

    id: str
    status: Literal["live", "ended"]
    started_at: datetime
    ended_at: datetime | None
    offset: float
    duration: float
    encoding: str
    sample_rate: int | None
    channels: int | None
    speaker: str | None
    track: str | None
    coverage: CoverageOut

    @classmethod
    def of(cls, session: Session) -> "SessionOut":
        """From the store's record."""
        same = ("id", "status", "started_at", "ended_at", "encoding", "sample_rate", "channels")
        return cls(
            **{name: getattr(session, name) for name in (*same, "speaker", "track")},
            offset=round(session.offset, 3),
            duration=round(session.duration, 3),
            coverage=CoverageOut.of(session.coverage),
        )


class MeetingOut(BaseModel):
    """A meeting. `duration` in seconds; `last_seq` is the number of its newest stored caption."""

    id: str
    status: MeetingStatus
    title: str | None
    languages: list[str]
    template: str | None
    stability: Literal["stable", "accurate"]
    hotwords: list[str]
    notify: dict[str, JsonValue] | None
    retention_days: int | None
    metadata: dict[str, JsonValue]
    record: bool
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    duration: float
    last_seq: int

    @classmethod
    def of(cls, meeting: Meeting, **more: Any) -> Self:
        """From the store's record."""
        values = {name: getattr(meeting, name) for name in MeetingOut.model_fields}
        values["duration"] = round(meeting.duration, 3)
        return cls.model_validate({**values, **_plain(meeting), **more})


def _plain(meeting: Meeting) -> dict[str, Any]:
    return {
        "languages": list(meeting.languages),
        "hotwords": list(meeting.hotwords),
        "notify": told(meeting.notify),
        "metadata": dict(meeting.metadata),
    }


class MeetingDetail(MeetingOut):
    """A meeting with its sessions and where its audio went."""

    coverage: CoverageOut
    sessions: list[SessionOut]
    report_status: ReportStatus


class ListedMeeting(MeetingOut):
    """A meeting as it stands in a list."""

    report_status: ReportStatus


class MeetingList(BaseModel):
    """A page of meetings, newest first."""

    data: list[ListedMeeting]
    next_cursor: str | None


class WordOut(BaseModel):
    """One word with its place in seconds."""

    word: str
    start: float
    end: float
    confidence: float


class SegmentOut(BaseModel):
    """One utterance. Seconds on the meeting's clock; fields without a value are left out."""

    id: str
    start: float
    end: float
    text: str
    language: str
    speaker: str = ""
    speaker_label: str = Field("", description="What the stream called the speaker, where people named it.")
    track: str = ""
    confidence: float = 0.0
    flags: list[str] = []
    version: int = Field(0, description="How often people corrected the text.")
    words: list[WordOut] = []


class TranscriptOut(BaseModel):
    """The transcript so far."""

    meeting: str
    title: str | None
    languages: list[str]
    duration: float
    segments: list[SegmentOut]


class ErrorDetail(BaseModel):
    """What went wrong. `code` is stable; `message` is one sentence for a person."""

    code: str
    message: str
    request_id: str
    retry_after: float | None = Field(None, description="Seconds to wait before trying again.")


class ErrorOut(BaseModel):
    """The body of every error."""

    error: ErrorDetail


class CheckOut(BaseModel):
    """One thing that must work."""

    name: str
    ok: bool
    detail: str


class ReadyOut(BaseModel):
    """Whether the server takes calls; with `error` beside `checks` when it does not."""

    status: Literal["ready"] = "ready"
    checks: list[CheckOut]


class AliveOut(BaseModel):
    """The process runs."""

    status: Literal["ok"] = "ok"
    version: str
