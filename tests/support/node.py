"""One server in this process: real sockets, a real store, real sessions; only the model is scripted.

Several nodes may share one database, as several machines do. `Caller` is a client of the native wire that
loses its socket when it is told to, and comes back.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from asr.types import Recognizer, Waveform
from server.files.brought import Brought
from server.files.fetching import Fetching
from server.files.hearing import Files
from server.http.guard import Guard
from server.http.routing import EXCEPTION_HANDLERS, MIDDLEWARE, build_routes
from server.http.services import Check, Services
from server.ingest.ingests import Ingests, Terms
from server.ingest.ports import Ports
from server.live.admission import Admission
from server.live.hub import Hub
from server.live.services import LiveServices
from server.live.sessions import Sessions, new_node
from server.live.wires import wire_routes
from server.metrics import Metrics
from server.problems import Problems
from server.recorder.sending import Sending
from server.rtc.servers import ice_servers
from server.rtc.whip import Whip
from server.store.api import Store
from server.store.postgres import PostgresStore
from server.store.postgres_notifications import Notifications
from server.store.postgres_webhooks import Webhooks
from server.store.reports_api import Reports
from tests.fakes.access import no_keys
from tests.fakes.archive import no_archive
from tests.fakes.calendars import no_calendars
from tests.fakes.editing import no_editing
from tests.fakes.notifications import no_notifications, no_webhooks
from tests.fakes.pictures import no_pictures
from tests.fakes.recognizer import ScriptedRecognizer
from tests.fakes.reports import no_reports
from tests.fakes.vad import EnergyVad
from tests.support.plain import plain_http
from tests.support.server import running
from tests.support.wire import PCM, Wire, wire

ANY_PORT = range(1)
"""Port 0: the system chooses."""
FRAME = 3_200
"""Bytes of a tenth of a second of one track."""


@dataclass
class Node:
    """A serving node and its parts."""

    url: str
    sessions: Sessions
    hub: Hub
    admission: Admission
    guard: Guard
    problems: Problems

    @property
    def http(self) -> str:
        """The address of its calls."""
        return self.url.replace("ws", "http", 1).removesuffix("/v1/stream")

    def client(self, key: str | None = None, headers: Mapping[str, str] | None = None) -> httpx.AsyncClient:
        """A client of its calls, which shows a key if there is one."""
        return plain_http(self.http, key=key, headers=headers)


@asynccontextmanager
async def node(
    store: Store,
    recognizer: Recognizer | None = None,
    *,
    resume_seconds: float = 60.0,
    idle_seconds: float = 60.0,
    places: int = 8,
    clock: Callable[[], float] | None = None,
    hub: Hub | None = None,
    api_key: str | None = None,
    languages: tuple[str, ...] = ("en",),
    reports: Reports | None = None,
    writes: bool = False,
    notifications: Notifications | None = None,
    webhooks: Webhooks | None = None,
    allow_private: bool = False,
    ingest: Terms | None = None,
    servers: str = "",
    **parts: Any,
) -> AsyncIterator[Node]:
    """Serve every call over `store`, with `parts` of `Services`; live sessions stay so at the block's end."""
    records = store.access if isinstance(store, PostgresStore) else no_keys()
    guard = Guard(api_key, records, store.workspace_of)
    services = LiveServices(
        store=store,
        hub=(hub := hub or Hub(store)),
        recognizer=recognizer or ScriptedRecognizer(),
        new_vad=EnergyVad,
        languages=lambda: languages,
        metrics=Metrics(registry := CollectorRegistry()),
        clock=clock or asyncio.get_running_loop().time,
        idle_seconds=idle_seconds,
        resume_seconds=resume_seconds,
        node=new_node(),
    )
    sessions = Sessions(services, admission := Admission(places))
    calls = Services(
        store,
        reports or no_reports(),
        notifications or no_notifications(),
        records,
        hub,
        guard,
        _ready,
        "1",
        registry,
        webhooks=webhooks or no_webhooks(),
        **_parts(store),
        writes=writes,
        brought=Brought(Files(sessions), store, hub),
        fetching=Fetching(allow_private=allow_private),
        models=lambda: ("scripted",),
        peers=(whip := Whip(guard, sessions, services, ice_servers(servers))),
        ingests=(ingests := _ingests(ingest, store, sessions, services, guard)),
        **parts,
    )
    app = _application([*wire_routes(guard, sessions, services), *build_routes(calls)])
    app.state.problems = problems = services.metrics.met
    async with running(app) as url, _working(sessions, guard, whip, ingests):
        yield Node(url.replace("http", "ws", 1) + "/v1/stream", sessions, hub, admission, guard, problems)


def _parts(store: Store) -> dict[str, Any]:
    """What only a real database holds."""
    if isinstance(store, PostgresStore):
        bots = Sending(store.bots)
        return {
            "archive": store.archive,
            "calendars": store.calendars,
            "bots": bots,
            "editing": store.editing,
            "pictures": store.pictures,
        }
    return {
        "archive": no_archive(),
        "calendars": no_calendars(),
        "editing": no_editing(),
        "pictures": no_pictures(),
    }


def _ingests(
    terms: Terms | None, store: Store, sessions: Sessions, services: LiveServices, guard: Guard
) -> Ingests | None:
    if terms is None or not isinstance(store, PostgresStore):
        return None
    ports = Ports("127.0.0.1", ANY_PORT)
    return Ingests(store.ingests, sessions, services, guard, ports=ports, terms=terms)


@asynccontextmanager
async def _working(
    sessions: Sessions, guard: Guard, whip: Whip, ingests: Ingests | None
) -> AsyncIterator[None]:
    fed = ingests.running() if ingests else nullcontext()
    async with sessions.running(), guard.watch.running(), whip.running(), fed:
        yield


def _application(routes: Sequence[BaseRoute]) -> Starlette:
    return Starlette(routes=routes, middleware=MIDDLEWARE, exception_handlers=EXCEPTION_HANDLERS)


async def _ready() -> tuple[Check, ...]:
    return ()


def wire_audio(*tracks: Waveform) -> bytes:
    """16-bit samples, the tracks as channels."""
    length = max(map(len, tracks))
    padded = np.stack([np.pad(track, (0, length - len(track))) for track in tracks], axis=1)
    return np.round(padded * 32_767).astype("<i2").tobytes()


@dataclass
class Caller:
    """A client that keeps its audio: `channels` tracks, sent from `position` on."""

    audio: bytes
    channels: int = 1
    options: dict[str, Any] = field(default_factory=dict)
    session: str = ""
    meeting: str = ""
    token: str = ""
    position: int = 0
    acked: int = 0
    heard: list[dict[str, Any]] = field(default_factory=list)

    @asynccontextmanager
    async def started(self, url: str) -> AsyncIterator[Wire]:
        """A new stream."""
        async with wire(url) as client:
            client.heard = self.heard
            audio = {**PCM, "channels": self.channels}
            ready = await client.start(audio, multichannel=self.channels > 1, **self.options)
            self.session, self.meeting, self.token = (
                ready["session"],
                ready["meeting"],
                ready["resume_token"],
            )
            yield client

    @asynccontextmanager
    async def resumed(self, url: str, **other: Any) -> AsyncIterator[Wire]:
        """The same stream over a new socket."""
        async with wire(url) as client:
            client.heard = self.heard
            message = {"session": self.session, "token": self.token, "seq": self.seq}
            await client.say({"type": "resume", **message, **other})
            answer = await client.until("resumed")
            assert answer["session"] == self.session
            assert answer["position"] >= self.acknowledged, "acknowledged audio may be forgotten"
            self.position = answer["position"]
            yield client

    @property
    def seq(self) -> int:
        """The number of the last caption that came."""
        return max((one["seq"] for one in self.of("caption")), default=0)

    @property
    def acknowledged(self) -> int:
        """Audio before this was forgotten."""
        return max((one["position"] for one in self.of("ack")), default=0)

    def of(self, kind: str) -> list[dict[str, Any]]:
        """All messages of a type so far, over all sockets."""
        return [message for message in self.heard if message["type"] == kind]

    async def speak(self, client: Wire, until: int | None = None) -> None:
        """Send audio from the position on, to the sample `until`."""
        size = 2 * self.channels
        end = len(self.audio) if until is None else until * size
        for at in range(self.position * size, end, FRAME * self.channels):
            await client.say(self.audio[at : min(at + FRAME * self.channels, end)])
        self.position = end // size

    async def vanish(self, client: Wire, until: int) -> None:
        """Send audio to the sample `until`, and leave without a word once some of it is stored."""
        await self.speak(client, until)
        await client.until("ack")
        client.socket.transport.abort()

    async def finish(self, client: Wire) -> int:
        """Send the rest and stop; the close code."""
        await self.speak(client)
        await client.say({"type": "stop"})
        return await client.rest()

    @property
    def transcript(self) -> list[tuple[Any, ...]]:
        """What stands on the screen in the end: the last caption of every segment, all of them final."""
        last: dict[str, dict[str, Any]] = {}
        for caption in self.of("caption"):
            last[caption["segment"]] = caption
        assert all(caption["final"] for caption in last.values())
        return _lines(
            (name.removeprefix(self.session), one["start"], one["end"], one["text"], one.get("track"))
            for name, one in last.items()
        )

    async def stored(self, store: Store) -> list[tuple[Any, ...]]:
        """The same as the store has it."""
        found = await store.segments(self.meeting)
        return _lines(
            (
                one.segment.id.removeprefix(self.session),
                round(one.segment.start, 3),
                round(one.segment.end, 3),
                one.segment.text,
                one.segment.track,
            )
            for one in found
        )


def _lines(lines: Any) -> list[tuple[Any, ...]]:
    return sorted(lines, key=lambda line: (line[1], line[0]))


async def undisturbed(url: str, audio: bytes, channels: int = 1, **options: Any) -> Caller:
    """The same stream without any loss."""
    caller = Caller(audio, channels, options)
    async with caller.started(url) as client:
        assert await caller.finish(client) == 1000
    return caller


def numbers(caller: Caller) -> Sequence[int]:
    """The numbers of all captions that came, in their order."""
    return [caption["seq"] for caption in caller.of("caption")]
