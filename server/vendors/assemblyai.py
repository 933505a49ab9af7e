"""The edge of AssemblyAI's wire: a key without a scheme, and refusals on the open socket.

Its SDKs take every refused handshake for a passing fault or show a bare status; an `Error` message they
understand, and do not try again what cannot succeed.
"""

from datetime import datetime
from typing import Final

from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket

from server.http.reading import values
from server.live.welcome import Welcome
from server.vendors.telling import tell
from streaming.errors import StenoError
from streaming.events import Problem
from streaming.protocols.assemblyai import AssemblyAICodec, refusal

_BEARER: Final = "bearer "


def credential(connection: HTTPConnection) -> str | None:
    """`Authorization: <key>`; one with `Bearer`, and a token in the address, are read for every wire."""
    shown = connection.headers.get("authorization", "").strip()
    return None if shown.lower().startswith(_BEARER) else shown or None


def welcome(websocket: WebSocket, now: datetime) -> Welcome:
    """The codec for a handshake. Raises `ProtocolError` for a query that cannot be served."""
    return Welcome(AssemblyAICodec(values(websocket.query_params), now))


async def refuse(websocket: WebSocket, error: StenoError) -> None:
    """Tell the client why on its socket."""
    await tell(websocket, refusal(Problem.of(error)))
