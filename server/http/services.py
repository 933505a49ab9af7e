"""What the HTTP calls need from the rest of the server, handed over by the composition root."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import KW_ONLY, dataclass, field

from prometheus_client import REGISTRY, CollectorRegistry

from server.files.brought import Brought
from server.files.fetching import Fetching
from server.files.uploads import Uploads
from server.http.guard import Guard
from server.http.peers import Peers
from server.ingest.ingests import Ingests
from server.live.hub import Hub
from server.live.overview import Watchpost
from server.notify.trial import Trial
from server.recorder.sending import Sending
from server.recording.shelf import Shelf
from server.store.api import Store
from server.store.operations import Operations
from server.store.postgres_access import PostgresAccess
from server.store.postgres_archive import Archive
from server.store.postgres_calendars import PostgresCalendars
from server.store.postgres_editing import Editing
from server.store.postgres_notifications import Notifications
from server.store.postgres_pictures import PostgresPictures
from server.store.postgres_webhooks import Webhooks
from server.store.reports_api import Reports
from streaming.errors import Overloaded


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must work before the server takes calls. `detail` is one clause for a person."""

    name: str
    ok: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that handlers use. `writes`: a language model is configured, `mails`: a mail
    server is; `public_url`: under which people reach the server;
    `keep_alive`: seconds between signs of life to a silent viewer;
    `reporting`: held by whoever makes a report or a document, one at a time; `brought`: hears recordings that
    calls bring, None where none are heard, and `fetching` gets them from elsewhere; `models` are the names of
    what hears them; `uploads` takes those that are heard later, None where there is no folder for them;
    `bots` are sent to meetings, None where none are; `recordings` is the sound that was kept, None where none
    is; `peers` sends audio over WebRTC, None where none is taken; `ingests` hears streams from elsewhere,
    None where none are heard; `trial` sends a message to try a target, None where nothing is sent;
    `watchpost` and `operations` tell the operator of this process and of the database, None where nobody
    asks; `pictures` are what was seen of meetings, None where nothing is kept."""

    store: Store
    reports: Reports
    notifications: Notifications
    access: PostgresAccess
    hub: Hub
    guard: Guard
    ready: Callable[[], Awaitable[Sequence[Check]]]
    version: str
    registry: CollectorRegistry = field(default_factory=lambda: REGISTRY)
    _: KW_ONLY
    webhooks: Webhooks
    archive: Archive
    calendars: PostgresCalendars
    editing: Editing
    pictures: PostgresPictures
    writes: bool = False
    keep_alive: float = 15.0
    public_url: str | None = None
    mails: bool = False
    reporting: asyncio.Lock = field(default_factory=asyncio.Lock)
    brought: Brought | None = None
    fetching: Fetching = field(default_factory=Fetching)
    models: Callable[[], tuple[str, ...]] = tuple
    uploads: Uploads | None = None
    watchpost: Watchpost | None = None
    operations: Operations | None = None
    bots: Sending | None = None
    ingests: Ingests | None = None
    recordings: Shelf | None = None
    peers: Peers | None = None
    trial: Trial | None = None

    @property
    def webrtc(self) -> Peers:
        """What takes audio over WebRTC. Raises `Overloaded` where none is taken."""
        if self.peers is None:
            raise Overloaded("No audio is taken over WebRTC here.", 5.0, "not_ready")
        return self.peers

    @property
    def ears(self) -> Brought:
        """What recordings are heard with. Raises `Overloaded` where none are heard."""
        if self.brought is None:
            raise Overloaded("No recordings are heard here.", 5.0, "not_ready")
        return self.brought

    @property
    def sending(self) -> Sending:
        """What sends bots. Raises `Overloaded` where none are sent."""
        if self.bots is None:
            raise Overloaded("No bots are sent from here.", 5.0, "not_ready")
        return self.bots
