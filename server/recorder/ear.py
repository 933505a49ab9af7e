"""One track of a meeting as sessions: it is heard from its first sound on, each time somebody is heard on it.

In: chunks as they come from the page. Out: a session of the meeting, as any client's, from the first sound
until nothing comes for `GONE_SECONDS` (the participant's tab was closed, their network is dead), until the
track has somebody else, is over, or nothing was to be heard on it for long; then the next one. While a
session cannot be had, what comes waits in the inbox, and what does not fit is lost with its reason.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import numpy as np
import structlog

from asr.types import SAMPLE_RATE
from server.access.access import Access
from server.live.session import LiveSession
from server.live.sessions import Sessions
from server.live.sink import Who
from server.recorder.chunk import Chunk
from server.recorder.placing import Placing
from server.rtc.inbox import Inbox, Missing
from server.rtc.pace import Pace
from streaming.commands import AudioFormat, Encoding, Start
from streaming.decoding import TrackDecoder
from streaming.driver import SLICE
from streaming.errors import Overloaded, QuotaReached, StenoError, StoreError

GONE_SECONDS: Final = 2.5
"""After the last packet that was heard, what was said is finished."""
MUTE_SECONDS: Final = 120.0
"""A track without sound for so long gives its place back, until something is heard again."""
BEFORE: Final = 5
"""Chunks before the first loud one that are heard with it: half a second."""
BEFORE_SECONDS: Final = 1.0
"""Between two of them; what is older is no beginning."""
NAME_SECONDS: Final = 2.0
"""How long the name may take to be known."""
OLDEST_SECONDS: Final = 60.0
FORMAT: Final = AudioFormat(Encoding.PCM_F32LE, SAMPLE_RATE, 1)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Heard:
    """What an ear needs of the rest. `clock` gives seconds that never go back, `wall` those of the day, as
    the browser stamps chunks; `refused` is told of an error by which no session can be had at all."""

    sessions: Sessions
    access: Access
    clock: Callable[[], float]
    wall: Callable[[], float]
    refused: Callable[[StenoError], None]


class Ear:
    """The track `key`. `run` must be running while the other methods are used."""

    def __init__(
        self,
        heard: Heard,
        key: str,
        start: Callable[[], Start],
        named: asyncio.Event,
        who: Callable[[float], Who] | None = None,
    ) -> None:
        """`start` says what to open a session with, once `named` or after a while; `who`, for a track of
        many, tells who spoke in a session that began at a time of `wall`."""
        self._heard = heard
        self.key = key
        self._start = start
        self._named = named
        self._who = who
        self._before: deque[Chunk] = deque(maxlen=BEFORE)
        self._news = asyncio.Event()
        self._over = False
        self._came_at = 0.0
        self._loud_at = 0.0
        self._anew()

    def _anew(self) -> None:
        """What comes from now on is for the next session."""
        self._begun: float | None = None
        self._cut = False
        # bounded: by its own rule.
        self._inbox = Inbox()
        self._placing = Placing()
        self._pace = Pace()
        self._decoder = TrackDecoder(multichannel=False)

    def put(self, chunk: Chunk) -> None:
        """Take what follows."""
        if self._over:
            return
        now = self._heard.clock()
        self._came_at = now
        if chunk.loud:
            self._loud_at = now
        if self._begun is None:
            if self._before and chunk.at - self._before[-1].at > BEFORE_SECONDS:
                self._before.clear()
            self._before.append(chunk)
            if not chunk.loud:
                return
            self._begun = self._before[0].at
            for one in self._before:
                self._place(one, now)
            self._before.clear()
        else:
            self._place(chunk, now)
        self._news.set()

    def end(self) -> None:
        """Nothing more comes."""
        self._over = True
        self._news.set()

    def cut(self) -> None:
        """Somebody else is heard from now on."""
        if self._begun is not None:
            self._cut = True
            self._news.set()

    @property
    def alive(self) -> bool:
        """Whether packets come."""
        return not self._over and self._heard.clock() - self._came_at < GONE_SECONDS

    def _place(self, chunk: Chunk, now: float) -> None:
        gap = self._placing.gap(chunk.at, chunk.seconds)
        missing = round(self._pace.allow(gap, chunk.seconds, now) * chunk.rate)
        for hush in self._decoder.silence(missing, 1, chunk.rate):
            self._inbox.miss(hush.shape[1], "network")
        self._inbox.put(self._decoder.feed(chunk.samples[:, np.newaxis], chunk.rate)[0])

    async def run(self) -> None:
        """Serve until the track is over and everything of it is stored."""
        while await self._sound():
            try:
                live = await self._open()
                if live is None:
                    return
                await self._serve(live)
            except StenoError as error:
                log.warning("track_not_heard", code=error.code)
                self._heard.refused(error)
                return

    async def _sound(self) -> bool:
        """Wait for the first sound; False where none comes any more."""
        while self._begun is None and not self._over:
            self._news.clear()
            await self._news.wait()
        return self._begun is not None

    async def _open(self) -> LiveSession | None:
        """A session, as soon as one can be had; None when this process takes no more."""
        with suppress(TimeoutError):
            async with asyncio.timeout(NAME_SECONDS):
                await self._named.wait()
        while True:
            assert self._begun is not None, "something was heard"  # noqa: S101
            ago = min(max(0.0, self._heard.wall() - self._begun), OLDEST_SECONDS)
            try:
                return await self._heard.sessions.open(
                    self._start(), self._heard.access, resumable=False, ago=ago
                )
            except QuotaReached:
                raise
            except (Overloaded, StoreError) as error:
                if self._heard.sessions.draining:
                    return None
                await asyncio.sleep(error.retry_after or 1.0)

    async def _serve(self, live: LiveSession) -> None:
        """Feed a session until it has heard what it is to hear, and wait until it is stored."""
        seat = await live.attach()
        if self._who is not None and self._begun is not None:
            live.sink.who = self._who(self._begun)
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(_read(live))
            feeding = tasks.create_task(self._feed(live))
            leaving = tasks.create_task(seat.leave.wait())
            try:
                await asyncio.wait((feeding, leaving), return_when=asyncio.FIRST_COMPLETED)
            finally:
                feeding.cancel()
                leaving.cancel()
                live.detach(seat)
            await live.over.wait()
            await reading
        if live.problem is not None and not self._heard.sessions.draining:
            raise live.problem

    async def _feed(self, live: LiveSession) -> None:
        """Carry the inbox to the session until nothing more comes for it, and it is empty."""
        while True:
            await live.driver.room()
            match self._inbox.take(SLICE):
                case None if self._finished():
                    rest = self._decoder.finish()
                    self._anew()
                    live.driver.take(rest)
                    return
                case None:
                    self._news.clear()
                    with suppress(TimeoutError):
                        async with asyncio.timeout(GONE_SECONDS / 6):
                            await self._news.wait()
                case Missing(samples, reason):
                    live.driver.miss(samples, reason)
                case samples:
                    live.driver.take(samples[np.newaxis])
            await asyncio.sleep(0)

    def _finished(self) -> bool:
        now = self._heard.clock()
        gone = now - self._came_at >= GONE_SECONDS or now - self._loud_at >= MUTE_SECONDS
        return self._over or self._cut or gone


async def _read(live: LiveSession) -> None:
    """Viewers and the store have what the session says; nobody else is told."""
    while await live.sink.next() is not None:
        pass
