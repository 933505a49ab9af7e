"""The call that gives a meeting's report, in five forms; it works while the meeting is live.

Of a live meeting, and of one whose follow-up has not begun, the report is made of the stored transcript when
it is asked for, and has the version 0. A meeting of hours takes a second of computing, so it is done in a
thread, for one caller after the other: the event loop carries other people's audio.
"""

import asyncio
import base64
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from pydantic import BaseModel, Field
from starlette.responses import Response

from server.documents.forms import MEDIA_TYPES, PRINTED, ReportForm
from server.http.filenames import content_disposition
from server.http.operations import Call, found_meeting
from server.http.services import Services
from server.reporting.spoken import spoken
from server.reporting.stored import from_stored
from server.store.records import Meeting
from server.store.report_records import StoredReport
from server.store.reports import report_not_found
from summarizer.finish import from_words
from summarizer.reasons import in_language
from summarizer.render import STYLE, markdown, page
from summarizer.schema import Report, Status
from summarizer.sheet import of_report

_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
SOON: Final = timedelta(minutes=10)
"""How long after a meeting's end its first stored report is waited for."""
CONTENT_SECURITY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; frame-ancestors 'none'"


class ReportQuery(BaseModel):
    """In which form."""

    format: ReportForm = Field("json", description="Form of the report.")
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = Field(
        None, description="Which version; without it the newest."
    )
    download: bool = Field(False, description="Ask the browser to save it as a file.")


class ReportOut(BaseModel):
    """A version of the report. `status` is `extractive` where no language model wrote it; `writing` says that
    one is writing what will stand in its place, `reason` why the report is not what it could be."""

    version: int = Field(description="From 1 on; 0: made of what was said so far, and not stored.")
    created_at: datetime | None
    updated_at: datetime | None
    status: Status
    writing: bool
    reason: str | None
    writable: bool = Field(description="Whether a language model is there that could write it anew.")
    retryable: bool = Field(description="Whether asking for a new one may help.")
    corrected: list[str] = Field(
        description="Ids of statements with a quote whose words people corrected since; a new report quotes "
        "them as they are now."
    )
    report: Report


async def get_report(services: Services, call: Call) -> Response:
    """The newest report, or the version that was asked for."""
    query: ReportQuery = call.query
    meeting = await found_meeting(services, call)
    out = await _found(services, meeting, query.version)
    if query.format == "json":
        content = out.model_dump_json().encode(errors="replace")
    else:
        async with services.reporting:
            content = await asyncio.to_thread(_rendered, query.format, out.report)
    disposition = content_disposition(
        meeting.title, query.format, "attachment" if query.download else "inline", or_else="report"
    )
    headers = {
        "Content-Type": MEDIA_TYPES[query.format],
        "Content-Disposition": disposition,
        "Content-Security-Policy": CONTENT_SECURITY,
    }
    return Response(content, headers=headers)


async def _found(services: Services, meeting: Meeting, version: int | None) -> ReportOut:
    """Raises `NotFound`."""
    live = meeting.status != "ended" and version is None
    stored = None if live else await services.reports.report(meeting.id, version)
    if stored is not None:
        return await _stored(services, stored)
    if version is not None:
        raise report_not_found()
    report = await made_now(services, meeting)
    soon = meeting.ended_at is not None and datetime.now(UTC) - meeting.ended_at < SOON
    writing = not live and services.writes and soon and bool(report.stats.words)
    return ReportOut(
        version=0,
        created_at=None,
        updated_at=None,
        status=report.status,
        writing=writing,
        reason=report.reason,
        writable=False,
        retryable=False,
        corrected=[],
        report=report,
    )


async def _stored(services: Services, stored: StoredReport) -> ReportOut:
    report = from_stored(stored.report)
    return ReportOut(
        version=stored.version,
        created_at=stored.created_at,
        updated_at=stored.updated_at,
        status=report.status,
        writing=stored.writing,
        reason=in_language(stored.failure, report.language) if stored.writing else report.reason,
        writable=services.writes,
        retryable=services.writes and not stored.writing and stored.failure_code is not None,
        corrected=await _corrected(services, report),
        report=report,
    )


async def _corrected(services: Services, report: Report) -> list[str]:
    """Statements of a stored report that quote what is no longer said."""
    items = [item for section in report.sections for item in section.items]
    cited = {quote.segment_id for item in items for quote in item.quotes}
    if not cited:
        return []
    edits = await services.editing.edits(report.meeting_id, cited)
    now = {segment.id: _plain(segment.text) for segment in edits.corrected}
    return [
        item.id
        for item in items
        if any(_plain(one.text) not in now.get(one.segment_id, _plain(one.text)) for one in item.quotes)
    ]


def _plain(text: str) -> str:
    return " ".join(text.split())


async def made_now(services: Services, meeting: Meeting) -> Report:
    """The report of the words that are stored at this moment."""
    segments = await services.store.segments(meeting.id, words=False)
    async with services.reporting:
        return await asyncio.to_thread(lambda: from_words(spoken(meeting, segments)))


_TEXTS: Final[dict[str, Callable[[Report], str]]] = {"md": markdown, "html": page}


def _rendered(form: str, report: Report) -> bytes:
    """The bytes of the file; texts are UTF-8. Pure."""
    if form in PRINTED:
        return PRINTED[form](of_report(report))
    return _TEXTS[form](report).encode(errors="replace")
