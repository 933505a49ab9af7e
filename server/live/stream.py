"""`WS /v1/stream`: lets a client in, or refuses the handshake with the status that says why."""

from contextlib import ExitStack

from starlette.websockets import WebSocket

from server.http.guard import Guard
from server.live.connection import Connection
from server.live.services import LiveServices
from server.live.sessions import Sessions
from streaming.errors import Overloaded


class StreamEndpoint:
    """The ASGI endpoint. Raises `StenoError` before the handshake, which the error handler answers."""

    def __init__(self, guard: Guard, sessions: Sessions, services: LiveServices) -> None:
        self._guard = guard
        self._sessions = sessions
        self._services = services

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one client."""
        access = await self._guard.admit(websocket, "ingest")
        if not self._services.languages():
            raise Overloaded("The speech model is still loading.", retry_after=2.0, code="not_ready")
        await self._sessions.check()
        client = websocket.client.host if websocket.client else ""
        with self._sessions.socket(), ExitStack() as whole:
            presence = whole.enter_context(self._guard.present(access))
            waiting = whole.enter_context(ExitStack())
            waiting.enter_context(self._sessions.waiting(client))
            await self._guard.accept(websocket)
            await Connection(websocket, self._sessions, self._services, presence).serve(client, waiting)
