"""The call that searches through what was said."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints
from starlette.responses import Response

from server.http.answers import json_answer
from server.http.models import Cursor, Language, Name, Storable
from server.http.moments import Moment
from server.http.operations import Call
from server.http.services import Services
from server.store.found import Hit, Wanted
from server.store.records import MeetingStatus

MeetingId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class SearchQuery(BaseModel):
    """What to look for, and among what."""

    q: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), Storable] = (
        Field(description='Words, Russian or English; `"a phrase"`; `begin*`; `-without`; `one or two`.')
    )
    since: Moment | None = Field(None, alias="from", description="Only what was said at this time or later.")
    until: Moment | None = Field(None, alias="to", description="Only what was said before this time.")
    speaker: Name | None = Field(None, description="Only this speaker, named as in the transcript.")
    language: Language | None = Field(None, description="Only what was said in this language.")
    meeting: MeetingId | None = Field(None, description="Only this meeting.")
    status: MeetingStatus | None = Field(None, description="Only meetings of this status.")
    cursor: Cursor = None
    limit: int = Field(50, ge=1, le=200, description="Hits a page.")


class PartOut(BaseModel):
    """A run of a snippet's characters; `match`: it was looked for."""

    text: str
    match: bool


class FoundMeetingOut(BaseModel):
    """The meeting in which something was found."""

    id: str
    title: str | None
    status: MeetingStatus


class HitOut(BaseModel):
    """An utterance that was found. Seconds on the meeting's clock: `start` is where to jump to."""

    meeting: FoundMeetingOut
    segment: str
    start: float
    end: float
    said_at: datetime
    speaker: str | None
    language: str
    flagged: bool = Field(description="It is suspected that this was not said.")
    snippet: list[PartOut] = Field(description="Plain text, to be joined; to be escaped like any other.")

    @classmethod
    def of(cls, hit: Hit) -> "HitOut":
        """From the store's record, rounded to milliseconds."""
        return cls(
            meeting=FoundMeetingOut(id=hit.meeting_id, title=hit.title, status=hit.status),
            segment=hit.segment_id,
            start=round(hit.start, 3),
            end=round(hit.end, 3),
            said_at=hit.said_at,
            speaker=hit.speaker,
            language=hit.language,
            flagged=hit.flagged,
            snippet=[PartOut(text=part.text, match=part.match) for part in hit.snippet],
        )


class HitsOut(BaseModel):
    """A page, the best match first; what is flagged comes last."""

    data: list[HitOut]
    next_cursor: str | None


async def search_transcripts(services: Services, call: Call) -> Response:
    """Utterances in which all words stand."""
    query: SearchQuery = call.query
    names = ("q", "since", "until", "speaker", "language", "meeting", "status")
    wanted = Wanted(workspace=call.workspace, **{name: getattr(query, name) for name in names})
    page = await services.archive.search(wanted, cursor=query.cursor or None, limit=query.limit)
    out = HitsOut(data=[HitOut.of(hit) for hit in page.hits], next_cursor=page.next_cursor)
    return json_answer(out)
