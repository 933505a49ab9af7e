"""A peer for the page that says what a test tells it to, for states which a healthy server does not reach.

In: an async script for each stream, played against the real page over real sockets. Out: the page at `/`, a
`/v1/stream` that records what was received, and just enough HTTP for a refusal and a download. It transcribes
nothing and knows none of Steno's server.
"""

import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from tests.browser.report_desk import LINES, ReportDesk

WEB = Path(__file__).parents[2] / "web"
POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
MEETING = "mtg_1"
COOKIE, SIGNED_IN = "steno", "cookie-of-this-browser"
CLOCK_RATE = 16_000
SEGMENTS = [
    {"id": line.id, "start": line.start, "text": line.text, "language": "en", "speaker": line.speaker}
    for line in LINES
]
T = TypeVar("T")


@dataclass
class Stream:
    """One WebSocket of the page: what came, and what the script may say."""

    socket: WebSocket
    cues: set[str]
    messages: list[dict[str, Any]] = field(default_factory=list)
    audio: bytearray = field(default_factory=bytearray)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    gone: bool = False

    @property
    def subprotocols(self) -> list[str]:
        """What the page offered in `Sec-WebSocket-Protocol`."""
        return list(self.socket.scope["subprotocols"])

    @property
    def rate(self) -> int:
        """Samples a second that the page declared."""
        return int(self.messages[0]["audio"]["sample_rate"])

    async def said(self, kind: str) -> dict[str, Any]:
        """The first message of a type, awaited."""
        await self.until(lambda: any(message["type"] == kind for message in self.messages))
        return next(message for message in self.messages if message["type"] == kind)

    async def heard(self, seconds: float) -> None:
        """Wait for so much audio in 16-bit mono at the declared rate."""
        await self.until(lambda: len(self.audio) >= seconds * self.rate * 2)

    async def cue(self, name: str) -> None:
        """Wait for the test to give a cue."""
        await self.until(lambda: name in self.cues)

    async def tell(self, kind: str, **fields: Any) -> None:
        """Send one message of the native wire."""
        await self.socket.send_text(json.dumps({"type": kind, **fields}))

    async def welcome(self) -> None:
        """Answer `start`."""
        await self.said("start")
        await self.tell("ready", session="ses_1", meeting=MEETING, resume_token="again", position=0)

    async def caption(self, seq: int, segment: str, text: str, **fields: Any) -> None:
        """Send a caption; what is not given is plain."""
        plain = {"start": float(seq), "end": seq + 0.9, "pending": "", "final": True, "language": "en"}
        await self.tell("caption", seq=seq, segment=segment, text=text, **{**plain, **fields})

    async def farewell(self, **coverage: float) -> None:
        """Await `stop`, then account for everything."""
        await self.said("stop")
        parts = {"received": 0.0, "transcribed": 0.0, "silence": 0.0, "quarantined": 0.0, "lost": 0.0}
        await self.tell("ended", duration=3.0, segments=1, coverage={**parts, **coverage}, report="off")

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for what has been received to satisfy a condition."""
        async with self.news:
            await self.news.wait_for(lambda: condition() or self.gone)
        if not condition():
            raise ConnectionError("the page closed its socket before the script was through")

    async def listen(self) -> None:
        """Record everything until the page goes."""
        while True:
            message: Message = await self.socket.receive()
            async with self.news:
                if message["type"] == "websocket.disconnect":
                    self.gone = True
                elif message.get("text") is not None:
                    self.messages.append(json.loads(message["text"]))
                else:
                    self.audio += message["bytes"]
                self.news.notify_all()
            if self.gone:
                return


Script = Callable[[Stream], Awaitable[None]]


class ScriptedServer:
    """Runs in a thread of its own. `play` before the page connects; then `cue` from the test."""

    def __init__(self) -> None:
        self.streams: list[Stream] = []
        self.downloads: list[tuple[str, str | None]] = []
        self.key: str | None = None
        self.refusal: int | None = None
        self.reports = ReportDesk(self._refused)
        self._scripts: list[Script] = []
        self._cues: set[str] = set()
        self._loop = asyncio.new_event_loop()
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        config = uvicorn.Config(
            self._app(), log_level="critical", lifespan="off", ws="websockets-sansio", ws_ping_interval=None
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, args=(listener,))

    def play(self, *scripts: Script) -> None:
        """Forget the past; the n-th socket gets the n-th script, further ones are refused."""
        self.streams.clear()
        self.downloads.clear()
        self.key = self.refusal = None
        self.reports.clear()
        self._scripts = list(scripts)
        self._cues = set()

    def play_next(self, *scripts: Script) -> None:
        """What further sockets get; the past is kept."""
        self._scripts += scripts

    def cue(self, name: str) -> None:
        """Let a script go on that waits for this cue."""
        self.on_loop(self._give(name))

    def on_loop(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the server's loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)

    async def _give(self, name: str) -> None:
        self._cues.add(name)
        for stream in self.streams:
            async with stream.news:
                stream.news.notify_all()

    def start(self) -> None:
        """Serve from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Close what is open and wait for the thread."""
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(timeout=60)

    def _run(self, listener: socket.socket) -> None:
        asyncio.set_event_loop(self._loop)
        with listener, contextlib.closing(self._loop):
            self._loop.run_until_complete(self._server.serve(sockets=[listener]))

    def _app(self) -> ASGIApp:
        async def page(_: Request) -> Response:
            return FileResponse(WEB / "index.html")

        async def meeting(_: Request) -> Response:
            return FileResponse(WEB / "meeting.html")

        async def about(_: Request) -> Response:
            return JSONResponse(
                {"title": "Hosting", "status": "ended", "started_at": "2026-11-26T10:00:00Z", "duration": 48}
            )

        async def coverage(_: Request) -> Response:
            sums = {"received": 48, "transcribed": 48, "silence": 0, "quarantined": 0, "lost": 0}
            return JSONResponse({"coverage": sums, "slices": [], "intervals": []})

        async def readiness(_: Request) -> Response:
            return JSONResponse({})

        routes = [
            Route("/", page),
            Route("/meetings/{meeting}", meeting),
            Route("/readyz", readiness),
            Route("/v1/signin", self._sign_in, methods=["GET", "POST"]),
            Route("/v1/meetings", self._meetings),
            Route("/v1/meetings/{meeting}", about),
            Route("/v1/meetings/{meeting}/coverage", coverage),
            Route("/v1/meetings/{meeting}/transcript", self._transcript),
            Route("/v1/meetings/{meeting}/tokens", self._tokens, methods=["POST"]),
            *self.reports.routes(),
            WebSocketRoute("/v1/stream", self._stream),
            Mount("/static", StaticFiles(directory=WEB)),
        ]
        return StrictHeaders(Starlette(routes=routes))

    async def _sign_in(self, request: Request) -> Response:
        if request.method == "GET":
            signed_in = self._status(request) != 401
            scopes = ["ingest", "manage", "view"] if signed_in else []
            return JSONResponse({"asks_for_key": bool(self.key), "signed_in": signed_in, "scopes": scopes})
        if (await request.json())["key"] != self.key:
            return JSONResponse({"error": {"code": "key_not_known", "message": "No."}}, 401)
        response = JSONResponse({})
        response.set_cookie(COOKIE, SIGNED_IN, httponly=True, samesite="strict")
        return response

    def _status(self, connection: HTTPConnection) -> int:
        if self.key and connection.cookies.get(COOKIE) != SIGNED_IN:
            return 401
        return self.refusal or 200

    def _refused(self, request: Request) -> Response | None:
        status = self._status(request)
        return None if status == 200 else JSONResponse({}, status)

    async def _meetings(self, request: Request) -> Response:
        status = self._status(request)
        error = {"error": {"code": "refused", "message": "No.", "retry_after": 20}}
        return JSONResponse({"data": [], "next_cursor": None} if status == 200 else error, status)

    async def _tokens(self, request: Request) -> Response:
        if (refused := self._refused(request)) is not None:
            return refused
        asked = await request.json()
        return JSONResponse({"token": f"for-{asked['scope']}-{asked['ttl_seconds']}"}, 201)

    async def _transcript(self, request: Request) -> Response:
        if (form := request.query_params.get("format")) is None:
            return JSONResponse({"segments": SEGMENTS})
        self.downloads.append((form, request.cookies.get(COOKIE)))
        status = self._status(request)
        if request.query_params.get("download") != "1":
            return PlainTextResponse("the words", status)
        name = f'attachment; filename="{MEETING}.{form}"'
        return PlainTextResponse("the words", status, {"Content-Disposition": name})

    async def _stream(self, socket: WebSocket) -> None:
        status = self._status(socket)
        if status != 200 or not self._scripts:
            await socket.send_denial_response(JSONResponse({}, 503 if status == 200 else status))
            return
        await socket.accept(subprotocol="steno.v1")
        stream = Stream(socket, self._cues)
        self.streams.append(stream)
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(stream.listen())
            with contextlib.suppress(ConnectionError, RuntimeError):
                await self._scripts.pop(0)(stream)
                await socket.close()
            if stream.gone:
                await listening
            else:
                listening.cancel()


class StrictHeaders:
    """Sends every page under a strict policy: nothing from elsewhere, nothing inline."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the policy to each HTTP answer."""

        async def strict(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [(b"content-security-policy", POLICY.encode()), (b"cache-control", b"no-store")]
                message["headers"] = [*message["headers"], *headers]
            await send(message)

        await self.app(scope, receive, strict if scope["type"] == "http" else send)


@contextlib.contextmanager
def serving() -> Iterator[ScriptedServer]:
    """A server for the length of a block."""
    server = ScriptedServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
