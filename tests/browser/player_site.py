"""Recorded meetings for the browser: the real routes and pages over a PostgreSQL and files of their own.

In: nothing. Out: the address of a server, and its meetings, on a thread of its own. `talk` is the
sample on two tracks, of which the second has a hole; `long` lasts four hours.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
import numpy as np

from server.live.hub import Hub
from server.recording import piece
from server.recording.peaks import Peaks
from server.recording.reel import complete
from server.recording.shelf import Shelf
from server.recording.vault import Vault
from server.store.postgres import PostgresStore, open_store
from server.store.recording_records import NewRecording
from server.store.records import NewMeeting, NewSession, Progressed, StoredSegment
from streaming.ledger import Interval
from streaming.segments import Coverage, Segment, TimedWord
from tests.browser.meeting_site import application
from tests.support.aside import aside
from tests.support.postgres import own_postgres
from tests.support.recording import recorded, vault_in
from tests.support.recordings import RATE, samples
from tests.support.server import running

HOURS = 4
FRAME = RATE * 120 // 1000
"""Samples of a packet of the long meeting."""
WORDS = ("the", "budget", "of", "the", "new", "office", "was", "agreed", "by", "everybody", "today")
LINES = 20
"""Of the talk, four seconds each."""


@dataclass(frozen=True)
class PlayerSite:
    """A server and its meetings."""

    url: str
    talk: str
    long: str
    silent: str


def line(session: str, number: int, start: float, seconds: float) -> StoredSegment:
    """A line whose words follow on each other at equal distances."""
    step = seconds / len(WORDS)
    words = tuple(
        TimedWord(word, round(start + at * step, 3), round(start + (at + 1) * step, 3), 0.9)
        for at, word in enumerate(WORDS)
    )
    text, speaker = " ".join(WORDS).capitalize(), "Anna" if number % 2 else "Борис"
    words = (TimedWord(WORDS[0].capitalize(), words[0].start, words[0].end, 0.9), *words[1:])
    segment = Segment(f"{session}-{number:05d}", start, start + seconds, text, "en", words, speaker=speaker)
    return StoredSegment(segment, session, number)


async def held(store: PostgresStore, meeting: str, session: str, seconds: float, lines: int) -> None:
    """A session of so many lines."""
    await store.open_session(meeting, NewSession(session, "pcm_s16le", RATE, 2))
    said = [line(session, at + 1, at * seconds / lines, seconds / lines - 0.1) for at in range(lines)]
    position = round(seconds * RATE)
    intervals = ((Interval(0, position, "transcribed"),),)
    await store.close_session(
        session,
        said,
        position=position,
        duration=seconds,
        coverage=Coverage(seconds, seconds),
        progressed=Progressed(intervals=intervals),
    )


async def _talk(store: PostgresStore, vault: Vault) -> str:
    meeting = (await store.create_meeting(NewMeeting(title="Budget · Бюджет", record=True))).id
    sound = samples()[: 80 * RATE]
    await held(store, meeting, "s-talk", 80.0, LINES)
    await recorded(store, vault, meeting, "s-talk", sound)
    await recorded(store, vault, meeting, "s-talk", 0.3 * sound[: 30 * RATE], channel=1)
    await recorded(store, vault, meeting, "s-talk", 0.3 * sound[40 * RATE :], 40 * RATE, channel=1)
    return meeting


def write_long(path: Path) -> None:
    """Four hours of the same minute: encoded once, and packed again and again."""
    path.parent.mkdir(parents=True)
    minute = (np.tile(samples(), 2)[: 60 * RATE] * 32_767).astype(np.int16)
    with av.open(str(path), "w", format="ogg") as made:
        stream: Any = made.add_stream("libopus", rate=RATE, layout="mono", options={"frame_duration": "120"})
        stream.bit_rate = piece.BITS_PER_SECOND
        frame = av.AudioFrame.from_ndarray(minute[np.newaxis], format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, 0
        packets = [bytes(packet) for packet in stream.encode(frame)]
        for at in range(HOURS * 3600 * RATE // FRAME):
            packet = av.Packet(packets[at % len(packets)])
            packet.stream, packet.time_base = stream, Fraction(1, RATE)
            packet.pts = packet.dts = at * FRAME
            packet.duration = FRAME
            made.mux(packet)
    peaks = Peaks().feed(minute)
    piece.beside(path).write_bytes(peaks * HOURS * 60)


async def _long(store: PostgresStore, vault: Vault) -> str:
    meeting = (await store.create_meeting(NewMeeting(title="A long day", record=True))).id
    await held(store, meeting, "s-long", HOURS * 3600.0, HOURS * 900)
    name = "s-long-0-0"
    await store.recordings.add(NewRecording(name, meeting, "s-long", 0, None, 0, vault.name))
    path = vault.file(meeting, name)
    await asyncio.to_thread(write_long, path)
    await complete(name, meeting, path, 0, store.recordings)
    return meeting


@asynccontextmanager
async def _site(url: str, folder: Path) -> AsyncIterator[PlayerSite]:
    vault = vault_in(folder)
    async with open_store(url, [vault]) as store:
        talk, long = await _talk(store, vault), await _long(store, vault)
        silent = (await store.create_meeting(NewMeeting(title="Unrecorded"))).id
        await held(store, silent, "s-silent", 8.0, 2)
        shelf = Shelf(vault, store.recordings)
        app = application(store, Hub(store), None, reports=store.reports, recordings=shelf)
        async with running(app) as served:
            yield PlayerSite(served, talk, long, silent)


@contextmanager
def player_site() -> Iterator[PlayerSite]:
    """Serve for the length of a block."""
    with (
        TemporaryDirectory() as folder,
        own_postgres() as postgres,
        aside(lambda: _site(postgres.url(), Path(folder) / "recordings")) as site,
    ):
        yield site.value
