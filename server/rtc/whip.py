"""WHIP (RFC 9725): a peer's audio by one HTTP call.

POST an offer to `/v1/whip` (a new meeting) or `/v1/whip/{meeting_id}`; the answer names the address of the
session, which nobody can guess, and which therefore is all that PATCH (more candidates) and DELETE (the end)
need. What the session cannot do is refused as the RFC says; an ICE restart is one of these.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Final

import structlog
from pydantic import BaseModel, BeforeValidator, Field
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from asr.types import SAMPLE_RATE
from server.access.access import Access
from server.http.guard import Guard
from server.http.models import Language, Name, Title
from server.http.operations import meeting_id
from server.http.reading import read_query, read_text
from server.http.routing import PREFLIGHT_SECONDS
from server.live.services import LiveServices
from server.live.session import Seat
from server.live.sessions import Sessions
from server.rtc import offer
from server.rtc.peer import PeerConnection
from server.rtc.stream import PeerStream
from streaming.commands import AudioFormat, Encoding, Start
from streaming.errors import NotFound, Overloaded, ProtocolError

METHODS: Final = ("OPTIONS", "POST", "PATCH", "DELETE")
SDP: Final = "application/sdp"
FRAGMENT: Final = "application/trickle-ice-sdpfrag"
READABLE: Final = Middleware(
    CORSMiddleware,
    # There are no cookies in these calls, so any page may make them: it still needs a key or a token.
    allow_origins=["*"],
    allow_methods=METHODS,
    allow_headers=["Authorization", "Content-Type", "If-Match", "ETag"],
    expose_headers=[
        *("Location", "ETag", "Link", "Accept-Post", "Accept-Patch", "Access-Control-Allow-Methods"),
        *("Retry-After", "X-Request-Id"),
    ],
    max_age=PREFLIGHT_SECONDS,
)
"""Lets pages of any origin read the answers, refusals as well."""

log = structlog.get_logger(__name__)


def _listed(given: object) -> object:
    return [part for part in given.split(",") if part] if isinstance(given, str) else given


class WhipQuery(BaseModel):
    """What a client may say of its stream, in the address."""

    languages: Annotated[tuple[Language, ...], BeforeValidator(_listed), Field(max_length=20)] = ()
    speaker: Name | None = None
    track: Name | None = None
    title: Title | None = None
    interim: bool = True
    endpointing_ms: Annotated[int, Field(ge=200, le=3000)] = 500


@dataclass(slots=True)
class Peer:
    """A peer that is served, and the offer that it made."""

    connection: PeerConnection
    meeting: str
    offer: str
    tag: str


class Whip:
    """All peers of this process. `running` must be open while they are served."""

    def __init__(self, guard: Guard, sessions: Sessions, services: LiveServices) -> None:
        self._guard = guard
        self._sessions = sessions
        self._services = services
        self._tasks: asyncio.TaskGroup | None = None
        self._closing = asyncio.Lock()
        self._peers: dict[str, Peer] = {}  # bounded: by the places for sessions

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve peers until the end of the block, and end those that are left."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            yield
            for peer in self._peers.values():
                peer.connection.stop()

    def routes(self) -> list[BaseRoute]:
        """The addresses of WHIP."""
        return [
            _route("/v1/whip", POST=self._begin),
            _route("/v1/whip/{meeting_id}", POST=self._begin),
            _route("/v1/whip/{meeting_id}/{peer}", PATCH=self._trickle, DELETE=self._end),
        ]

    async def _begin(self, request: Request) -> Response:
        access = await self._guard.admit(request, "ingest")
        meeting = await self._meeting(access, request)
        query = read_query(request.query_params, WhipQuery)
        _require(request, SDP)
        fit = offer.fit(await read_text(request))
        if not self._services.languages():
            raise Overloaded("The speech model is still loading.", retry_after=2.0, code="not_ready")
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
                connection = PeerConnection()
                stack.push_async_callback(self._close, connection)
                answer = await connection.answer(fit)
                presence = stack.enter_context(self._guard.present(access, sends=True))
                live = await self._sessions.open(start, access, resumable=False)
            seat = await live.attach()
            stack.callback(live.detach, seat)
            name, tag = secrets.token_urlsafe(24), f'"{secrets.token_urlsafe(8)}"'
            self._peers[name] = Peer(connection, live.meeting, fit, tag)
            stack.callback(self._peers.pop, name)
            assert self._tasks is not None, "peers are taken while `running` is open"  # noqa: S101
            self._tasks.create_task(
                self._serve(PeerStream(connection, live, presence), seat, stack.pop_all())
            )
        headers = {"Location": f"/v1/whip/{live.meeting}/{name}", "ETag": tag, "Accept-Patch": FRAGMENT}
        return Response(answer, 201, headers, SDP)

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

    async def _meeting(self, access: Access, request: Request) -> str | None:
        given = request.path_params.get("meeting_id")
        if given is not None:
            await self._guard.enter(access, meeting_id(given))
            return str(given)
        return access.meeting

    async def _trickle(self, request: Request) -> Response:
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

    async def _end(self, request: Request) -> Response:
        self._peer(request).connection.stop()
        return Response(status_code=200)

    def _peer(self, request: Request) -> Peer:
        peer = self._peers.get(request.path_params["peer"])
        if peer is None or peer.meeting != request.path_params["meeting_id"]:
            raise NotFound("peer_not_found", "There is no such session; it may have ended.")
        return peer


Handler = Callable[[Request], Awaitable[Response]]


def _route(path: str, **handlers: Handler) -> Route:
    """The methods of an address. OPTIONS asks for no credential: a browser's question has none, and nothing
    is told."""

    async def endpoint(request: Request) -> Response:
        if request.method == "OPTIONS":
            accepts = {"Accept-Post": SDP} if "POST" in handlers else {"Accept-Patch": FRAGMENT}
            # One client learns from these, and not from the preflight, whether it may trickle.
            return Response(
                status_code=204, headers={"Access-Control-Allow-Methods": ", ".join(METHODS), **accepts}
            )
        return await handlers[request.method](request)

    return Route(path, endpoint, methods=[*handlers, "OPTIONS"], middleware=[READABLE])


def _require(request: Request, kind: str) -> None:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != kind:
        raise ProtocolError("media_type_not_supported", f"Send the body as {kind}.", status=415)
