"""The HTTP side of the server on a real port, over a store in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette

from server.http.guard import Guard
from server.http.routing import EXCEPTION_HANDLERS, MIDDLEWARE, build_routes
from server.http.services import Check, Services
from server.live.hub import Hub
from server.store.records import NewMeeting, NewSession, StoredSegment
from streaming.events import Caption, Ended
from streaming.segments import Coverage, Segment, TimedWord
from tests.fakes.access import no_keys
from tests.fakes.archive import no_archive
from tests.fakes.calendars import no_calendars
from tests.fakes.editing import no_editing
from tests.fakes.notifications import no_notifications, no_webhooks
from tests.fakes.pictures import no_pictures
from tests.fakes.reports import no_reports
from tests.fakes.store import MemoryStore
from tests.support.plain import plain_http
from tests.support.server import running


@dataclass
class Site:
    """A running server and the parts behind it."""

    api_key: str | None = None
    outbox: int = 512
    keep_alive: float = 15.0
    checks: list[Check] = field(default_factory=lambda: [Check("model", True), Check("database", True)])
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    store: MemoryStore = field(default_factory=MemoryStore)
    url: str = ""

    def __post_init__(self) -> None:
        self.hub = Hub(self.store, outbox=self.outbox)

    def app(self) -> Starlette:
        async def ready() -> list[Check]:
            return self.checks

        services = Services(
            store=self.store,
            reports=no_reports(),
            notifications=no_notifications(),
            access=no_keys(),
            webhooks=no_webhooks(),
            archive=no_archive(),
            calendars=no_calendars(),
            editing=no_editing(),
            pictures=no_pictures(),
            hub=self.hub,
            guard=Guard(self.api_key, no_keys(), self.store.workspace_of),
            ready=ready,
            version="1.2.3",
            registry=self.registry,
            keep_alive=self.keep_alive,
        )
        return Starlette(
            routes=build_routes(services), middleware=MIDDLEWARE, exception_handlers=EXCEPTION_HANDLERS
        )

    def client(self, **headers: str) -> httpx.AsyncClient:
        """An HTTP client of this machine."""
        return plain_http(self.url, headers=headers)

    @property
    def socket_url(self) -> str:
        return self.url.replace("http", "ws", 1)

    async def live_meeting(self, title: str | None = None) -> str:
        """A meeting with one open session, `s-<id>`."""
        meeting = await self.store.create_meeting(NewMeeting(title=title))
        await self.store.open_session(meeting.id, NewSession(f"s-{meeting.id}", "pcm_s16le", 16_000, 1))
        self.hub.open(meeting.id, meeting.last_seq)
        return meeting.id

    async def say(self, meeting_id: str, name: str, text: str, speaker: str | None = None) -> int:
        """Publish and store one final."""
        segment = self.segment(name, text, speaker)
        seq = self.hub.publish(meeting_id, Caption(0, segment, final=True))
        stored = StoredSegment(segment, f"s-{meeting_id}", seq)
        await self.store.save(f"s-{meeting_id}", [stored], position=0, coverage=Coverage())
        return seq

    def segment(self, name: str, text: str, speaker: str | None = None) -> Segment:
        """Two seconds of speech that begin at the number that `name` ends with."""
        start = float(name.lstrip("abcdefghijklmnopqrstuvwxyz-") or 0)
        words = text.split()
        timed = tuple(
            TimedWord(word, start + 2 * at / len(words), start + 2 * (at + 1) / len(words), 0.9)
            for at, word in enumerate(words)
        )
        return Segment(name, start, start + 2, text, "ru", timed, speaker, confidence=0.9)

    async def finish(self, meeting_id: str) -> None:
        """End the session and with it the meeting."""
        coverage = Coverage(received=10.0, transcribed=8.0, silence=2.0)
        await self.store.close_session(f"s-{meeting_id}", position=1, duration=10.0, coverage=coverage)
        self.hub.publish(meeting_id, Ended(10.0, len(await self.store.segments(meeting_id)), coverage))


@asynccontextmanager
async def serve(site: Site) -> AsyncIterator[Site]:
    """Serve a site on a free port."""
    async with running(site.app()) as site.url:
        yield site


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serve(Site()) as served:
        yield served


@pytest.fixture
async def locked() -> AsyncIterator[Site]:
    """A server with a key."""
    async with serve(Site(api_key="correct-horse")) as served:
        yield served
