"""The calls on the sound of a meeting: what there is, the sound itself, and how loud it was.

A piece that is still written is played as far as it has come: its address in the list names so many bytes,
and these never change. Bytes are given in ranges, so that a player can jump.
"""

from collections.abc import AsyncIterator
from urllib.parse import quote

from pydantic import BaseModel, Field
from starlette.responses import Response, StreamingResponse

from server.http.answers import json_answer
from server.http.errors import error_response
from server.http.operations import Call, found_meeting
from server.http.ranges import UnsatisfiableError, asked
from server.http.services import Services
from server.recording.shelf import Shelf, Stretch, holes
from server.recording.vault import Sound
from streaming.errors import NotFound, ProtocolError, StoreError

MEDIA_TYPE = "audio/ogg"


class SoundQuery(BaseModel):
    """How much of a recording."""

    size: int | None = Field(
        None, ge=1, le=2**50, description="Only so many bytes from its beginning, as `url` in the list says."
    )


class WaveformQuery(BaseModel):
    """How fine."""

    bars: int = Field(600, ge=1, le=4000, description="Equal parts of the meeting.")


class RecordingOut(BaseModel):
    """A piece of sound: one track, without a hole, Opus in Ogg. Seconds on the meeting's clock. A `live` one
    is still written: ask again for the rest."""

    id: str
    session: str
    channel: int = Field(description="Which track of its session, from 0.")
    track: str | None
    speaker: str | None
    start: float
    duration: float
    size: int = Field(description="Bytes.")
    live: bool
    url: str | None = Field(description="Where it is; null: on another machine, until it is complete.")


class HoleOut(BaseModel):
    """Seconds of a recorded track, on the meeting's clock, whose sound was not kept."""

    session: str
    channel: int
    start: float
    end: float


class RecordingsOut(BaseModel):
    """All sound of a meeting, by time."""

    data: list[RecordingOut]
    missing: list[HoleOut]


class WaveformOut(BaseModel):
    """How loud the meeting was, over all tracks: for each of equal parts of `duration` seconds the square
    root of its loudest sample, 255 at full scale. Empty where nothing was recorded."""

    duration: float
    bars: list[int]


def recording_not_found() -> NotFound:
    """The error for sound that is not there, or not here."""
    return NotFound("recording_not_found", "There is no recording with this id, or this server has it not.")


async def list_recordings(services: Services, call: Call) -> Response:
    """All of it, with its holes."""
    meeting = await found_meeting(services, call)
    found = await services.recordings.of_meeting(meeting.id) if services.recordings else []
    missing = [
        HoleOut(session=one.session, channel=one.channel, start=round(one.start, 3), end=round(one.end, 3))
        for one in holes(found)
    ]
    out = RecordingsOut(data=[_out(one) for one in found], missing=missing)
    return json_answer(out)


def _out(one: Stretch) -> RecordingOut:
    recording, sound = one.recording, one.sound
    url = None
    if sound is not None and sound.size:
        url = f"/v1/meetings/{quote(recording.meeting_id)}/recordings/{quote(recording.id)}"
        url += f"?size={sound.size}" if sound.growing else ""
    return RecordingOut(
        **{name: getattr(recording, name) for name in ("id", "channel", "track", "speaker")},
        session=recording.session_id,
        start=round(one.start, 3),
        duration=round(one.duration, 3),
        size=sound.size if sound is not None else recording.size or 0,
        live=recording.end is None,
        url=url,
    )


async def get_recording(services: Services, call: Call) -> Response:
    """The sound, or a range of it."""
    query: SoundQuery = call.query
    shelf, name = services.recordings, call.named("recording_id", recording_not_found())
    sound = await shelf.sound(call.meeting_id, name) if shelf is not None else None
    if shelf is None or sound is None or not sound.size:
        raise recording_not_found()
    size = min(sound.size, query.size or sound.size)
    tag = f'"{sound.recording.id}-{size}"'
    headers = {"Accept-Ranges": "bytes", "ETag": tag, "Content-Disposition": _name(sound)}
    request = call.request
    ranged = request.headers.get("range") if request.headers.get("if-range", tag) == tag else None
    try:
        part = asked(ranged, size)
    except UnsatisfiableError:
        refused = error_response(
            ProtocolError(
                "range_not_satisfiable",
                "The range begins behind the end; `Content-Range` has the size.",
                status=416,
            ),
            request,
        )
        refused.headers["Content-Range"] = f"bytes */{size}"
        return refused
    begin, end = part or (0, size)
    headers["Content-Length"] = str(end - begin)
    if part is not None:
        headers["Content-Range"] = f"bytes {begin}-{end - 1}/{size}"
    status = 200 if part is None else 206
    if request.method == "HEAD":
        return Response(None, status, headers, MEDIA_TYPE)
    body = await _begun(shelf, sound, begin, end)
    return StreamingResponse(body, status, headers, MEDIA_TYPE)


async def _begun(shelf: Shelf, sound: Sound, begin: int, end: int) -> AsyncIterator[bytes]:
    """The bytes, of which the first are there: later nothing can be said of an error any more. Raises
    `NotFound`, `StoreError`."""
    pieces = aiter(shelf.read(sound, begin, end))
    try:
        first = await anext(pieces)
    except FileNotFoundError:
        raise recording_not_found() from None
    except OSError as error:
        raise StoreError(
            "recording_unavailable", "Where recordings are kept does not answer; try again."
        ) from error

    async def whole() -> AsyncIterator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    return whole()


def _name(sound: Sound) -> str:
    return f'inline; filename="{sound.recording.id}.ogg"'


async def get_waveform(services: Services, call: Call) -> Response:
    """Over the whole meeting so far."""
    query: WaveformQuery = call.query
    meeting = await found_meeting(services, call)
    shelf = services.recordings
    found = await shelf.of_meeting(meeting.id) if shelf is not None else []
    duration = max([meeting.duration, *(one.start + one.duration for one in found)])
    bars = await shelf.waveform(meeting.id, duration, query.bars) if shelf is not None and found else []
    return json_answer(WaveformOut(duration=round(duration, 3), bars=bars))
