"""The table of HTTP operations: the one place where a call is added."""

from dataclasses import replace
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response

from server.documents.forms import TranscriptForm, beside_json
from server.http import coverage, docs, health, meetings, transcripts
from server.http.deletions import DeletionOut
from server.http.models import (
    AliveOut,
    CaptionsQuery,
    CoverageQuery,
    ListQuery,
    MeetingBody,
    MeetingCoverage,
    MeetingDetail,
    MeetingList,
    MeetingOut,
    ReadyOut,
    TranscriptOut,
    TranscriptQuery,
)
from server.http.openapi import openapi
from server.http.operations import MEETING, NO_MEETING, Answer, Call, Operation
from server.http.services import Services
from server.http.table_access import ACCESS
from server.http.table_admin import ADMIN
from server.http.table_archive import ARCHIVE
from server.http.table_bots import BOTS
from server.http.table_calendars import CALENDARS
from server.http.table_corrections import CORRECTIONS
from server.http.table_deepgram import DEEPGRAM
from server.http.table_ingests import INGESTS
from server.http.table_notifications import NOTIFICATIONS
from server.http.table_openai import OPENAI
from server.http.table_pictures import PICTURES
from server.http.table_recordings import RECORDINGS
from server.http.table_reports import REPORTS
from server.http.table_subtitles import SUBTITLES
from server.http.table_uploads import UPLOADS
from server.http.table_vendors import VENDORS
from server.http.table_webhooks import WEBHOOKS
from server.http.table_whip import WHIP
from server.http.wire import CAPTIONS
from server.live.captions import EVENT_STREAM, watch_captions


def contract(version: str) -> dict[str, Any]:
    """The OpenAPI document of this table."""
    return openapi(OPERATIONS, version)


async def get_openapi(services: Services, _: Call) -> Response:
    """The contract for programs."""
    return JSONResponse(contract(services.version))


async def get_docs(services: Services, _: Call) -> Response:
    """The contract for people."""
    page = docs.page(contract(services.version))
    return HTMLResponse(page, headers={"Content-Security-Policy": docs.CONTENT_SECURITY})


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "POST",
        "/v1/meetings",
        meetings.create_meeting,
        "ingest",
        "Make a meeting",
        "A stream without a meeting makes one by itself; make it here to give it a title or options first.",
        body=MeetingBody,
        answers={201: Answer("The new meeting.", MeetingOut)},
    ),
    Operation(
        "GET",
        "/v1/meetings",
        meetings.list_meetings,
        "view",
        "List and search meetings",
        "Newest first. Follow `next_cursor` until it is null.",
        query=ListQuery,
        answers={200: Answer("A page of meetings.", MeetingList)},
    ),
    Operation(
        "GET",
        MEETING,
        meetings.get_meeting,
        "view",
        "Read a meeting",
        answers={200: Answer("The meeting, its sessions and its coverage.", MeetingDetail)},
        errors=NO_MEETING,
    ),
    Operation(
        "PATCH",
        MEETING,
        meetings.update_meeting,
        "manage",
        "Change a meeting",
        "Only the fields that are sent change; null clears a field that may be null.",
        body=MeetingBody,
        answers={200: Answer("The meeting as it is now.", MeetingOut)},
        errors=NO_MEETING,
    ),
    Operation(
        "DELETE",
        MEETING,
        meetings.delete_meeting,
        "manage",
        "Delete a meeting",
        "All that belongs to it goes with it, at once and for good: audio, text, words, reports, deliveries, "
        "work that waits. Who streams to it or watches it is told `meeting_deleted` and sent away. Backups "
        "of the database are yours to keep no longer than the meetings in them.",
        answers={200: Answer("The receipt, which can be read again.", DeletionOut)},
        errors={**NO_MEETING, 500: "`audio_not_removed`: nothing was removed; try again."},
    ),
    Operation(
        "GET",
        f"{MEETING}/coverage",
        coverage.get_coverage,
        "view",
        "Read where the audio ended",
        "Every received sample is transcribed, silence, quarantined (a suspected hallucination, whose text "
        "is kept and flagged) or lost. Follow `next_cursor` for all stretches; a live meeting adds to them, "
        "read it again from the beginning. `slices` gives a meeting of any length in one short answer.",
        tag="transcripts",
        query=CoverageQuery,
        answers={200: Answer("Sums, stretches and slices.", MeetingCoverage)},
        errors=NO_MEETING,
    ),
    Operation(
        "GET",
        f"{MEETING}/transcript",
        transcripts.get_transcript,
        "view",
        "Read the transcript",
        "Works while the meeting is live. Segments are in order of time, on the meeting's clock.",
        tag="transcripts",
        query=TranscriptQuery,
        answers={
            200: Answer(
                "The transcript so far, in the form asked for.", TranscriptOut, beside_json(TranscriptForm)
            )
        },
        errors=NO_MEETING,
    ),
    *CORRECTIONS,
    *SUBTITLES,
    *REPORTS,
    *NOTIFICATIONS,
    *ACCESS,
    *WEBHOOKS,
    *WHIP,
    # The clients of these are programs, which have no cookies.
    *(replace(one, by_cookie=False) for one in (*DEEPGRAM, *OPENAI, *VENDORS)),
    *UPLOADS,
    *BOTS,
    *INGESTS,
    *RECORDINGS,
    *PICTURES,
    *ARCHIVE,
    *CALENDARS,
    Operation(
        "GET",
        f"{MEETING}/captions",
        watch_captions,
        "view",
        "Watch captions live",
        "Server-sent events named as the messages of the WebSocket at the same address, history first. `id` "
        "is `seq`, so that a browser which lost its connection goes on where it was. 204 tells a browser "
        "that came back that the meeting has ended.",
        tag="transcripts",
        query=CaptionsQuery,
        answers={
            200: Answer("A stream of events.", media=(EVENT_STREAM,)),
            204: Answer("The meeting has ended and everything was seen."),
        },
        errors={**NO_MEETING, 406: "`not_acceptable`: no form that was asked for is given."},
        extra={"x-websocket": CAPTIONS},
        cross_origin=True,
    ),
    *ADMIN,
    Operation(
        "GET",
        "/livez",
        health.livez,
        None,
        "Is the process alive?",
        tag="operations",
        answers={200: Answer("It is.", AliveOut)},
    ),
    Operation(
        "GET",
        "/readyz",
        health.readyz,
        None,
        "Does the server take calls?",
        tag="operations",
        answers={200: Answer("It does.", ReadyOut)},
        errors={503: "`not_ready`: the checks that fail, beside the error as `checks`."},
    ),
    Operation(
        "GET",
        "/metrics",
        health.metrics,
        "operate",
        "Metrics for Prometheus",
        tag="operations",
        answers={200: Answer("Prometheus' text format.", media=("text/plain",))},
    ),
    Operation(
        "GET",
        "/openapi.json",
        get_openapi,
        None,
        "This contract for programs",
        tag="operations",
        answers={200: Answer("An OpenAPI 3.1 document.", media=("application/json",))},
    ),
    Operation(
        "GET",
        "/docs",
        get_docs,
        None,
        "This contract for people",
        tag="operations",
        answers={200: Answer("A page without scripts.", media=("text/html",))},
    ),
)
