"""The edge of Deepgram's wire: where its clients show their key, and how they are told no.

A refusal comes in place of the handshake, since their SDKs connect again after every close but a good one.
Over HTTP the same body answers the calls beside the wire.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.websockets import WebSocket, WebSocketState

from server.http.errors import error_response, request_id
from server.http.guard import offered_subprotocols
from server.http.reading import values
from server.live.welcome import Welcome
from streaming.errors import StenoError
from streaming.protocols.deepgram import DeepgramCodec
from streaming.protocols.flux import FluxCodec

_SCHEMES: Final = ("token", "bearer")
_CODES: Final = {401: "INVALID_AUTH", 403: "INSUFFICIENT_PERMISSIONS"}


def credential(connection: HTTPConnection) -> str | None:
    """`Authorization: Token <key>` (or `Bearer`), or the subprotocol after `token` or `bearer`."""
    scheme, _, value = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() in _SCHEMES and value.strip():
        return value.strip()
    offered = offered_subprotocols(connection)
    named = [offered[at + 1] for at, name in enumerate(offered[:-1]) if name.lower() in _SCHEMES]
    return named[0] if named else None


def welcome(codec_of: type[DeepgramCodec] | type[FluxCodec], websocket: WebSocket, now: datetime) -> Welcome:
    """The codec for a handshake; what is left out of its wishes stands in a `Warning` header."""
    codec = codec_of(values(websocket.query_params), request_id(websocket), now)
    answered = next((one for one in offered_subprotocols(websocket) if one.lower() in _SCHEMES), None)
    headers = [("dg-request-id", request_id(websocket)), *warnings(codec.wishes.ignored)]
    return Welcome(codec, answered, tuple(headers))


def warnings(ignored: Sequence[str]) -> list[tuple[str, str]]:
    """The header that names what was asked for and left out (RFC 7234 §5.5); none when all was done."""
    return [("Warning", f'299 steno "ignored: {", ".join(ignored)}"')] if ignored else []


def refused(error: StenoError, connection: HTTPConnection) -> JSONResponse:
    """A refusal as Deepgram's clients read it, with the headers that every refusal has."""
    usual = error_response(error, connection)
    body = {
        "err_code": _CODES.get(error.status, error.code.upper()),
        "err_msg": error.message,
        "request_id": request_id(connection),
    }
    kept = {name: value for name, value in usual.headers.items() if name != "content-length"}
    told = {
        "dg-error": error.message.encode("ascii", "replace").decode(),
        "dg-request-id": request_id(connection),
    }
    return JSONResponse(body, error.status, {**kept, **told})


async def refuse(websocket: WebSocket, error: StenoError) -> None:
    """Answer the handshake with a refusal."""
    if websocket.application_state is WebSocketState.CONNECTING:
        await websocket.send_denial_response(refused(error, websocket))
