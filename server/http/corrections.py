"""The calls by which people change a transcript: name its speakers, correct what was heard, look at how.

What is changed is stored first; then whoever watches the meeting in this process is told. Other processes
hear of it from the database.
"""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator
from starlette.responses import JSONResponse, Response

from server.http.answers import json_answer
from server.http.models import PageQuery, Storable
from server.http.operations import Call, found_meeting
from server.http.services import Services
from server.store.correction_records import Correction, TextVersion, segment_not_found
from server.store.cursor import paged, write_place
from streaming.captions.document import segment_document

Label = Annotated[str, StringConstraints(min_length=1, max_length=100), Storable]
GivenName = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True), Storable]
Spoken = Annotated[str, StringConstraints(max_length=2000, strip_whitespace=True), Storable]


class SpeakersBody(BaseModel):
    """What speakers are called; whoever is left out stays as they are."""

    names: Annotated[dict[Label, GivenName | None], Field(min_length=1, max_length=200)] = Field(
        description="Names by label, as `speakers` of this call's GET has it; null gives the label back. "
        "Two labels may have the same name.",
        examples=[{"Speaker 1": "Anna Petrova"}],
    )


class SpeakerOut(BaseModel):
    """Who speaks. `label` is what the stream calls them and never changes; seconds of finals."""

    label: str
    name: str | None = Field(description="What people called them; null: nobody did.")
    segments: int
    seconds: float


class SpeakersOut(BaseModel):
    """Everybody who spoke, whoever spoke longest first."""

    speakers: list[SpeakerOut]


class CorrectionBody(BaseModel):
    """What a segment says; either `text` or `restore`."""

    version: int = Field(ge=0, le=10_000, description="The version that was seen; 0: never corrected.")
    text: Spoken | None = Field(
        None, description="What was said. Empty: nothing was. The same: the doubt about it was none."
    )
    restore: int | None = Field(
        None, ge=0, le=10_000, description="The version whose text is to stand again; 0: what was heard."
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.text is None) == (self.restore is None):
            raise ValueError("has either `text` or `restore`")
        return self


class TextVersionOut(BaseModel):
    """One version of a segment's text."""

    version: int = Field(description="From 1 on by people; 0: what was heard.")
    text: str
    flags: list[str]
    restored: int | None = Field(description="The version that it brought back.")
    at: datetime | None = Field(description="When it was made; null of what was heard.")
    by: str | None = Field(
        description="The name of the key; `environment` for the server's own, `open` where none is asked for."
    )

    @classmethod
    def of(cls, one: TextVersion) -> "TextVersionOut":
        """From the store's record."""
        return cls(
            version=one.version,
            text=one.text,
            flags=list(one.flags),
            restored=one.restored,
            at=one.made_at if one.version else None,
            by=one.key or one.made_by,
        )


class HistoryOut(BaseModel):
    """A page of the versions, the newest first; none where nobody corrected the segment."""

    data: list[TextVersionOut]
    next_cursor: str | None


async def get_speakers(services: Services, call: Call) -> Response:
    """Who speaks, and what people call them."""
    meeting = await found_meeting(services, call)
    return await _speakers(services, meeting.id)


async def rename_speakers(services: Services, call: Call) -> Response:
    """The names are shown wherever the transcript is."""
    body: SpeakersBody = call.body
    meeting = await found_meeting(services, call)
    names = await services.editing.rename(meeting.id, body.names)
    services.hub.rename(meeting.id, names)
    return await _speakers(services, meeting.id)


async def _speakers(services: Services, meeting_id: str) -> Response:
    found = await services.editing.speakers(meeting_id)
    speakers = [
        SpeakerOut(label=one.label, name=one.name, segments=one.segments, seconds=round(one.seconds, 3))
        for one in found
    ]
    return json_answer(SpeakersOut(speakers=speakers))


async def correct_segment(services: Services, call: Call) -> Response:
    """The segment as it is now."""
    body: CorrectionBody = call.body
    meeting = await found_meeting(services, call)
    segment_id = call.named("segment_id", segment_not_found())
    wanted = Correction(body.version, body.text, body.restore, call.access.by)
    segment = await services.editing.correct(meeting.id, segment_id, wanted)
    if segment.version != body.version:
        services.hub.correct(meeting.id, segment)
    return JSONResponse(segment_document(segment, words=True))


async def list_corrections(services: Services, call: Call) -> Response:
    """What the segment said at each version."""
    query: PageQuery = call.query
    meeting = await found_meeting(services, call)
    segment_id = call.named("segment_id", segment_not_found())
    found = await services.editing.history(
        meeting.id, segment_id, limit=query.limit + 1, cursor=query.cursor or None
    )
    shown, following = paged(found, query.limit, lambda one: write_place(one.version))
    out = HistoryOut(data=[TextVersionOut.of(one) for one in shown], next_cursor=following)
    return json_answer(out)
