"""What every answer has, whatever gave it: a request id, security headers, and never a traceback.

In: any ASGI application. Out: the same one, its responses and handshakes with `X-Request-Id` and headers that
keep a browser strict; a response's own header wins. An exception that nobody expected becomes the error
`internal` and one line in the log. Reads no body and knows no route.
"""

import re
import traceback
import uuid
from contextlib import suppress

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from server.http.errors import INTERNAL, error_response, note
from server.http.guard import RATE_LIMIT

log = structlog.get_logger(__name__)

CONTENT_SECURITY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_STARTS = {"http.response.start", "websocket.http.response.start"}


class Envelope:
    """ASGI middleware; the outermost of ours."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        name = given if _SANE_ID.fullmatch(given) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = name
        private = scope["path"].startswith("/v1/")
        started = False

        async def enveloped(message: Message) -> None:
            nonlocal started
            if message["type"] in _STARTS or message["type"] == "websocket.accept":
                started = True
                headers = MutableHeaders(raw=list(message.get("headers", [])))
                headers["X-Request-Id"] = name
                if message["type"] in _STARTS:
                    headers.update(scope["state"].get(RATE_LIMIT, {}))
                    _complete(headers, private)
                message = {**message, "headers": headers.raw}
            try:
                await send(message)
            except OSError as gone:
                # Starlette says so only once a socket is open; a peer may go before.
                left = WebSocketDisconnect(1006) if scope["type"] == "websocket" else ClientDisconnect()
                raise left from gone

        try:
            await self.app(scope, receive, enveloped)
        except (ClientDisconnect, WebSocketDisconnect):
            return
        except Exception as error:
            # Not the exception's text: drivers put values into it, and what was said is never logged.
            fault = type(error).__name__
            log.error("request_crashed", request_id=name, error=fault, at=_frames(error))  # noqa: TRY400
            note(HTTPConnection(scope), INTERNAL)
            await _internal(scope, receive, enveloped, started)


def _frames(error: Exception) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def _complete(headers: MutableHeaders, private: bool) -> None:
    for header, value in SECURITY_HEADERS.items():
        headers.setdefault(header, value)
    # Scripts of an older version beside a newer page would fail: what is cached is asked for again.
    headers.setdefault("Cache-Control", "no-store" if private else "no-cache")


async def _internal(scope: Scope, receive: Receive, send: Send, started: bool) -> None:
    """Say that it was our fault, as far as that can still be said: a response half sent is cut off."""
    if scope["type"] == "websocket" and (started or not _can_deny(scope)):
        with suppress(Exception):  # The peer may have gone, or the close may have been sent.
            await send({"type": "websocket.close", "code": INTERNAL.close, "reason": INTERNAL.code})
    elif not started:
        await error_response(INTERNAL, HTTPConnection(scope))(scope, receive, send)


def _can_deny(scope: Scope) -> bool:
    return "websocket.http.response" in (scope.get("extensions") or {})
