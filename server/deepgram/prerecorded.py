"""`POST /v1/listen`: a recording in, or where to fetch it, and its transcript out.

It is heard by an ordinary session in the background of live speech. Nothing is kept of it unless the query
names a meeting that it belongs to; who hangs up ends it.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.deepgram.edge import warnings
from server.files.brought import Brought, Recording
from server.files.hearing import Heard
from server.groups import alone
from server.http.errors import request_id
from server.http.guard import now
from server.http.operations import Call
from server.http.reading import left, read_body, values
from server.http.services import Services
from server.live.captions import first_of
from streaming.protocols.deepgram_files import results
from streaming.protocols.deepgram_query import Wishes, read_wishes
from streaming.protocols.deepgram_results import whole_metadata


class UrlBody(BaseModel):
    """Where the recording is."""

    url: Annotated[str, Field(min_length=1, max_length=4096)]


async def transcribe_recording(services: Services, call: Call) -> Response:
    """The transcript of the recording in the body, or behind its `url`."""
    brought = services.ears
    wishes = read_wishes(values(call.request.query_params))
    created = now()
    async with brought.kept(await _pieces(services, call.request), wishes.start.audio) as recording:
        heard = await _unless_left(brought, recording, wishes, call)
    metadata = whole_metadata(
        request_id(call.request),
        sha256=recording.sha256,
        created=created.isoformat().replace("+00:00", "Z"),
        duration=heard.ended.duration,
        channels=1,
        tags=wishes.tags,
    )
    found = results(heard.segments, wishes)
    metadata["channels"] = len(found["channels"])
    headers = {"dg-request-id": request_id(call.request), **dict(warnings(wishes.ignored))}
    return JSONResponse({"metadata": metadata, "results": found}, headers=headers)


async def _pieces(services: Services, request: Request) -> AsyncIterator[bytes]:
    """The recording's bytes: of the body, or, where that is JSON, of what its `url` leads to."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        return request.stream()
    body = await read_body(request, UrlBody)
    return services.fetching(body.url)


async def _unless_left(brought: Brought, recording: Recording, wishes: Wishes, call: Call) -> Heard:
    """Hear the recording; who has hung up waits for nothing. Raises `ClientDisconnect`."""
    request = call.request
    heard: list[Heard] = []

    async def hear() -> None:
        heard.append(await brought.heard(recording, wishes.start, call.access))

    with alone():
        await first_of(hear(), left(request))
    return heard[0]
