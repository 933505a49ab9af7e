"""The call that reads a transcript back, in seven forms; it works while the meeting is live.

Rendering a long meeting takes a second of computing, so it is done in a thread: the event loop carries other
people's audio. Documents (DOCX, PDF) are made one at a time: they take the most.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import nullcontext

from starlette.responses import Response

from server.documents.forms import MEDIA_TYPES, PRINTED
from server.documents.transcript import of_transcript
from server.http.filenames import content_disposition
from server.http.models import TranscriptQuery
from server.http.operations import Call, found_meeting
from server.http.services import Services
from server.store.records import Meeting
from streaming.captions import plain
from streaming.captions.cues import cues
from streaming.captions.document import Heading, document
from streaming.captions.srt import srt
from streaming.captions.webvtt import webvtt
from streaming.segments import Segment

_TEXTS: dict[str, Callable[[Meeting, Sequence[Segment]], str]] = {
    "txt": lambda meeting, segments: plain.text(segments, meeting.title),
    "md": lambda meeting, segments: plain.markdown(segments, meeting.title),
    "vtt": lambda _, segments: webvtt(cues(segments)),
    "srt": lambda _, segments: srt(cues(segments, labels=True)),
}


async def get_transcript(services: Services, call: Call) -> Response:
    """The transcript so far, as a file with a name of its own."""
    query: TranscriptQuery = call.query
    meeting = await found_meeting(services, call)
    stored = await services.store.segments(
        meeting.id, since=query.since, until=query.until, words=_timed(query)
    )
    segments = [one.segment for one in stored]
    async with services.reporting if query.format in PRINTED else nullcontext():
        content = await asyncio.to_thread(render, query, meeting, segments)
    disposition = content_disposition(
        meeting.title, query.format, "attachment" if query.download else "inline"
    )
    headers = {"Content-Type": MEDIA_TYPES[query.format], "Content-Disposition": disposition}
    return Response(content, headers=headers)


def _timed(query: TranscriptQuery) -> bool:
    """Whether the form shows when each word was said."""
    return query.words if query.format == "json" else query.format in {"vtt", "srt"}


def render(query: TranscriptQuery, meeting: Meeting, segments: Sequence[Segment]) -> bytes:
    """The bytes of the file; texts are UTF-8. Pure."""
    if query.format in PRINTED:
        language = next((segment.language for segment in segments if segment.language), "en")
        return PRINTED[query.format](of_transcript(meeting.title, language, segments))
    if query.format != "json":
        return _TEXTS[query.format](meeting, segments).encode(errors="replace")
    heading = Heading(meeting.id, meeting.title, meeting.languages, meeting.duration)
    value = document(heading, segments, words=query.words)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
