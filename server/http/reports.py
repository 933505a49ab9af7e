"""The call that gives a meeting's report, in three forms; it works while the meeting is live.

The report is made of the stored transcript when it is asked for: what was said, chosen and sorted, word for
word. Text that is flagged as a suspected hallucination is left out of it. A meeting of hours takes a second
of computing, so it is done in a thread, for one caller after the other: the event loop carries other
people's audio.
"""

import asyncio
import base64
import hashlib
from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, Field
from starlette.responses import Response

from server.http.filenames import content_disposition
from server.http.operations import Call, found_meeting
from server.http.services import Services
from server.store.records import Meeting
from streaming.segments import SUSPECTED_HALLUCINATION, Segment
from summarizer.extractive import extractive_report
from summarizer.render import STYLE, markdown, page
from summarizer.schema import Line, Report, Status

MEDIA_TYPES = {
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
}
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
CONTENT_SECURITY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; frame-ancestors 'none'"


class ReportQuery(BaseModel):
    """In which form."""

    format: Literal["json", "md", "html"] = Field("json", description="Form of the report.")
    download: bool = Field(False, description="Ask the browser to save it as a file.")


class ReportOut(BaseModel):
    """The report so far. `status` is `extractive` where no language model wrote it."""

    status: Status
    report: Report


async def get_report(services: Services, call: Call) -> Response:
    """The report of what was said so far."""
    query: ReportQuery = call.query
    meeting = await found_meeting(services, call)
    segments = [stored.segment for stored in await services.store.segments(meeting.id)]
    async with services.reporting:
        content = await asyncio.to_thread(render, query.format, meeting, segments)
    disposition = content_disposition(
        meeting.title, query.format, "attachment" if query.download else "inline", or_else="report"
    )
    headers = {
        "Content-Type": MEDIA_TYPES[query.format],
        "Content-Disposition": disposition,
        "Content-Security-Policy": CONTENT_SECURITY,
    }
    return Response(content, headers=headers)


def render(form: str, meeting: Meeting, segments: Iterable[Segment]) -> bytes:
    """The bytes of the answer, UTF-8. Pure."""
    language = meeting.languages[0] if len(meeting.languages) == 1 else ""
    report = extractive_report(meeting.id, _lines(segments), title=meeting.title or "", language=language)
    return _FORMS[form](report).encode(errors="replace")


def _lines(segments: Iterable[Segment]) -> list[Line]:
    return [
        Line(segment.id, segment.speaker or "", segment.start, segment.end, segment.text)
        for segment in segments
        if SUSPECTED_HALLUCINATION not in segment.flags
    ]


def _json(report: Report) -> str:
    return ReportOut(status=report.status, report=report).model_dump_json()


_FORMS = {"json": _json, "md": markdown, "html": page}
