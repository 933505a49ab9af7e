"""Meetings that have been, for the browser: the real routes and pages over a store in memory.

In: nothing. Out: the address of a server on a thread of its own, and the ids of its meetings.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette

from server.http.guard import Guard
from server.http.pages import pages
from server.http.routing import EXCEPTION_HANDLERS, MIDDLEWARE, build_routes
from server.http.services import Check, Services
from server.live.hub import Hub
from server.recording.shelf import Shelf
from server.store.api import Store
from server.store.postgres_access import PostgresAccess
from server.store.postgres_archive import Archive
from server.store.postgres_editing import Editing
from server.store.postgres_pictures import PostgresPictures
from server.store.records import NewMeeting, NewSession, Progressed, StoredSegment
from server.store.reports_api import Reports
from streaming.ledger import Interval, Outcome
from streaming.segments import SUSPECTED_HALLUCINATION, Coverage, Segment
from tests.fakes.access import no_keys
from tests.fakes.archive import no_archive
from tests.fakes.calendars import no_calendars
from tests.fakes.editing import no_editing
from tests.fakes.notifications import no_notifications, no_webhooks
from tests.fakes.pictures import no_pictures
from tests.fakes.reports import no_reports
from tests.fakes.store import MemoryStore
from tests.support.aside import aside
from tests.support.server import running

RATE = 16_000
KEY = "sk_right"

STRETCHES: tuple[tuple[float, float, Outcome, str | None], ...] = (
    (0.0, 3.2, "silence", None),
    (3.2, 41.0, "transcribed", None),
    (41.0, 46.5, "silence", None),
    (46.5, 74.0, "transcribed", None),
    (74.0, 77.5, "quarantined", None),
    (77.5, 92.0, "silence", None),
    (92.0, 131.0, "transcribed", None),
    (131.0, 139.4, "lost", "engine_error"),
    (139.4, 188.0, "transcribed", None),
    (188.0, 200.0, "silence", None),
    (200.0, 203.5, "lost", "not_resumed"),
)
SAID = (
    (3.4, "Anna", "Good morning, everyone. Let us begin with the budget of the second quarter.", "en", ()),
    (21.0, "Boris", "Доброе утро. Сначала посмотрим, что изменилось с прошлой недели.", "ru", ()),
    (
        46.8,
        "Anna",
        "The figures are in the shared document; the third table is the one that matters.",
        "en",
        (),
    ),
    (74.2, "", "Thanks for watching!", "en", (SUSPECTED_HALLUCINATION,)),
    (92.3, "Boris", "Тогда решаем сегодня: заказываем два сервера и переносим запуск на май.", "ru", ()),
    (139.6, "Anna", "Agreed. I will send the notes this afternoon.", "en", ()),
)


@dataclass(frozen=True)
class MeetingSite:
    """A server without a key, and one with `KEY`, over the same meetings."""

    url: str
    locked: str
    whole: str
    live: str
    empty: str


async def _whole(store: MemoryStore) -> str:
    meeting = await store.create_meeting(NewMeeting(title="Weekly planning · Планирование"))
    await store.open_session(meeting.id, NewSession("s-whole", "pcm_s16le", RATE, 1))
    said = [
        StoredSegment(
            Segment(f"w-{at}", start, start + 5, text, language, speaker=who, flags=flags), "s-whole", at
        )
        for at, (start, who, text, language, flags) in enumerate(SAID, 1)
    ]
    intervals = tuple(
        Interval(round(start * RATE), round(end * RATE), outcome, reason)
        for start, end, outcome, reason in STRETCHES
    )
    sums = dict.fromkeys(("transcribed", "silence", "quarantined", "lost"), 0.0)
    for start, end, outcome, _ in STRETCHES:
        sums[outcome] += end - start
    end = STRETCHES[-1][1]
    await store.close_session(
        "s-whole",
        said,
        position=round(end * RATE),
        duration=end,
        coverage=Coverage(received=end, **sums),
        progressed=Progressed(intervals=(intervals,)),
    )
    return meeting.id


async def _live(store: MemoryStore) -> str:
    meeting = await store.create_meeting(NewMeeting())
    await store.open_session(meeting.id, NewSession("s-live", "pcm_s16le", RATE, 1))
    progressed = Progressed(intervals=((Interval(0, 4 * RATE, "silence"),),))
    heard = Coverage(received=6.0, silence=4.0)
    await store.save("s-live", [], position=4 * RATE, coverage=heard, progressed=progressed)
    return meeting.id


def application(
    store: Store,
    hub: Hub,
    key: str | None,
    *,
    reports: Reports | None = None,
    archive: Archive | None = None,
    editing: Editing | None = None,
    access: PostgresAccess | None = None,
    recordings: Shelf | None = None,
    pictures: PostgresPictures | None = None,
) -> Starlette:
    """All routes and pages over a store; with a key it is asked for. What is not given holds nothing."""

    async def ready() -> list[Check]:
        return []

    keys = access or no_keys()
    guard = Guard(key, keys, store.workspace_of)
    services = Services(
        store,
        reports or no_reports(),
        no_notifications(),
        keys,
        hub,
        guard,
        ready,
        "1.2.3",
        CollectorRegistry(),
        webhooks=no_webhooks(),
        archive=archive or no_archive(),
        calendars=no_calendars(),
        editing=editing or no_editing(),
        recordings=recordings,
        pictures=pictures or no_pictures(),
    )
    return Starlette(
        routes=[*build_routes(services), *pages(guard.door.pages_of)],
        middleware=MIDDLEWARE,
        exception_handlers=EXCEPTION_HANDLERS,
    )


@asynccontextmanager
async def _site() -> AsyncIterator[MeetingSite]:
    store = MemoryStore()
    whole, live = await _whole(store), await _live(store)
    empty = (await store.create_meeting(NewMeeting())).id
    async with (
        running(application(store, Hub(store), None)) as url,
        running(application(store, Hub(store), KEY)) as locked,
    ):
        yield MeetingSite(url, locked, whole, live, empty)


@contextmanager
def meeting_site() -> Iterator[MeetingSite]:
    """Serve for the length of a block."""
    with aside(_site) as site:
        yield site.value
