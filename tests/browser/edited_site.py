"""Meetings whose words people correct, for the browser: the real routes and pages over a PostgreSQL of their
own.

In: nothing. Out: the addresses of a server without a key, a meeting that has ended, one that is live and goes
on when it is told to, and, when it is asked for, one of four hours.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial

from server.live.hub import Hub
from server.reporting.spoken import spoken
from server.reporting.stored import as_json
from server.store.postgres import PostgresStore, open_store
from server.store.records import NewMeeting, NewSession, Progressed, StoredSegment
from server.store.report_records import NewReport
from streaming.events import Caption, Ended
from streaming.ledger import Interval
from streaming.segments import Coverage, Segment, TimedWord
from summarizer.finish import from_words
from tests.browser.meeting_site import KEY, RATE, SAID, STRETCHES, application
from tests.support.aside import Aside, aside
from tests.support.postgres import own_postgres
from tests.support.server import running

HOURS = 4.0
STORE_SECONDS = 120.0
"""Given to the long meeting until it is stored."""
MANY = 10_000
"""Finals of the long meeting."""


@dataclass(frozen=True)
class Parts:
    """What runs on the other thread."""

    url: str
    locked: str
    whole: str
    live: str
    store: PostgresStore
    hub: Hub


@dataclass(frozen=True)
class EditedSite:
    """`url` asks for no key, `locked` for `KEY`; both have the same meetings."""

    aside: Aside[Parts]

    @property
    def url(self) -> str:
        """The server without a key."""
        return self.aside.value.url

    @property
    def locked(self) -> str:
        """The server with one."""
        return self.aside.value.locked

    @property
    def whole(self) -> str:
        """The meeting that has ended."""
        return self.aside.value.whole

    @property
    def live(self) -> str:
        """The meeting that goes on."""
        return self.aside.value.live

    def say(self, text: str, at: float, *, final: bool = True) -> None:
        """Somebody says something in the live meeting."""

        async def act() -> None:
            segment = _final(f"live-{at:g}", at, "S1", text, "en")
            seq = parts.hub.publish(parts.live, Caption(0, segment, final=final))
            if final:
                stored = [StoredSegment(segment, "", seq)]
                await parts.store.save(f"s-{parts.live}", stored, position=1, coverage=Coverage())

        parts = self.aside.value
        self.aside.run(act())

    def end(self) -> None:
        """The live meeting ends."""

        async def act() -> None:
            name = f"s-{parts.live}"
            await parts.store.close_session(name, position=1, duration=60.0, coverage=Coverage())
            parts.hub.publish(parts.live, Ended(60.0, 2))

        parts = self.aside.value
        self.aside.run(act())

    def make_reported(self, title: str) -> str:
        """A meeting that ended, with a stored report of what was said; its title is no other's."""

        async def act() -> str:
            said = [
                _final(f"{title}-{at}", start, "S1", text, lang)
                for at, (start, _, text, lang, _) in enumerate(SAID)
            ]
            name = await _held(store, title, said, 203.5)
            meeting = await store.meeting(name)
            assert meeting is not None
            report = from_words(spoken(meeting, await store.segments(name)))
            await store.reports.add_report(name, NewReport("general", "en", as_json(report)))
            return name

        store = self.aside.value.store
        return self.aside.run(act())

    def make_long(self) -> str:
        """A meeting of four hours, which takes some seconds to be stored."""
        step = HOURS * 3600 / MANY
        lines = [
            _final(
                f"l-{at:05}", at * step, f"S{at // 7 % 4 + 1}", f"{at}: {SAID[at % 6][2]}", SAID[at % 6][3]
            )
            for at in range(MANY)
        ]
        store = self.aside.value.store
        return self.aside.run(_held(store, "Board meeting of four hours", lines, HOURS * 3600), STORE_SECONDS)


def _final(
    name: str, start: float, who: str, text: str, language: str, flags: tuple[str, ...] = ()
) -> Segment:
    words = text.split()
    timed = tuple(
        TimedWord(word, start + 4 * at / len(words), start + 4 * (at + 1) / len(words), 0.9)
        for at, word in enumerate(words)
    )
    return Segment(name, start, start + 4, text, language, timed, who or None, flags=flags)


async def _held(store: PostgresStore, title: str, said: Sequence[Segment], duration: float) -> str:
    meeting = (await store.create_meeting(NewMeeting(title=title))).id
    await store.open_session(meeting, NewSession(f"s-{meeting}", "pcm_s16le", RATE, 1))
    stored = [StoredSegment(one, "", seq) for seq, one in enumerate(said, 1)]
    for at in range(0, len(stored), 500):
        await store.save(f"s-{meeting}", stored[at : at + 500], position=1, coverage=Coverage())
    scale = duration / STRETCHES[-1][1]
    intervals = tuple(
        Interval(round(start * scale) * RATE, round(end * scale) * RATE, outcome, reason)
        for start, end, outcome, reason in STRETCHES
    )
    sums = dict.fromkeys(("transcribed", "silence", "quarantined", "lost"), 0.0)
    for one in intervals:
        sums[one.outcome] += (one.end - one.start) / RATE
    await store.close_session(
        f"s-{meeting}",
        position=round(duration * RATE),
        duration=duration,
        coverage=Coverage(received=sum(sums.values()), **sums),
        progressed=Progressed(intervals=(intervals,)),
    )
    return meeting


async def _meetings(store: PostgresStore) -> tuple[str, str]:
    said = [
        _final(f"w-{at}", start, {"Anna": "S1", "Boris": "S2"}.get(who, ""), text, lang, flags)
        for at, (start, who, text, lang, flags) in enumerate(SAID, 1)
    ]
    whole = await _held(store, "Weekly planning · Планирование", said, 203.5)
    live = (await store.create_meeting(NewMeeting(title="Design review"))).id
    await store.open_session(live, NewSession(f"s-{live}", "pcm_s16le", RATE, 1))
    return whole, live


@asynccontextmanager
async def _site(url: str) -> AsyncIterator[Parts]:
    async with open_store(url) as store:
        whole, live = await _meetings(store)
        hub = Hub(store)
        hub.open(live, 0)
        serve = partial(
            application,
            store,
            hub,
            reports=store.reports,
            archive=store.archive,
            editing=store.editing,
            pictures=store.pictures,
            access=store.access,
        )
        async with running(serve(None)) as free, running(serve(KEY)) as locked:
            yield Parts(free, locked, whole, live, store, hub)


@contextmanager
def edited_site() -> Iterator[EditedSite]:
    """Serve for the length of a block."""
    with own_postgres() as postgres, aside(lambda: _site(postgres.url())) as site:
        yield EditedSite(site)
