"""The edge of Speechmatics' wire: a language in the path, a token in the address, and how clients hear no.

Programs show their key in a header and read the status of a refused handshake. Pages, which can do neither,
show a token in the address and are told on the open socket.
"""

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter, ValidationError
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket, WebSocketDisconnect

from server.http import errors
from server.live.welcome import Welcome
from server.vendors.telling import tell
from streaming.errors import Close, ProtocolError, StenoError
from streaming.events import Problem
from streaming.protocols.frames import shown
from streaming.protocols.speechmatics import SpeechmaticsCodec, refusal
from streaming.protocols.tags import LanguageTag

FIRST_MESSAGE_SECONDS: Final = 5.0
"""How long the first message is awaited of a client that is to be refused."""
_JWT: Final = "jwt"
_TAG: Final = TypeAdapter[str](LanguageTag)


def credential(connection: HTTPConnection) -> str | None:
    """`?jwt=` when it is a token, which has three parts; a key there would be logged on its way."""
    token = connection.query_params.get(_JWT, "")
    return token if token.count(".") == 2 else None


def welcome(websocket: WebSocket, _: datetime) -> Welcome:
    """The codec for a handshake. Raises `ProtocolError` for a path that names no language."""
    named = websocket.path_params.get("language")
    try:
        return Welcome(SpeechmaticsCodec(None if named is None else _TAG.validate_python(named)))
    except ValidationError:
        raise ProtocolError(
            "not_found", f"No language is called {shown(named)}.", Close.NOT_ALLOWED, 404
        ) from None


async def refuse(websocket: WebSocket, error: StenoError) -> None:
    """A status for programs, an `Error` message for pages."""
    if _JWT not in websocket.query_params:
        await errors.refuse(websocket, error)
        return
    # A client that has not sent its first message does not listen for the answer yet.
    with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        await websocket.accept()
        async with asyncio.timeout(FIRST_MESSAGE_SECONDS):
            await websocket.receive()
    await tell(websocket, refusal(Problem.of(error)))
