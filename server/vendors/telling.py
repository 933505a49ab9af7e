"""Refusals that a client reads on its socket, where it has no way to read one in place of the handshake."""

from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

LastWords = tuple[tuple[str, ...], int, str]
"""The last messages, the close code and its reason, as a codec gives them."""


async def tell(websocket: WebSocket, last: LastWords) -> None:
    """Complete the handshake if it is not, say the last words and close."""
    messages, code, reason = last
    with suppress(WebSocketDisconnect, RuntimeError):
        if websocket.application_state is WebSocketState.CONNECTING:
            await websocket.accept()
        for message in messages:
            await websocket.send_text(message)
        await websocket.close(code, reason)
