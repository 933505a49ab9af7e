"""The composition root: builds every concrete part from the settings and hands each what it needs.
`assembled` gives the application with its database and its model; `running_server` also listens. Everything
that is started here is stopped here, in the opposite order.
"""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
import uvicorn
from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from pydantic import SecretStr
from starlette.applications import Starlette

from asr import device, models
from asr.vad import shared_vad
from server.access.wiring import guarding
from server.engine import Recognition
from server.files.brought import Brought
from server.files.fetching import Fetching
from server.files.hearing import Files
from server.files.uploads import Uploads
from server.files.wiring import uploading
from server.groups import alone
from server.http.guard import Guard
from server.http.heads import PromptHeads
from server.http.pages import pages
from server.http.peers import Peers
from server.http.routing import EXCEPTION_HANDLERS, MIDDLEWARE, build_routes
from server.http.services import Services
from server.ingest.ingests import Ingests
from server.ingest.wiring import ingesting
from server.jobs.runner import prepare
from server.jobs.wiring import working
from server.live.admission import Admission
from server.live.hub import Hub
from server.live.overview import watchpost
from server.live.services import LiveServices
from server.live.sessions import Sessions, new_node
from server.live.wires import wire_routes
from server.live.wiring import viewing
from server.looplag import LoopLag
from server.memory import returned_when_free
from server.metrics import EngineCollector, Metrics, live_gauge, loop_gauge, loop_lag, unsaved_gauges
from server.notify.mail_server import mail_server, sender
from server.notify.wiring import Notices, notifying, telling, trial_of
from server.readiness import readiness
from server.recorder.wiring import errands_of, sending_of
from server.recording.recorder import Recorder
from server.recording.shelf import Shelf
from server.recording.wiring import recording, vault_of
from server.reporting.ahead import Ahead
from server.reporting.desk import Desk
from server.reporting.wiring import reporting, works
from server.rtc.wiring import over_webrtc
from server.settings import Settings
from server.store.api import Store
from server.store.embedded import embedded_postgres
from server.store.postgres import PostgresStore, open_store

HARD_FRAME_LIMIT = 4 << 20
"""Frames over 1 MiB are refused with an error message; from here on the socket itself refuses them."""
SWITCH_INTERVAL = 0.0005
"""Seconds after which a thread of Python lets another go on. With the usual 5 ms the model's threads, which
need the interpreter for a moment between two long calls, wait for the event loop at each of them."""
GRACE_SECONDS = 30

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that accepts connections."""

    url: str


@asynccontextmanager
async def assembled(settings: Settings, *, scratch: bool = False) -> AsyncIterator[Starlette]:
    """The application over its database and its model, which loads in the background.

    Raises `NotAllowed` for an address that would serve strangers without a key, `ModelError`, `StoreError`.
    """
    sys.setswitchinterval(SWITCH_INTERVAL)
    recognition = _recognition(settings)
    async with AsyncExitStack() as stack:
        stack.enter_context(returned_when_free())
        data = settings.data
        if scratch:
            data = Path(stack.enter_context(TemporaryDirectory(prefix="steno-")))
        url = await _database(settings.database_url, data, stack)
        vault = vault_of(settings.recordings if not scratch else None, data, os.environ)
        store = await stack.enter_async_context(open_store(url, [vault]))
        await prepare(url)
        guarded = guarding(_key(settings), settings.host, store, url, settings.public_url)
        guard = await stack.enter_async_context(guarded)
        await stack.enter_async_context(recognition.worker.running())
        hub = await stack.enter_async_context(viewing(url, store))
        metrics = Metrics(registry := CollectorRegistry())
        recorder = await stack.enter_async_context(recording(vault, store.recordings, metrics))
        live = _live(settings, store, hub, recognition, metrics=metrics, recorder=recorder)
        admission = _admission(settings, recognition)
        loop_gauge(registry)
        live_gauge(registry, lambda: admission.live)
        desked = reporting(settings.language_model, store, settings.llm_tokens_per_day)
        desk = await stack.enter_async_context(desked)
        notices, announcer = notifying(store, live.metrics, _notices(settings))
        await stack.enter_async_context(notices.running())
        await stack.enter_async_context(telling(store, live.metrics, _notices(settings)))
        sessions = Sessions(live, admission)
        unsaved_gauges(registry, sessions.unsaved)
        if desk.writer is not None:
            ahead = Ahead(desk, sessions.meetings, warm=settings.llm_warm)
            await stack.enter_async_context(ahead.running())
        stack.enter_context(LoopLag(loop_lag(registry)).measured())
        await stack.enter_async_context(sessions.running())
        files = Files(sessions)
        uploads, job = await stack.enter_async_context(uploading(store.uploads, data / "uploads", files))
        errands = errands_of(store, sessions, live.node, private=settings.allow_private_webhooks)
        jobs = (*works(desk, announcer, live.metrics), job, *errands)
        await stack.enter_async_context(working(url, store, jobs, live.metrics, node=live.node))
        peers = await stack.enter_async_context(_peers(settings, guard, sessions, live))
        ingests = await stack.enter_async_context(_ingesting(settings, store, sessions, live, guard))
        yield _application(
            settings,
            store,
            live,
            sessions,
            recognition,
            desk=desk,
            guard=guard,
            registry=registry,
            files=files,
            uploads=uploads,
            ingests=ingests,
            peers=peers,
            recordings=Shelf(vault, store.recordings),
        )


def _ingesting(
    settings: Settings, store: PostgresStore, sessions: Sessions, live: LiveServices, guard: Guard
) -> AbstractAsyncContextManager[Ingests]:
    private = settings.allow_private_webhooks
    return ingesting(store.ingests, sessions, live, guard, host=settings.host, private=private)


def _admission(settings: Settings, recognition: Recognition) -> Admission:
    return Admission(settings.max_sessions, recognition.worker.congestion, settings.busy_seconds)


def _peers(
    settings: Settings, guard: Guard, sessions: Sessions, live: LiveServices
) -> AbstractAsyncContextManager[Peers]:
    servers = settings.ice_servers.get_secret_value() if settings.ice_servers else ""
    return over_webrtc(settings.host, servers, guard, sessions, live)


def _recognition(settings: Settings) -> Recognition:
    """Files and device are found before anything is started, so that a wrong name ends the start."""
    cache = settings.data / "models"
    return Recognition(
        models.resolve(settings.model, cache),
        device.choose(settings.device, settings.compute_type, settings.threads),
        clock=time.monotonic,
        partials=models.resolve(settings.partial_model, cache) if settings.partial_model else None,
    )


def _notices(settings: Settings) -> Notices:
    """How notifications are sent."""
    mail = None
    if settings.smtp_url is not None and settings.mail_from is not None:
        mail = mail_server(settings.smtp_url.get_secret_value()), sender(settings.mail_from)
    return Notices(settings.public_url, mail, settings.allow_private_webhooks)


async def _database(given: SecretStr | None, data: Path, stack: AsyncExitStack) -> str:
    """The address of the database: the one that was given, or that of our own."""
    if given is not None:
        return given.get_secret_value()
    return await stack.enter_async_context(embedded_postgres(data))


def _live(
    settings: Settings,
    store: Store,
    hub: Hub,
    recognition: Recognition,
    *,
    metrics: Metrics,
    recorder: Recorder,
) -> LiveServices:
    return LiveServices(
        store=store,
        hub=hub,
        recognizer=recognition.worker,
        new_vad=shared_vad().stream,
        languages=recognition.languages,
        metrics=metrics,
        clock=time.monotonic,
        idle_seconds=settings.idle_seconds,
        resume_seconds=settings.resume_seconds,
        node=new_node(),
        recorder=recorder,
    )


def _application(
    settings: Settings,
    store: PostgresStore,
    live: LiveServices,
    sessions: Sessions,
    recognition: Recognition,
    *,
    desk: Desk,
    guard: Guard,
    registry: CollectorRegistry,
    files: Files,
    uploads: Uploads,
    ingests: Ingests,
    peers: Peers,
    recordings: Shelf,
) -> Starlette:
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    registry.register(EngineCollector(recognition.worker.statistics))
    services = Services(
        store,
        desk.reports,
        store.notifications,
        store.access,
        live.hub,
        guard,
        readiness(recognition, store, sessions),
        version("steno"),
        registry,
        webhooks=store.webhooks,
        archive=store.archive,
        pictures=store.pictures,
        calendars=store.calendars,
        editing=store.editing,
        writes=desk.writer is not None,
        public_url=settings.public_url,
        mails=settings.smtp_url is not None,
        brought=Brought(files, store, live.hub),
        fetching=Fetching(allow_private=settings.allow_private_webhooks),
        models=recognition.names,
        uploads=uploads,
        watchpost=watchpost(live, sessions, recognition.worker.congestion, recognition.worker.statistics),
        operations=store.operations,
        bots=sending_of(store, private=settings.allow_private_webhooks),
        ingests=ingests,
        peers=peers,
        recordings=recordings,
        trial=trial_of(store, _notices(settings)),
    )
    routes = [*build_routes(services), *wire_routes(guard, sessions, live), *pages(guard.door.pages_of)]
    app = Starlette(routes=routes, middleware=MIDDLEWARE, exception_handlers=EXCEPTION_HANDLERS)
    app.state.recognition = recognition
    app.state.hub = live.hub
    app.state.problems = live.metrics.met
    app.state.sessions = sessions
    app.state.files = files
    return app


def _key(settings: Settings) -> str | None:
    return settings.api_key.get_secret_value() if settings.api_key else None


class _Uvicorn(uvicorn.Server):
    """Tells when it listens, and leaves signals to its owner.

    uvicorn raises a caught signal again when it has stopped, which would end the process before the
    database and the model are stopped in good order.
    """

    def __init__(self, app: Starlette, drain_seconds: float) -> None:
        super().__init__(_configuration(app))
        self.listening = asyncio.Event()
        self._app = app
        self._drain_seconds = drain_seconds

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # The server listens on meanwhile, to say that it is not ready and to refuse new streams.
        await self._app.state.sessions.drain(self._drain_seconds)
        # Viewers would otherwise hold the shutdown until its time is over.
        self._app.state.hub.close()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take none."""
        yield

    def stop(self) -> None:
        """Stop in good order; asked a second time, at once."""
        if self.should_exit:
            self.force_exit = True
            self._app.state.sessions.hurry()
        self.should_exit = True


def _configuration(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        http=PromptHeads,
        # One message at a time is read from a socket, so that TCP slows a sender who is too fast.
        ws="websockets-sansio",
        ws_max_size=HARD_FRAME_LIMIT,
        ws_per_message_deflate=False,
        # Pings keep connections alive on their way; a missing pong ends none, since reading pauses
        # whenever a sender is slowed down. A client that is gone shows by its silence.
        ws_ping_interval=20.0,
        ws_ping_timeout=None,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


@asynccontextmanager
async def running_server(settings: Settings, *, scratch: bool = False) -> AsyncIterator[RunningServer]:
    """A whole server in this process, warm and listening, until the block ends.

    With `scratch` its database is a temporary one, so that it neither meets nor changes a server's own.
    """
    with _socket(settings) as listening, alone():
        async with assembled(settings, scratch=scratch) as app, asyncio.TaskGroup() as tasks:
            server = _Uvicorn(app, settings.drain_seconds)
            tasks.create_task(server.serve([listening]))
            try:
                await server.listening.wait()
                await app.state.recognition.worker.wait_ready()
                yield RunningServer(_url(listening))
            finally:
                server.should_exit = True


async def serve_forever(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; what was said on live streams is stored first, and they may go on
    elsewhere."""
    loop = asyncio.get_running_loop()
    with _socket(settings) as listening:
        async with assembled(settings) as app:
            server = _Uvicorn(app, settings.drain_seconds)
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, server.stop)
            log.info("listening", url=_url(listening))
            await server.serve([listening])


@contextmanager
def _socket(settings: Settings) -> Iterator[socket.socket]:
    """The listening socket, taken before anything slow is begun. Raises `OSError` when it is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((settings.host, settings.port))
        except OSError as error:
            raise OSError(
                f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}); "
                "set STENO_PORT to a free port, or 0 for any."
            ) from None
        yield listening


def _url(listening: socket.socket) -> str:
    """The address as a browser would write it."""
    name, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(name, name)  # noqa: S104
    return f"http://{host}:{port}"
