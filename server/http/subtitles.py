"""A meeting's captions for players of video: a WebVTT track, and a live playlist of HLS with its segments.

All of it works while the meeting is live. A session that waits to be resumed may still bring words, so
nothing after what it has stored is listed until it goes on or ends. Rendering is done in a thread, as for
transcripts.
"""

import asyncio
from urllib.parse import urlencode

from starlette.responses import Response

from server.documents.forms import MEDIA_TYPES
from server.http.models import SubtitlesQuery, TranscriptQuery
from server.http.operations import Call, found_meeting
from server.http.services import Services
from server.http.transcripts import render
from server.store.records import Meeting
from streaming.captions import hls
from streaming.errors import NotFound

PLAYLIST = "application/vnd.apple.mpegurl"
CLOCK_RATE = 16_000


async def get_track(services: Services, call: Call) -> Response:
    """All captions so far as one file."""
    meeting = await found_meeting(services, call)
    said = [stored.segment for stored in await services.store.segments(meeting.id)]
    query = TranscriptQuery(format="vtt", words=False, download=False)
    return Response(await asyncio.to_thread(render, query, meeting, said), media_type=MEDIA_TYPES["vtt"])


async def get_playlist(services: Services, call: Call) -> Response:
    """The last minute of a live meeting, or all of one that has ended."""
    query: SubtitlesQuery = call.query
    meeting = await found_meeting(services, call)
    text = hls.playlist(
        await _settled(services, meeting),
        ended=meeting.status == "ended",
        began=meeting.started_at,
        query=_again(query, call.request.query_params.get("token")),
    )
    return Response(text, media_type=PLAYLIST)


async def get_segment(services: Services, call: Call) -> Response:
    """Six seconds of captions."""
    query: SubtitlesQuery = call.query
    meeting = await found_meeting(services, call)
    number = _number(call.request.path_params["number"])
    start, end = number * hls.SECONDS, (number + 1) * hls.SECONDS
    settled = await _settled(services, meeting)
    if (start if meeting.status == "ended" else end) > settled:
        raise _nothing_yet()
    said = await services.store.segments(meeting.id, since=start - hls.REACH, until=end)
    text = await asyncio.to_thread(hls.segment, number, [one.segment for one in said], query.mpegts)
    return Response(text, media_type=MEDIA_TYPES["vtt"])


def _again(query: SubtitlesQuery, token: str | None) -> str:
    """What was asked of the playlist is asked of its segments, by a player that adds nothing itself."""
    fields = {"mpegts": str(query.mpegts) if query.mpegts else "", "token": token or ""}
    asked = urlencode({name: value for name, value in fields.items() if value})
    return f"?{asked}" if asked else ""


async def _settled(services: Services, meeting: Meeting) -> float:
    """Seconds of the meeting's clock before which no word can come any more."""
    if meeting.status == "ended":
        return meeting.duration
    live = [one for one in await services.store.sessions(meeting.id) if one.status == "live"]
    return min((one.offset + one.position / CLOCK_RATE for one in live), default=0.0)


def _number(given: str) -> int:
    if not (given.isascii() and given.isdigit() and len(given) <= 7):
        raise _nothing_yet()
    return int(given)


def _nothing_yet() -> NotFound:
    return NotFound("captions_not_found", "The playlist of this meeting has no such part, or not yet.")
