"""Every wire that live audio comes over: one table, one way in.

A row says at which path a wire is spoken, where its clients show their credential, how a refusal of the
handshake looks to them, and which codec speaks it. All else is the same for all: the guard, the bounds, the
session. What a codec cannot serve, its maker refuses before the handshake is completed.
"""

from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Final

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from server.access.access import Access
from server.deepgram import edge as deepgram
from server.http.errors import note, refuse
from server.http.guard import Guard, offered_subprotocols
from server.live.connection import Connection
from server.live.services import LiveServices
from server.live.sessions import Sessions
from server.live.welcome import Welcome
from server.openai import realtime
from server.vendors import assemblyai, speechmatics, twilio
from streaming.errors import StenoError
from streaming.protocols.deepgram import DeepgramCodec
from streaming.protocols.flux import FluxCodec
from streaming.protocols.native import SUBPROTOCOL, NativeCodec


@dataclass(frozen=True, slots=True)
class Wire:
    """One row.

    `credential` is the key or token that a handshake shows in a way of this wire's own; None leaves it to the
    guard, which reads what all wires have in common. `welcome` gets the handshake and the time of day and
    raises `ProtocolError` for what cannot be served. `refuse` answers the handshake instead. With `lasting` a
    token that was good at the handshake is good for the whole stream, as clients of the wire are used to,
    unless its key expires or is revoked. `idle_seconds` without audio end a stream, where the wire's clients
    may be silent for longer than those of others. Where the credential comes in the first message,
    `introduction` completes the handshake and reads up to it. Only `by_cookie` does a signed-in browser come
    in: never where the clients are programs.
    """

    path: str
    credential: Callable[[WebSocket], str | None]
    welcome: Callable[[WebSocket, datetime], Welcome]
    refuse: Callable[[WebSocket, StenoError], Awaitable[None]] = refuse
    lasting: bool = False
    idle_seconds: float | None = None
    introduction: Callable[[WebSocket], Awaitable[str | None]] | None = None
    by_cookie: bool = False


def _native(websocket: WebSocket, _: datetime) -> Welcome:
    known = SUBPROTOCOL in offered_subprotocols(websocket)
    return Welcome(NativeCodec(), SUBPROTOCOL if known else None)


WIRES: Final = (
    Wire("/v1/stream", credential=lambda _: None, welcome=_native, by_cookie=True),
    *(
        Wire(path, deepgram.credential, partial(deepgram.welcome, codec), deepgram.refuse, lasting=True)
        for path, codec in (("/v1/listen", DeepgramCodec), ("/v2/listen", FluxCodec))
    ),
    Wire(
        "/v1/realtime",
        realtime.credential,
        realtime.welcome,
        realtime.refuse,
        lasting=True,
        idle_seconds=realtime.IDLE_SECONDS,
    ),
    Wire("/v3/ws", assemblyai.credential, assemblyai.welcome, assemblyai.refuse, lasting=True),
    *(
        Wire(path, speechmatics.credential, speechmatics.welcome, speechmatics.refuse, lasting=True)
        for path in ("/v2", "/v2/", "/v2/{language}")
    ),
    Wire("/twilio", lambda _: None, twilio.welcome, twilio.refuse, introduction=twilio.introduction),
)


def wire_routes(guard: Guard, sessions: Sessions, services: LiveServices) -> list[BaseRoute]:
    """A route for each wire."""
    return [
        WebSocketRoute(wire.path, WireEndpoint(wire, guard, sessions, services).serve, name=wire.path)
        for wire in WIRES
    ]


class WireEndpoint:
    """The ASGI endpoint of one wire."""

    def __init__(self, wire: Wire, guard: Guard, sessions: Sessions, services: LiveServices) -> None:
        self._wire = wire
        self._guard = guard
        self._sessions = sessions
        self._services = services
        if wire.idle_seconds is not None:
            self._services = replace(services, idle_seconds=wire.idle_seconds)

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one client, or refuse the handshake in the way of the wire."""
        try:
            await self._serve(websocket)
        except WebSocketDisconnect:
            return
        except StenoError as error:
            note(websocket, error)
            await self._wire.refuse(websocket, error)

    async def _serve(self, websocket: WebSocket) -> None:
        address = websocket.client.host if websocket.client else ""
        with self._sessions.socket(), ExitStack() as whole:
            waiting = whole.enter_context(ExitStack())
            waiting.enter_context(self._sessions.waiting(address))
            access = await self._let_in(websocket)
            welcome = self._wire.welcome(websocket, datetime.now(UTC))
            whole.callback(welcome.farewell)
            held = access.lasting() if self._wire.lasting else access
            presence = whole.enter_context(self._guard.present(held, sends=True))

            async def accept() -> None:
                if websocket.application_state is WebSocketState.CONNECTING:
                    headers = [(name.encode(), value.encode()) for name, value in welcome.headers]
                    await websocket.accept(welcome.subprotocol, headers)

            connection = Connection(
                websocket, self._sessions, self._services, welcome.codec, accept=accept, presence=presence
            )
            await connection.serve(waiting)

    async def _let_in(self, websocket: WebSocket) -> Access:
        """Who has a credential, while there is a model and room. Raises `StenoError`."""
        wire = self._wire
        offered = await wire.introduction(websocket) if wire.introduction else wire.credential(websocket)
        access = await self._guard.admit(websocket, "ingest", offered, by_cookie=wire.by_cookie)
        await self._sessions.check()
        return access
