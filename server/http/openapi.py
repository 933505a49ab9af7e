"""The OpenAPI 3.1 document, made from the table of operations and the models that check requests.

In: operations, the version. Out: a document of plain values. There is no second description of a call to keep
in step with the first.
"""

import inspect
import re
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from server.http.catalogue import as_data
from server.http.cookies import NAME, SAFE_NAME
from server.http.event_models import MESSAGES, example
from server.http.models import ErrorOut
from server.http.operations import Answer, Operation
from server.http.wire import DESCRIPTION, STREAM
from server.http.wires import OTHER_WIRES

_REF = "#/components/schemas/{model}"
_ERRORS = {
    400: "The request cannot be understood (`bad_json`, `bad_cursor`).",
    401: "The key or token is missing, not known, expired or revoked.",
    403: "The key or token may not do this; without a key only this machine is served.",
    408: "`body_too_slow`: the body took more than 30 seconds.",
    413: "`body_too_big`: more than 1 MiB.",
    422: "`invalid_field`: the message names the field and what is wrong with it.",
    429: "`too_many_requests`: see `Retry-After`, and `RateLimit` before it comes to that.",
    500: "`internal`: our fault.",
    503: "Overloaded, or the database does not answer; see `retry_after`.",
}
_TAGS = {
    "meetings": "Meetings: make, find, change, delete.",
    "transcripts": "What was said: to read, and live.",
    "webrtc": "Audio over WebRTC (WHIP, RFC 9725).",
    "reports": "Reports: to read, write anew and change, and their templates.",
    "openai": "Recordings, as OpenAI's clients send them.",
    "uploads": "Recordings, sent as files.",
    "bots": "Recorders that join meetings in a browser.",
    "ingest": "Streams that are fetched, or taken from encoders and cameras.",
    "recordings": "The sound of meetings, where it is kept.",
    "pictures": "What was seen: slides, and the page of a meeting.",
    "notifications": "Whom to tell that a report is ready, and what became of it.",
    "assemblyai": "As AssemblyAI's clients call it.",
    "deepgram": "As Deepgram's clients call it.",
    "speechmatics": "As Speechmatics' clients call it.",
    "access": "Who may call, and what was used.",
    "calendars": "Whose meetings bots are sent to.",
    "webhooks": "Where to be told of events, and what became of each.",
    "operations": "For those who run the server.",
}

_SIGNATURE = {
    "webhook-id": "The event: the same in every attempt and for every webhook.",
    "webhook-timestamp": "Unix seconds of this attempt.",
    "webhook-signature": "`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`; several, apart by "
    "spaces, while the secret changes.",
}


def openapi(operations: Sequence[Operation], version: str) -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Steno",
            "version": version,
            "summary": "Streaming transcription of meetings",
            "description": DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        "paths": paths,
        "webhooks": {event: _webhook(event, model) for event, model in MESSAGES.items()},
        "components": {
            "schemas": _schemas(operations),
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "An API key, or a token."},
                "token": {
                    "type": "apiKey",
                    "in": "query",
                    "name": "token",
                    "description": "A token for one meeting; never a key.",
                },
                "cookie": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": NAME,
                    "description": f"Of a signed-in browser, for pages of this server; over https "
                    f"`{SAFE_NAME}`.",
                },
            },
        },
        "x-websocket": [STREAM],
        "x-wires": list(OTHER_WIRES),
        "x-errors": as_data(),
    }


def _schemas(operations: Iterable[Operation]) -> dict[str, Any]:
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(ErrorOut, "serialization"): None}
    for operation in operations:
        wanted[operation.refusal, "serialization"] = None
        if operation.body:
            wanted[operation.body, "validation"] = None
        for answer in operation.answers.values():
            if answer.model:
                wanted[answer.model, "serialization"] = None
    wanted |= dict.fromkeys((model, "validation") for model in MESSAGES.values())
    _, schema = models_json_schema(list(wanted), ref_template=_REF)
    definitions: dict[str, Any] = schema["$defs"]
    return definitions


def _operation(operation: Operation) -> dict[str, Any]:
    value: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": operation.description,
        "tags": [operation.tag],
        "security": _security(operation),
        "x-scope": operation.scope,
        "parameters": [*_path_parameters(operation.path), *_query_parameters(operation.query)],
        "responses": _responses(operation),
        **operation.extra,
    }
    if operation.body:
        value["requestBody"] = {"required": False, "content": {"application/json": _of(operation.body)}}
    return {name: item for name, item in value.items() if item not in ("", [], None)} | {
        "security": value["security"]
    }


def _webhook(event: str, model: type[BaseModel]) -> dict[str, Any]:
    """What a receiver gets of one event, and may answer."""
    headers = [
        {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
        for name, text in _SIGNATURE.items()
    ]
    body = {**_of(model), "example": example(event)}
    return {
        "post": {
            "operationId": "on_" + event.replace(".", "_"),
            "summary": inspect.getdoc(model),
            "tags": ["webhooks"],
            "security": [],
            "parameters": headers,
            "requestBody": {"required": True, "content": {"application/json": body}},
            "responses": {
                "2XX": {"description": "It has arrived. Answer within 15 seconds."},
                "410": {"description": "No more messages are wanted: the webhook is disabled."},
                "default": {"description": "It is tried again for a day; `Retry-After` is kept to."},
            },
        }
    }


def _security(operation: Operation) -> list[dict[str, Any]]:
    """A key opens what its scopes say, a token what is in its meeting; this machine may need neither."""
    if operation.scope is None:
        return []
    named = "{meeting_id}" in operation.path or operation.of_its_meeting
    by_token = named and operation.scope in {"ingest", "view"}
    by_cookie = [{"cookie": list[str]()}] if operation.by_cookie else []
    return [{"key": []}, *([{"token": []}] if by_token else []), *by_cookie, {}]


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _query_parameters(query: type[BaseModel] | None) -> list[dict[str, Any]]:
    if query is None:
        return []
    found = []
    for name, schema in query.model_json_schema(ref_template=_REF)["properties"].items():
        description = schema.pop("description", "")
        schema.pop("title", None)
        found.append({"name": name, "in": "query", "description": description, "schema": schema})
    return found


def _responses(operation: Operation) -> dict[str, Any]:
    answers = {str(status): _answer(answer) for status, answer in operation.answers.items()}
    errors = {500: _ERRORS[500]}
    if operation.scope is not None:
        errors |= {status: _ERRORS[status] for status in (401, 403, 429, 503)}
    if operation.query or operation.body:
        errors[422] = _ERRORS[422]
    if operation.query and "cursor" in operation.query.model_fields:
        errors[400] = _ERRORS[400]
    if operation.body:
        errors |= {status: _ERRORS[status] for status in (400, 408, 413)}
    errors |= operation.errors
    return answers | {
        str(status): {"description": text, "content": {"application/json": _of(operation.refusal)}}
        for status, text in sorted(errors.items())
    }


def _answer(answer: Answer) -> dict[str, Any]:
    content: dict[str, Any] = {"application/json": _of(answer.model)} if answer.model else {}
    content |= {kind: {"schema": _media_schema(kind)} for kind in answer.media}
    return {"description": answer.description, **({"content": content} if content else {})}


def _media_schema(kind: str) -> dict[str, str]:
    return {"type": "object" if kind == "application/json" else "string"}


def _of(model: type[BaseModel]) -> dict[str, Any]:
    return {"schema": {"$ref": _REF.format(model=model.__name__)}}
