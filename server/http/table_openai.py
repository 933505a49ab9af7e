"""The operations of OpenAI's API that are served here; their errors have the form that its clients read."""

from typing import Any, Final

from pydantic import BaseModel

from server.deepgram.edge import credential
from server.http.operations import Answer, Operation
from server.openai.errors import refusal
from server.openai.models import get_model, list_models
from server.openai.secrets import (
    OlderBody,
    SecretBody,
    create_client_secret,
    create_transcription_session,
)
from server.openai.transcriptions import create_transcription, create_translation


class OpenAIErrorDetail(BaseModel):
    """What went wrong, as OpenAI's clients read it; `param` is the field at fault."""

    message: str
    type: str
    param: str | None
    code: str


class OpenAIErrorOut(BaseModel):
    """The body of an error on the addresses of OpenAI's API."""

    error: OpenAIErrorDetail


_LIST: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
FORM: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "model"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "At most 512 MiB."},
                        "model": {"type": "string", "description": "Any name; the server's model answers."},
                        "language": {"type": "string"},
                        "languages[]": _LIST,
                        "prompt": {"type": "string", "description": "Names and terms, between commas."},
                        "keywords[]": _LIST,
                        "response_format": {"enum": ["json", "text", "srt", "verbose_json", "vtt"]},
                        "temperature": {"type": "number", "description": "Without effect."},
                        "timestamp_granularities[]": _LIST,
                        "include[]": _LIST,
                        "stream": {"type": "boolean"},
                        "meeting": {"type": "string", "description": "Keep the transcript in this meeting."},
                    },
                }
            }
        },
    }
}
_FORM_ERRORS = {
    400: "The form or the file cannot be read, or a field is wrong; `param` names it.",
    408: "`body_too_slow`: the form stopped coming.",
    413: "`file_too_big`, `file_too_long`, `body_too_big`.",
    503: "`too_many_files`, or the server is not ready; see `Retry-After`.",
}

OPENAI: Final[tuple[Operation, ...]] = (
    Operation(
        "POST",
        "/v1/audio/transcriptions",
        create_transcription,
        "ingest",
        "Transcribe a file (OpenAI)",
        "As OpenAI's clients call it. The file is heard in the background of live speech and not kept unless "
        "`meeting` names where its transcript belongs. Errors are `{error: {message, type, param, code}}`.",
        tag="openai",
        answers={
            200: Answer(
                "The transcript in the form asked for; with `stream` server-sent events.",
                media=(
                    "application/json",
                    "text/plain",
                    "application/x-subrip",
                    "text/vtt",
                    "text/event-stream",
                ),
            )
        },
        errors=_FORM_ERRORS,
        extra=FORM,
        refuse=refusal,
        refusal=OpenAIErrorOut,
    ),
    Operation(
        "POST",
        "/v1/audio/translations",
        create_translation,
        "ingest",
        "Translate a file (OpenAI)",
        "Not served: the recognition writes down what is said in its own language.",
        tag="openai",
        errors={400: "`translation_not_supported`."},
        refuse=refusal,
        refusal=OpenAIErrorOut,
    ),
    Operation(
        "GET",
        "/v1/models",
        list_models,
        "view",
        "List the models (OpenAI, Deepgram)",
        tag="openai",
        answers={200: Answer("The model that hears.", media=("application/json",))},
        refuse=refusal,
        refusal=OpenAIErrorOut,
        credential=credential,
    ),
    Operation(
        "GET",
        "/v1/models/{model}",
        get_model,
        "view",
        "Read a model (OpenAI, Deepgram)",
        tag="openai",
        answers={200: Answer("The model.", media=("application/json",))},
        errors={404: "`model_not_found`: there is no model of this name."},
        refuse=refusal,
        refusal=OpenAIErrorOut,
        credential=credential,
    ),
    Operation(
        "POST",
        "/v1/realtime/client_secrets",
        create_client_secret,
        "ingest",
        "Make a secret for a page (OpenAI)",
        "For `/v1/realtime`, with the settings given; it opens sessions of a meeting that is made with it. "
        "A session that was opened in time goes on.",
        tag="openai",
        body=SecretBody,
        answers={200: Answer("The secret and its session.", media=("application/json",))},
        errors={400: "`invalid_field`: a setting is wrong; `param` names it."},
        refuse=refusal,
        refusal=OpenAIErrorOut,
    ),
    Operation(
        "POST",
        "/v1/realtime/transcription_sessions",
        create_transcription_session,
        "ingest",
        "Make a secret for a page (OpenAI, older)",
        "The same in the older dialect.",
        tag="openai",
        body=OlderBody,
        answers={200: Answer("The session with its secret.", media=("application/json",))},
        errors={400: "`invalid_field`: a setting is wrong; `param` names it."},
        refuse=refusal,
        refusal=OpenAIErrorOut,
    ),
)
