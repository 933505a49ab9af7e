"""`POST /v1/audio/transcriptions`: a recording in, its transcript out, whole or as server-sent events.

The recording is heard by an ordinary session in the background of live speech. Nothing is kept of it unless
the form names a `meeting` that it belongs to; who hangs up ends it.
"""

import asyncio
from contextlib import suppress
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from server.access.access import Access
from server.files.brought import Brought
from server.files.hearing import Hearing
from server.groups import alone
from server.http.errors import note
from server.http.forms import read_form
from server.http.operations import Call
from server.http.reading import left
from server.http.services import Services
from server.live.captions import EVENT_STREAM, first_of
from server.openai.asked import Asked, asked
from server.openai.errors import refusal
from server.openai.rendering import as_json, render, whole
from streaming.errors import ProtocolError, StenoError
from streaming.events import Caption, Ended
from streaming.protocols.openai_settings import Rejected
from streaming.segments import Segment


async def create_transcription(services: Services, call: Call) -> Response:
    """The transcript of the file in the form."""
    return Transcribing(services.ears, call.access)


async def create_translation(services: Services, call: Call) -> Response:
    """Refused: the recognition writes down what is said in the language in which it is said."""
    async with read_form(call.request, services.ears):
        pass  # What is refused while it is still being sent is not read by every client.
    message = "This server does not translate; /v1/audio/transcriptions takes the same form."
    raise ProtocolError("translation_not_supported", message)


class Transcribing(Response):
    """The response to one form. The form is read, heard and answered while the response is served, since its
    file is there no longer than that."""

    def __init__(self, ears: Brought, access: Access) -> None:
        super().__init__()
        self._ears = ears
        self._access = access
        self._begun = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve until the transcript is complete or the client has left."""
        request = Request(scope, receive)
        param = None
        try:
            await self._serve(request, send)
        except Rejected as rejected:
            error: StenoError = rejected.error
            param = rejected.param
        except StenoError as failed:
            error = failed
        else:
            return
        note(request, error)
        answer = refusal(error, request, param)
        if self._begun:
            with suppress(OSError):
                await send(_chunk(bytes(answer.body), last=True))
        else:
            await answer(scope, receive, send)

    async def _serve(self, request: Request, send: Send) -> None:
        async with read_form(request, self._ears) as form:
            call = asked(form.fields)
            if form.file is None or not form.size:
                raise Rejected(ProtocolError("file_empty", "The file is missing or empty."), "file")
            with alone():
                await first_of(self._answer(call, form.file, form.filename, request, send), left(request))

    async def _answer(self, call: Asked, file: Path, name: str, request: Request, send: Send) -> None:
        segments: list[Segment] = []
        duration = 0.0
        async with self._ears.hearing(file, call.start(name), self._access) as hearing:
            if call.stream:
                await self._stream(call, hearing, send)
                return
            async for event in hearing:
                if isinstance(event, Caption) and event.final and event.segment.text:
                    segments.append(event.segment)
                elif isinstance(event, Ended):
                    duration = event.duration
        content, kind = await asyncio.to_thread(render, call, segments, duration)
        await Response(content, headers={"Content-Type": kind})(request.scope, request.receive, send)

    async def _stream(self, call: Asked, hearing: Hearing, send: Send) -> None:
        headers = [
            (b"content-type", f"{EVENT_STREAM}; charset=utf-8".encode()),
            (b"x-accel-buffering", b"no"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        self._begun = True
        segments: list[Segment] = []
        async for event in hearing:
            if isinstance(event, Caption) and event.final and event.segment.text:
                delta = f" {event.segment.text}" if segments else event.segment.text
                segments.append(event.segment)
                await send(_chunk(as_json({"type": "transcript.text.delta", "delta": delta})))
            elif isinstance(event, Ended):
                done = {"type": "transcript.text.done", **whole(call, segments, event.duration)}
                await send(_chunk(as_json(done)))
        await send(_chunk(b"[DONE]", last=True))


def _chunk(data: bytes, *, last: bool = False) -> dict[str, object]:
    return {"type": "http.response.body", "body": b"data: " + data + b"\n\n", "more_body": not last}
