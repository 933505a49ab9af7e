"""WHIP (RFC 9725): a peer's audio by one HTTP call.

An offer is answered with the address of a session, which nobody can guess, and which therefore is all that
PATCH (more candidates) and DELETE (the end) need. What the session cannot do is refused as the RFC says; an
ICE restart is one of these. How much arrived of a stream that has ended is remembered for a while: a client
whose connection broke goes on from there.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import Response

from asr.types import SAMPLE_RATE
from server.access.access import Access
from server.http.guard import Guard
from server.http.peers import PeerEnded, WhipQuery
from server.http.reading import read_text
from server.http.whip import FRAGMENT, SDP
from server.live.services import LiveServices
from server.live.session import Seat
from server.live.sessions import Sessions
from server.rtc import offer
from server.rtc.peer import PeerConnection
from server.rtc.servers import IceServer
from server.rtc.stream import PeerStream
from streaming.commands import AudioFormat, Encoding, Start
from streaming.errors import NotFound, ProtocolError

REMEMBERED: Final = 1_000
"""Peers that have ended and are still known."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Peer:
    """A peer that is served, and the offer that it made."""

    connection: PeerConnection
    stream: PeerStream
    meeting: str
    offer: str
    tag: str


class Whip:
    """All peers of this process. `running` must be open while they are served. `servers` are told to peers;
    `stun` is asked by this process itself for its address."""

    def __init__(
        self,
        guard: Guard,
        sessions: Sessions,
        services: LiveServices,
        servers: Sequence[IceServer] = (),
        stun: Sequence[str] = (),
    ) -> None:
        self._guard = guard
        self._sessions = sessions
        self._services = services
        self._servers = servers
        self._stun = stun
        self._tasks: asyncio.TaskGroup | None = None
        self._closing = asyncio.Lock()
        self._peers: dict[str, Peer] = {}  # bounded: by the places for sessions
        # bounded: by `REMEMBERED`, the oldest is forgotten; meeting and seconds by the peer's name.
        self._ended: dict[str, tuple[str, float]] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve peers until the end of the block, and end those that are left."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            yield
            for peer in self._peers.values():
                peer.connection.stop()

    async def begin(self, request: Request, access: Access, query: WhipQuery) -> Response:
        """Answer the offer of a caller who was let in, also into the meeting that the path names. Raises
        `ProtocolError`, `Overloaded`, `StoreError`."""
        meeting = request.path_params.get("meeting_id", access.meeting)
        _require(request, SDP)
        fit = offer.fit(await read_text(request))
        await self._sessions.check()
        audio = AudioFormat(Encoding.PCM_F32LE, SAMPLE_RATE, 1)
        start = Start(audio, meeting=meeting, **query.model_dump(exclude_none=True))
        return await self._open(request, access, start, fit)

    async def _open(self, request: Request, access: Access, start: Start, fit: str) -> Response:
        """Answer a peer, open its session, and go on serving it when the call is over."""
        address = request.client.host if request.client else ""
        async with AsyncExitStack() as stack:
            stack.enter_context(self._sessions.socket())
            with self._sessions.waiting(address):
                connection = PeerConnection(self._stun)
                stack.push_async_callback(self._close, connection)
                answer = await connection.answer(fit)
                presence = stack.enter_context(self._guard.present(access, sends=True))
                live = await self._sessions.open(start, access, resumable=False)
            seat = await live.attach()
            stack.callback(live.detach, seat)
            name, tag = secrets.token_urlsafe(24), f'"{secrets.token_urlsafe(8)}"'
            stream = PeerStream(connection, live, presence)
            self._peers[name] = Peer(connection, stream, live.meeting, fit, tag)
            stack.callback(self._left, name)
            assert self._tasks is not None, "peers are taken while `running` is open"  # noqa: S101
            self._tasks.create_task(self._serve(stream, seat, stack.pop_all()))
        return self._answered(answer, live.meeting, name, tag)

    def _answered(self, answer: str, meeting: str, name: str, tag: str) -> Response:
        headers = {"Location": f"/v1/whip/{meeting}/{name}", "ETag": tag, "Accept-Patch": FRAGMENT}
        response = Response(answer, 201, headers, SDP)
        for server in self._servers:
            response.headers.append("Link", server.link(time.time(), meeting))
        return response

    async def _serve(self, stream: PeerStream, seat: Seat, whole: AsyncExitStack) -> None:
        """Serve a peer; a fault of one is none of the others'."""
        async with whole:
            try:
                await stream.serve(seat)
            except Exception:
                log.exception("peer_failed")

    async def _close(self, connection: PeerConnection) -> None:
        """One at a time: closing blocks the loop until the decoder's thread has ended."""
        async with self._closing:
            await connection.close()

    def _left(self, name: str) -> None:
        peer = self._peers.pop(name)
        peer.stream.complete.set()  # Also where serving it failed: whoever ends it waits for that.
        self._ended[name] = peer.meeting, peer.stream.received
        if len(self._ended) > REMEMBERED:
            self._ended.pop(next(iter(self._ended)))

    async def trickle(self, request: Request) -> Response:
        """Take more candidates of a peer. Raises `ProtocolError`, `NotFound`."""
        peer = self._peer(request)
        text = await read_text(request)
        if not text:  # As one client begins.
            return Response(status_code=204)
        _require(request, FRAGMENT)
        tag = request.headers.get("if-match") or request.headers.get("etag")
        if tag is None:
            raise ProtocolError("precondition_missing", "Name the session's ETag in If-Match.", status=428)
        if tag == "*" or offer.restarts(text, peer.offer):
            raise ProtocolError(
                "restart_not_supported", "ICE is not restarted here: begin a new session.", status=422
            )
        if tag.strip('"') != peer.tag.strip('"'):
            raise ProtocolError("precondition_failed", "The session has another ETag.", status=412)
        await peer.connection.trickle(offer.candidates(text))
        return Response(status_code=204)

    async def end(self, request: Request) -> PeerEnded:
        """End a peer's stream, or tell again of one that has ended. Raises `NotFound`."""
        meeting, seconds = self._ended.get(request.path_params["peer"], ("", 0.0))
        if meeting != request.path_params["meeting_id"]:
            peer = self._peer(request)
            peer.connection.stop()
            await peer.stream.complete.wait()
            seconds = peer.stream.received
        return PeerEnded(received=round(seconds, 3))

    def _peer(self, request: Request) -> Peer:
        peer = self._peers.get(request.path_params["peer"])
        if peer is None or peer.meeting != request.path_params["meeting_id"]:
            raise NotFound("peer_not_found", "There is no such session; it may have ended.")
        return peer


def _require(request: Request, kind: str) -> None:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != kind:
        raise ProtocolError("media_type_not_supported", f"Send the body as {kind}.", status=415)
