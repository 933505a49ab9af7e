"""Many meetings for the browser: the real routes and pages over a PostgreSQL of their own, because what is
found there is what is shown.

In: nothing. Out: the addresses of a server without a key and of one with it, on a thread of its own.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial

from server.access.access import DEFAULT
from server.live.hub import Hub
from server.store.postgres import PostgresStore, open_store
from server.store.records import NewMeeting, NewSession, StoredSegment
from server.store.report_records import NewReport
from streaming.segments import Coverage, Segment
from tests.browser.meeting_site import KEY, SAID, application
from tests.support.aside import aside
from tests.support.postgres import own_postgres
from tests.support.server import running

MANY = 40
"""Meetings without a word; more than a page of the list."""


@dataclass(frozen=True)
class MeetingsSite:
    """Over the same meetings: `url` asks for no key, `locked` for `KEY`."""

    url: str
    locked: str
    whole: str


async def _meetings(store: PostgresStore) -> str:
    for number in range(MANY):
        await store.create_meeting(NewMeeting(title=f"Stand-up {number}"))
    meeting = await store.create_meeting(
        NewMeeting(title="Weekly planning · Планирование", languages=("en", "ru"))
    )
    await store.open_session(meeting.id, NewSession("s-whole", "pcm_s16le", 16_000, 1))
    said = [
        StoredSegment(
            Segment(f"w-{at}", start, start + 5, text, lang, speaker=who, flags=flags), "s-whole", at
        )
        for at, (start, who, text, lang, flags) in enumerate(SAID, 1)
    ]
    heard = Coverage(received=203.5, transcribed=203.5)
    await store.close_session("s-whole", said, position=3_256_000, duration=203.5, coverage=heard)
    await store.reports.add_report(meeting.id, NewReport("general", "en", {}))
    live = await store.create_meeting(NewMeeting(title="Design review"))
    await store.open_session(live.id, NewSession("s-live", "pcm_s16le", 16_000, 1))
    return meeting.id


@asynccontextmanager
async def _site(url: str) -> AsyncIterator[MeetingsSite]:
    async with open_store(url) as store:
        whole = await _meetings(store)
        assert await store.workspace_of(whole) == DEFAULT
        serve = partial(
            application,
            store,
            reports=store.reports,
            archive=store.archive,
            editing=store.editing,
            access=store.access,
        )
        async with (
            running(serve(Hub(store), None)) as free,
            running(serve(Hub(store), KEY)) as locked,
        ):
            yield MeetingsSite(free, locked, whole)


@contextmanager
def meetings_site() -> Iterator[MeetingsSite]:
    """Serve for the length of a block."""
    with own_postgres() as postgres, aside(lambda: _site(postgres.url())) as site:
        yield site.value
