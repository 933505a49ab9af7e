"""The calls on uploads: a file in one form, or piece by piece as tus 1.0 says; how far it is; its end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from starlette.responses import JSONResponse, Response, StreamingResponse

from server.access.access import Access
from server.access.presence import Presence
from server.files import tus
from server.files.form import Form
from server.files.uploads import Uploads, upload_not_found
from server.http.answers import json_answer
from server.http.models_uploads import UploadFields, UploadOut
from server.http.operations import Call
from server.http.services import Services
from server.live.captions import EVENT_STREAM
from server.store.upload_records import OPEN, Upload
from streaming.commands import Start
from streaming.errors import NotFound, ProtocolError, StoreError
from streaming.events import Problem
from streaming.protocols.native import encode

LOOK_SECONDS = 1.0
"""How often whoever watches an upload is told of it."""


async def create_upload(services: Services, call: Call) -> Response:
    """202 with an upload whose file has come; for tus 201 with the address to send it to."""
    uploads, headers = _uploads(services), call.request.headers
    if not tus.spoken(headers):
        return await _take_form(services, uploads, call)
    size = tus.number(headers, "upload-length")
    if not size:
        raise ProtocolError("invalid_field", "The header `upload-length` must be above 0.", status=422)
    given = tus.metadata(headers.get("upload-metadata", ""))
    fields = UploadFields.of(given, given.get("filename", [None])[-1])
    await uploads.check_room(size)
    upload = await uploads.create(await _start(services, call, fields), size, call.access)
    received = 0
    if headers.get("content-type") == tus.CHUNK:
        received = await uploads.append(upload, 0, call.request.stream())
    answer = _answer(uploads, await uploads.get(upload.id), 201)
    answer.headers["Location"] = f"/v1/uploads/{upload.id}"
    answer.headers["Upload-Offset"] = str(received)
    return answer


async def _take_form(services: Services, uploads: Uploads, call: Call) -> Response:
    request = call.request
    form = Form(request.headers.get("content-type", ""))
    told = request.headers.get("content-length", "")
    size = int(told) if told.isascii() and told.isdigit() else 0
    await uploads.check_room(size)

    async def ask() -> Start:
        return await _start(services, call, UploadFields.of(form.fields, form.filename))

    upload = await uploads.take_form(form, request.stream(), size, call.access, ask)
    answer = _answer(uploads, await uploads.get(upload.id), 202)
    answer.headers["Location"] = f"/v1/uploads/{upload.id}"
    return answer


async def append_upload(services: Services, call: Call) -> Response:
    """204 with the new offset."""
    uploads, headers = _uploads(services), call.request.headers
    upload = await _named(uploads, call)
    tus.spoken(headers)
    if headers.get("content-type") != tus.CHUNK:
        raise ProtocolError("not_acceptable", f"A piece comes as {tus.CHUNK}.", status=415)
    offset = await uploads.append(upload, tus.number(headers, "upload-offset"), call.request.stream())
    return Response(status_code=204, headers={"Tus-Resumable": tus.VERSION, "Upload-Offset": str(offset)})


async def get_upload(services: Services, call: Call) -> Response:
    """The upload; for tus the offset from which on it is to be sent."""
    uploads = _uploads(services)
    upload = await _named(uploads, call)
    if tus.spoken(call.request.headers) and upload.state in {"cancelled", "failed"}:
        raise ProtocolError("upload_over", "Nothing more of this file is awaited.", status=410)
    return _answer(uploads, upload, 200)


async def cancel_upload(services: Services, call: Call) -> Response:
    """204. What was heard so far stays with the meeting."""
    uploads = _uploads(services)
    await uploads.cancel(await _named(uploads, call))
    return Response(status_code=204, headers={"Tus-Resumable": tus.VERSION})


async def describe_uploads(services: Services, _: Call) -> Response:
    """What of tus is spoken."""
    return Response(
        status_code=204,
        headers={
            "Tus-Resumable": tus.VERSION,
            "Tus-Version": tus.VERSION,
            "Tus-Extension": tus.EXTENSIONS,
            "Tus-Max-Size": str(_uploads(services).folder.each),
        },
    )


async def watch_upload(services: Services, call: Call) -> Response:
    """Each change as an event, to the last one."""
    uploads = _uploads(services)
    upload = await _named(uploads, call)
    return StreamingResponse(
        _changes(services, uploads, upload, call.access),
        media_type=EVENT_STREAM,
        headers={"X-Accel-Buffering": "no"},
    )


async def _changes(
    services: Services, uploads: Uploads, upload: Upload, access: Access
) -> AsyncIterator[str]:
    """Ends with the last state, or when the upload is gone, or the access is over."""
    with services.guard.present(access) as presence:
        async for event in _events(uploads, upload, presence, services.keep_alive):
            yield event
        if presence.error is not None:
            yield f"event: error\ndata: {encode(Problem.of(presence.error))}\n\n"


async def _events(
    uploads: Uploads, upload: Upload, presence: Presence, keep_alive: float
) -> AsyncIterator[str]:
    told, silent = "", 0.0
    while not presence.over.is_set():
        now = UploadOut.of(upload, uploads.received(upload)).model_dump_json()
        if now != told:
            told, silent = now, 0.0
            yield f"event: upload\ndata: {now}\n\n"
        elif silent >= keep_alive:
            silent = 0.0
            yield ": keep-alive\n\n"
        if upload.state not in OPEN:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await presence.over.wait()
        silent += LOOK_SECONDS
        try:
            upload = await uploads.get(upload.id)
        except NotFound:
            return
        except StoreError:
            continue


def _uploads(services: Services) -> Uploads:
    if services.uploads is None:
        raise ProtocolError("not_found", "This server takes no files.", status=404)
    return services.uploads


async def _named(uploads: Uploads, call: Call) -> Upload:
    return await uploads.get(call.named("upload_id", upload_not_found()), call.access)


async def _start(services: Services, call: Call, fields: UploadFields) -> Start:
    """What is asked for, in the meeting that is named or in a new one. Raises `NotFound`."""
    if fields.meeting is None:
        return fields.start((await services.store.create_meeting(fields.new(), call.workspace)).id)
    await services.guard.enter(call.access, fields.meeting)
    return fields.start(fields.meeting)


def _answer(uploads: Uploads, upload: Upload, status: int) -> JSONResponse:
    received = uploads.received(upload)
    headers = {
        "Tus-Resumable": tus.VERSION,
        "Upload-Length": str(upload.size),
        **({"Upload-Offset": str(received)} if received is not None else {}),
    }
    return json_answer(UploadOut.of(upload, received), status, headers)
