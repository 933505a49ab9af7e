"""A track of a meeting is heard as sessions, one each time somebody is heard on it."""

import asyncio
import time
from collections.abc import AsyncIterator

import numpy as np
import pytest

from asr.types import SAMPLE_RATE
from server.access.access import DEFAULT, Access
from server.live.session import LiveSession
from server.recorder.chunk import Chunk
from server.recorder.ear import FORMAT, Ear, Heard
from server.store.records import NewMeeting
from streaming.commands import Start
from streaming.errors import StenoError
from tests.fakes.store import MemoryStore
from tests.support.node import Node, node

TURNS = 20
"""Of the event loop, in which an ear has done all that it can."""


def _refuse(error: StenoError) -> None:
    raise error


class Track:
    """A track with its ear."""

    def __init__(self, serving: Node, meeting: str) -> None:
        self._node = serving
        self._meeting = meeting
        self.speaker = "Anna"
        self._at = 0.0
        access = Access(DEFAULT, frozenset({"ingest"}), meeting)
        heard = Heard(serving.sessions, access, time.monotonic, lambda: self._at, _refuse)
        named = asyncio.Event()
        named.set()
        self.ear = Ear(heard, "t1", self._start, named)

    def _start(self) -> Start:
        return Start(FORMAT, meeting=self._meeting, speaker=self.speaker)

    def speak(self) -> None:
        """A tenth of a second of somebody's voice."""
        self.ear.put(Chunk("t1", self._at, SAMPLE_RATE, np.full(SAMPLE_RATE // 10, 0.3, np.float32)))
        self._at += 0.1

    async def heard(self, but: LiveSession | None = None) -> LiveSession:
        """The session that has heard it."""
        async with asyncio.timeout(60):
            while True:
                live = next((one for one in self._node.sessions.kept() if one is not but), None)
                if live is not None and live.session.position:
                    break
                await asyncio.sleep(0)
        for _ in range(TURNS):
            await asyncio.sleep(0)
        return live


@pytest.fixture
async def track() -> AsyncIterator[Track]:
    store = MemoryStore()
    meeting = await store.create_meeting(NewMeeting())
    async with node(store) as serving, asyncio.TaskGroup() as tasks:
        made = Track(serving, meeting.id)
        tasks.create_task(made.ear.run())
        yield made
        made.ear.end()


async def test_somebody_else_on_a_track_is_another_session(track: Track) -> None:
    track.speak()
    anna = await track.heard()
    track.speaker = "Vera"
    track.ear.cut()
    async with asyncio.timeout(60):
        await anna.over.wait()
    track.speak()
    vera = await track.heard(anna)
    assert (anna.session.position, vera.session.position) == (SAMPLE_RATE // 10, SAMPLE_RATE // 10)


async def test_whose_track_it_was_before_anything_was_heard_cuts_nothing(track: Track) -> None:
    track.ear.cut()
    track.speak()
    live = await track.heard()
    track.speak()
    for _ in range(TURNS):
        await asyncio.sleep(0)
    assert not live.over.is_set()
    assert live.session.position == SAMPLE_RATE // 5
