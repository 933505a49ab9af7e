"""The one place that tells a peer what went wrong, over HTTP or in place of a WebSocket handshake.

In: an exception. Out: `{"error": {code, message, request_id, retry_after?}}` with the status and headers that
belong to it, or on an open WebSocket an `error` message and the close. Internals never leave this module.
"""

import math
from contextlib import suppress
from typing import Any, cast

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ExceptionHandler
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from server.problems import Problems
from streaming.errors import Overloaded, ProtocolError, StenoError
from streaming.events import Problem
from streaming.protocols.native import encode

log = structlog.get_logger(__name__)

INTERNAL = StenoError("internal", "The server failed to do this; the fault is not in the request.")

_PHRASES = {
    404: ProtocolError("not_found", "There is nothing at this address; see /docs.", status=404),
    405: ProtocolError(
        "method_not_allowed",
        "This address does not take this method; see the Allow header and /docs.",
        status=405,
    ),
}
"""What the routes and the static files raise; anything else of theirs is our fault."""


def error_response(error: StenoError, connection: HTTPConnection, **more: Any) -> JSONResponse:
    """The response for an error; `more` stands beside `error` in the body."""
    body: dict[str, Any] = {
        "code": error.code,
        "message": error.message,
        "request_id": request_id(connection),
    }
    headers = {}
    if error.retry_after is not None:
        body["retry_after"] = error.retry_after
        headers["Retry-After"] = str(math.ceil(error.retry_after))
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="steno"'
    if error.status == 408:
        headers["Connection"] = "close"  # What is still to come of the request is not waited for.
    return JSONResponse({"error": body, **more}, error.status, headers)


def request_id(connection: HTTPConnection) -> str:
    """The id that the envelope gave to this call; empty outside of it."""
    return str(connection.scope.get("state", {}).get("request_id", ""))


async def refuse(websocket: WebSocket, error: StenoError) -> None:
    """Refuse a handshake with the status of an error, or end an open socket with its close code."""
    if websocket.application_state is WebSocketState.CONNECTING:
        await websocket.send_denial_response(error_response(error, websocket))
    elif websocket.application_state is WebSocketState.CONNECTED:
        with suppress(WebSocketDisconnect):
            await websocket.send_text(encode(Problem.of(error)))
            await websocket.close(error.close, error.code)


def note(connection: HTTPConnection, error: StenoError) -> None:
    """Let the operator know of a fault of ours, or of a limit that was reached, where the application keeps
    what went wrong. Whoever answers an error in a form of its own calls this too."""
    if error.status < 500 and error.status != 429:
        return
    application = connection.scope.get("app")
    problems: Problems | None = getattr(getattr(application, "state", None), "problems", None)
    if problems is not None:
        problems.meet(error.code, "call")


async def _steno_error(connection: HTTPConnection, error: Exception) -> Response | None:
    assert isinstance(error, StenoError)  # noqa: S101 (how handlers are registered)
    if error.status >= 500 and not isinstance(error, Overloaded):
        log.error("request_failed", code=error.code, request_id=request_id(connection))
    note(connection, error)
    if isinstance(connection, WebSocket):
        await refuse(connection, error)
        return None
    return error_response(error, connection)


async def _http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 (how handlers are registered)
    response = error_response(_PHRASES.get(error.status_code, INTERNAL), request)
    response.headers.update(error.headers or {})
    return response


EXCEPTION_HANDLERS: dict[Any, ExceptionHandler] = {
    StenoError: cast("ExceptionHandler", _steno_error),
    HTTPException: cast("ExceptionHandler", _http_exception),
}
"""For `Starlette(exception_handlers=...)`. What is not expected is answered by the envelope."""
