"""The edge of Twilio's wire: a call shows its credential in its first message, on the open socket."""

import asyncio
from datetime import datetime
from typing import Final

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from server.http import errors
from server.live.welcome import Welcome
from server.vendors.telling import tell
from streaming.errors import Close, ProtocolError, StenoError
from streaming.events import Problem
from streaming.protocols.frames import check_size
from streaming.protocols.twilio import RATE, TwilioCodec

START_SECONDS: Final = 5.0
"""How long a call may take to say who it is."""

log = structlog.get_logger(__name__)


async def introduction(websocket: WebSocket) -> str | None:
    """Complete the handshake and read up to the start of the call: the credential in its parameters.

    Raises `ProtocolError`, `WebSocketDisconnect`.
    """
    codec = TwilioCodec()
    websocket.state.codec = codec
    await websocket.accept()
    try:
        async with asyncio.timeout(START_SECONDS):
            while not codec.introduced:
                codec.introduce(await _text(websocket))
    except TimeoutError:
        raise ProtocolError(
            "idle", f"The call did not start within {START_SECONDS:g} seconds.", Close.NO_AUDIO, 408
        ) from None
    return codec.offered


async def _text(websocket: WebSocket) -> str:
    message = await websocket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1006), message.get("reason"))
    text = message.get("text")
    if not isinstance(text, str):
        raise ProtocolError("unexpected_binary", "A call is told in text.", Close.NOT_UNDERSTOOD)
    check_size(len(text.encode(errors="replace")))
    return text


def welcome(websocket: WebSocket, _: datetime) -> Welcome:
    """The codec that took the introduction. Audio too late for its place is told in the end."""
    codec: TwilioCodec = websocket.state.codec

    def farewell() -> None:
        if codec.late:
            log.warning("call_audio_late", seconds=codec.late / RATE)

    return Welcome(codec, farewell=farewell)


async def refuse(websocket: WebSocket, error: StenoError) -> None:
    """Twilio reads nothing but a status, or a close code and its reason."""
    if websocket.application_state is WebSocketState.CONNECTING:
        await errors.refuse(websocket, error)
    else:
        await tell(websocket, TwilioCodec().close(Problem.of(error)))
