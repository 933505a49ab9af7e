"""The row of OpenAI's Realtime wire: who calls, in which dialect, and how a refusal looks."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from starlette.websockets import WebSocket

from server.http.guard import offered_subprotocols
from server.http.reading import values
from server.live.welcome import Welcome
from server.openai.errors import refusal
from server.openai.secrets import opened
from streaming.errors import StenoError
from streaming.protocols.openai_realtime import SUBPROTOCOL, RealtimeCodec

_KEY: Final = "openai-insecure-api-key."
"""How browsers, which cannot set headers, show a key: among the subprotocols."""
IDLE_SECONDS: Final = 3_600.0
"""The wire has no message that keeps it open, and its clients send nothing while they are muted: OpenAI's own
sessions last an hour. A client that is gone shows by the pings, which its machine does not answer."""
_OLDER: Final = "openai-beta.realtime-v1"


def credential(websocket: WebSocket) -> str | None:
    """The key or token, of a secret for pages the token in it."""
    return _opened(websocket)[0]


def welcome(websocket: WebSocket, _: datetime) -> Welcome:
    """The codec for a handshake, with the settings of a secret. Raises `ProtocolError`."""
    names = offered_subprotocols(websocket)
    older = _OLDER in names or websocket.headers.get("openai-beta") == "realtime=v1"
    codec = RealtimeCodec(
        values(websocket.query_params), secrets.token_hex(10), older=older, session=_opened(websocket)[1]
    )
    return Welcome(codec, SUBPROTOCOL if SUBPROTOCOL in names else None)


def _opened(websocket: WebSocket) -> tuple[str | None, Mapping[str, Any] | None]:
    scheme, _, value = websocket.headers.get("authorization", "").partition(" ")
    names = offered_subprotocols(websocket)
    shown = value.strip() if scheme.lower() == "bearer" else ""
    shown = shown or next((name.removeprefix(_KEY) for name in names if name.startswith(_KEY)), "")
    return opened(shown) if shown else (None, None)


async def refuse(websocket: WebSocket, error: StenoError) -> None:
    """Refuse the handshake with the status of the error, and say why as the API does."""
    await websocket.send_denial_response(refusal(error, websocket))
