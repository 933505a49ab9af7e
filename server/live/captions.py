"""A meeting's captions to one viewer: as server-sent events, or over a WebSocket at the same address.

In: a checked request. Out: the messages of the native wire (`caption`, `speech`, `gap`, `ended`), what was
said first, then live. A viewer who does not read is sent away (4409) by the hub's rule and may come back with
the last number seen. Nothing is queued here: the subscription's outbox is the only buffer.
"""

import asyncio
import json
import time
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from server.access.access import Access
from server.access.presence import Presence
from server.http.errors import refuse
from server.http.models import CaptionsQuery
from server.http.operations import Call, meeting_id
from server.http.reading import read_query
from server.http.services import Services
from server.live.hub import Subscription
from server.live.messages import MessageRate
from streaming.errors import Close, ProtocolError, StenoError
from streaming.events import Caption, Edited, Ended, Event, Pong, Problem
from streaming.protocols.frames import check_text
from streaming.protocols.native import encode

RETRY_MS = 2_000
"""What a browser's EventSource waits before it connects again."""

LAST_WORDS = 10.0
"""Seconds that the last message to a viewer who has stopped reading may take."""

EVENT_STREAM = "text/event-stream"


async def watch_captions(services: Services, call: Call) -> Response:
    """Captions as server-sent events; `Last-Event-ID` counts as `since` when a browser comes back."""
    accepted = call.request.headers.get("accept", "*/*")
    if not any(kind in accepted for kind in (EVENT_STREAM, "text/*", "*/*")):
        raise ProtocolError(
            "not_acceptable", f"Captions come as {EVENT_STREAM} or over a WebSocket.", status=406
        )
    query: CaptionsQuery = call.query
    return CaptionStream(services, call.access, call.meeting_id, query.since)


class CaptionStream(Response):
    """An endless response; its errors come before the first byte, as with any other response."""

    def __init__(self, services: Services, access: Access, meeting: str, since: int) -> None:
        super().__init__(
            headers={"Content-Type": f"{EVENT_STREAM}; charset=utf-8", "X-Accel-Buffering": "no"}
        )
        del self.headers["content-length"]
        self._services = services
        self._access = access
        self._meeting = meeting
        self._since = since

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve until the meeting ends or one side leaves."""
        seen = Headers(scope=scope).get("last-event-id", "")
        came_back = seen.isascii() and seen.isdigit() and len(seen) < 20
        since = max(self._since, int(seen)) if came_back else self._since
        services = self._services
        with services.guard.present(self._access) as presence:
            async with services.hub.subscribe(self._meeting, since) as viewer:
                over = viewer.replaying and isinstance(viewer.replaying[-1], Ended)
                seen_all = not any(isinstance(event, Caption) for event in viewer.replaying)
                if came_back and over and seen_all:
                    # 204 is how EventSource is told not to connect again.
                    await Response(status_code=204)(scope, receive, send)
                    return
                head = {"status": self.status_code, "headers": self.raw_headers}
                await send({"type": "http.response.start", **head})
                if scope["method"] != "HEAD":
                    await self._stream(viewer, presence, receive, send)
                else:
                    await send({"type": "http.response.body", "body": b""})

    async def _stream(self, viewer: Subscription, presence: Presence, receive: Receive, send: Send) -> None:
        await first_of(
            self._write(viewer, send), _left(receive), _must_leave(viewer), _sent_away(presence, viewer)
        )
        error = viewer.error
        last = b"" if error is None else _server_sent(Problem.of(error))
        try:
            async with asyncio.timeout(LAST_WORDS):
                await send({"type": "http.response.body", "body": last, "more_body": False})
        except TimeoutError:
            return  # The peer reads nothing at all; the server below cuts the connection.

    async def _write(self, viewer: Subscription, send: Send) -> None:
        await send(_chunk(f"retry: {RETRY_MS}\n\n".encode()))
        with suppress(StenoError):  # `viewer.error` keeps it for the last words.
            while True:
                event = await viewer.get(self._services.keep_alive)
                await send(_chunk(b": keep-alive\n\n" if event is None else _server_sent(event)))
                if isinstance(event, Ended):
                    return


def _chunk(data: bytes) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": True}


def _server_sent(event: Event | Edited) -> bytes:
    """One event of the stream (WHATWG HTML §9.2); its data is one line, because JSON escapes line ends."""
    data = encode(event)
    number = f"id: {event.seq}\n" if isinstance(event, Caption) else ""
    return f"{number}event: {json.loads(data)['type']}\ndata: {data}\n\n".encode()


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def watch_socket(services: Services, websocket: WebSocket) -> None:
    """Captions over a WebSocket. Refusals come in place of the handshake, with their HTTP status."""
    access = await services.guard.admit(websocket, "view", by_cookie=True)
    query = read_query(websocket.query_params, CaptionsQuery)
    meeting = meeting_id(websocket.path_params["meeting_id"])
    await services.guard.enter(access, meeting)
    with services.guard.present(access) as presence:
        await _show(services, websocket, presence, meeting, query.since)


async def _show(
    services: Services, websocket: WebSocket, presence: Presence, meeting: str, since: int
) -> None:
    async with services.hub.subscribe(meeting, since) as viewer:
        await services.guard.accept(websocket)
        talk = _Talk(websocket, viewer)
        await first_of(talk.write(), talk.read(), _must_leave(viewer), _sent_away(presence, viewer))
        try:
            async with asyncio.timeout(LAST_WORDS):
                await talk.close()
        except TimeoutError:
            return  # The peer reads nothing at all; the server below cuts the connection.


class _Talk:
    """Both directions of one viewer's socket."""

    def __init__(self, websocket: WebSocket, viewer: Subscription) -> None:
        self._websocket = websocket
        self._viewer = viewer
        self._fault: StenoError | None = None
        self._messages = MessageRate(time.monotonic)

    async def write(self) -> None:
        """Send until the meeting has ended."""
        with suppress(WebSocketDisconnect, StenoError):  # `viewer.error` keeps it for `close`.
            async for event in self._viewer:
                await self._websocket.send_text(encode(event))

    async def read(self) -> None:
        """Answer pings until the viewer leaves or says something that viewers do not say."""
        try:
            while True:
                message = await self._websocket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                self._messages.check()
                await self._websocket.send_text(encode(_answer(message)))
        except ProtocolError as error:
            self._fault = error
        except WebSocketDisconnect:
            return

    async def close(self) -> None:
        """Say why, unless the peer has gone already."""
        error = self._viewer.error or self._fault
        try:
            if error is not None:
                await refuse(self._websocket, error)
            else:
                await self._websocket.close(Close.DONE)
        except (WebSocketDisconnect, RuntimeError):
            return  # RuntimeError: Starlette's word for a socket whose close was already received.


def _answer(message: Message) -> Pong:
    """The pong to a ping. Raises `ProtocolError` for everything else."""
    text = message.get("text")
    if text is None:
        raise ProtocolError("unexpected_binary", "Viewers send no audio here.", Close.NOT_UNDERSTOOD)
    check_text(text)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise ProtocolError("bad_json", "The message is not valid JSON.", Close.NOT_UNDERSTOOD) from None
    name = value.get("type") if isinstance(value, dict) else None
    if name != "ping":
        raise ProtocolError("unknown_type", "Viewers send messages of the type `ping` and no other.")
    given = value.get("id")
    return Pong(given[:100] if isinstance(given, str) else None)


async def _sent_away(presence: Presence, viewer: Subscription) -> None:
    await presence.over.wait()
    if presence.error is not None:
        viewer.fail(presence.error)


async def _must_leave(viewer: Subscription) -> None:
    await viewer.failed.wait()


async def first_of(*jobs: Coroutine[Any, Any, None]) -> None:
    """Run jobs side by side until one of them is done, then cancel the others and wait for them."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(job) for job in jobs]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
