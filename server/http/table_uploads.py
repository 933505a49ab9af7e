"""The operations on uploads."""

from server.files import tus
from server.http import uploads
from server.http.models_uploads import UploadFields, UploadOut
from server.http.operations import NO_MEETING, Answer, Operation
from server.live.captions import EVENT_STREAM

_UPLOAD = "/v1/uploads/{upload_id}"
_NO_UPLOAD = {404: "`upload_not_found`: there is no upload with this id."}
_FILE = {
    400: "`bad_form`, or what is wrong with the file: `container_unreadable`, `no_audio_track`, "
    "`container_bomb`, `container_corrupt`.",
    408: "`body_too_slow`: nothing came for 60 seconds.",
    412: "`tus_version`: another version of tus.",
    413: "`upload_too_big`: more than 4 GiB. `file_too_long`: more than 12 hours.",
    422: "`invalid_field`: the message names the field and what is wrong with it.",
    507: "`no_room`: the server has no room for the file now.",
}
_TAG = "uploads"


def _text(schema: dict[str, object]) -> dict[str, object]:
    """The fields of a form are text."""
    properties = schema["properties"]
    assert isinstance(properties, dict)  # noqa: S101 - a model's schema
    return {
        name: {"type": "string", "description": part.get("description", "")}
        for name, part in properties.items()
    }


_FORM = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "format": "binary", "description": "The recording."},
                    **_text(UploadFields.model_json_schema()),
                },
            }
        },
        tus.CHUNK: {"schema": {"type": "string", "format": "binary"}},
    },
}
_PIECE = {
    "required": True,
    "content": {tus.CHUNK: {"schema": {"type": "string", "format": "binary"}}},
}


def _header(name: str, description: str, *, required: bool = False) -> dict[str, object]:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": description,
        "schema": {"type": "string"},
    }


_VERSION = _header("Tus-Resumable", "1.0.0, from a client of tus.")
_ID = {"name": "upload_id", "in": "path", "required": True, "schema": {"type": "string"}}

UPLOADS: tuple[Operation, ...] = (
    Operation(
        "POST",
        "/v1/uploads",
        uploads.create_upload,
        "ingest",
        "Send a recording",
        "As one form with the part `file`: fields are text, lists are repeated or separated by commas, "
        "`notify` and `metadata` are JSON. Or resumable, by any client of tus 1.0: the headers "
        "`Tus-Resumable` and `Upload-Length`, the fields in `Upload-Metadata`. The recording is heard when "
        "no live speech waits; its meeting then ends, and its report follows as for any other.",
        tag=_TAG,
        answers={
            201: Answer("Awaited at the address in `Location` (tus).", UploadOut),
            202: Answer("Received, readable, and waiting to be heard.", UploadOut),
        },
        errors={**_FILE, **NO_MEETING},
        extra={
            "requestBody": _FORM,
            "parameters": [
                _VERSION,
                _header("Upload-Length", "Bytes of the file (tus)."),
                _header("Upload-Metadata", "Fields as pairs of a name and base64 text (tus)."),
            ],
        },
    ),
    Operation(
        "OPTIONS",
        "/v1/uploads",
        uploads.describe_uploads,
        "ingest",
        "What of tus is spoken",
        tag=_TAG,
        answers={204: Answer("In the headers `Tus-Version`, `Tus-Extension` and `Tus-Max-Size`.")},
    ),
    Operation(
        "GET",
        _UPLOAD,
        uploads.get_upload,
        "ingest",
        "Read how far an upload is",
        "HEAD gives `Upload-Offset`, from which on the rest is to be sent.",
        tag=_TAG,
        answers={200: Answer("The upload.", UploadOut)},
        errors={
            **_NO_UPLOAD,
            410: "`upload_over`: it was cancelled or has failed (tus).",
            412: "`tus_version`: another version of tus.",
        },
        extra={"parameters": [_ID, _VERSION]},
    ),
    Operation(
        "PATCH",
        _UPLOAD,
        uploads.append_upload,
        "ingest",
        "Send a piece",
        "The last one is answered when the file was found to be readable.",
        tag=_TAG,
        answers={204: Answer("The new offset is in `Upload-Offset`.")},
        errors={
            **_FILE,
            **_NO_UPLOAD,
            409: "`upload_offset`: the piece does not follow on what was received. `upload_over`: nothing is "
            "awaited. `upload_elsewhere`: another server has begun to receive it.",
            415: "`not_acceptable`: a piece comes as application/offset+octet-stream.",
        },
        extra={
            "requestBody": _PIECE,
            "parameters": [_ID, _VERSION, _header("Upload-Offset", "Where it begins.", required=True)],
        },
    ),
    Operation(
        "DELETE",
        _UPLOAD,
        uploads.cancel_upload,
        "ingest",
        "Cancel an upload",
        "What was heard so far stays with the meeting, which then ends. One that is done stays as it is.",
        tag=_TAG,
        answers={204: Answer("No more of it is heard.")},
        errors=_NO_UPLOAD,
    ),
    Operation(
        "GET",
        f"{_UPLOAD}/events",
        uploads.watch_upload,
        "ingest",
        "Watch an upload",
        "Server-sent events named `upload`, each with the upload as JSON, to its last state.",
        tag=_TAG,
        answers={200: Answer("A stream of events.", media=(EVENT_STREAM,))},
        errors=_NO_UPLOAD,
    ),
)
