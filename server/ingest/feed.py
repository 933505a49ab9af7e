"""One source at its session: connected to, heard, connected to again, until it is over.

In: what the process of each connection tells. Out: sound at its place in the session, and how far it is. What
was missed while the source was away is lost on the session's clock, with the reason, so that the times of
words stay those of the day.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final

import numpy as np

from asr.types import SAMPLE_RATE, Waveform
from server.ingest.clock import Clock
from server.ingest.process import Connection, connection
from server.ingest.records import Began, Counted, Missing, Over, Sound
from server.ingest.retrying import Patience, delay, is_final
from server.live.session import LiveSession
from server.store.ingest_records import IngestState, Progress
from streaming.driver import SLICE

AWAY: Final = "source_lost"
HOLE: Final = "network"
"""Why sound is missing: the source was away, or did not send all of it."""

Told = Callable[[Progress], Awaitable[None]]


class Feed:
    """Feeds one session. `now` gives the time of day in seconds, and never goes back."""

    def __init__(
        self,
        live: LiveSession,
        task: dict[str, Any],
        progress: Progress,
        *,
        descriptor: int | None,
        patience: Patience,
        now: Callable[[], float],
        told: Told,
    ) -> None:
        self._live = live
        self._task = task
        self._descriptor = descriptor
        self._patience = patience
        self._now = now
        self._told = told
        self._clock = Clock(progress.began, progress.origin)
        self._overlap = 0
        self._heard_at = now()
        self._failures = 0
        self._counted = 0
        self.progress = progress

    async def run(self) -> Progress:
        """Hear it to its end, whose progress is returned: `ended`, or `failed` with the reason."""
        if self.progress.began is not None:
            await self._note("waiting")
        while True:
            over = await self._connect()
            heard = self.progress.began is not None
            if over.how == "ended":
                return replace(self.progress, state="ended", code=None, sentence=None)
            patience = self._patience.of(heard=heard, listens=self._descriptor is not None)
            away = self._now() - self._heard_at
            if is_final(over, heard=heard) or away >= patience:
                return replace(self.progress, state="failed", code=over.code, sentence=over.sentence)
            if heard and not self._failures:
                # Whoever spoke last is not kept waiting for the rest of the sentence.
                self._live.driver.flush(None)
            self._failures += 1
            await self._note("waiting", over)
            wait = delay(self._failures, random.random())  # noqa: S311 - spreads tries
            await asyncio.sleep(min(wait, max(0.0, patience - away)))
            self.progress = replace(self.progress, reconnects=self.progress.reconnects + 1)

    async def _connect(self) -> Over:
        """One connection, to its end."""
        self._counted = 0
        async with connection(self._task, self._descriptor) as process:
            over = await self._first(process)
            while not isinstance(over, Over):
                record = await process.next(self._patience.stall)
                match record:
                    case Sound(samples):
                        await self._hear(samples)
                    case Missing(seconds):
                        await self._paced()
                        await self._miss(round(seconds * SAMPLE_RATE), HOLE)
                    case Counted(total):
                        self._count(total)
                    case Over():
                        over = record
            return over

    async def _first(self, process: Connection) -> Over | None:
        """Wait for the first sound, as long as a sender may take."""
        heard, listens = self.progress.began is not None, self._descriptor is not None
        patience = self._patience.of(heard=heard, listens=listens) - (self._now() - self._heard_at)
        limit = max(0.0, patience if listens else min(patience, self._patience.stall))
        record = await process.next(limit)
        while isinstance(record, Counted):
            self._count(record.bytes)
            record = await process.next(limit)
        if isinstance(record, Over):
            return record
        if isinstance(record, Began):
            await self._begin(record)
        return None

    async def _begin(self, began: Began) -> None:
        missed = self._clock.connected(self._position, self._now(), began.at, continuous=began.continuous)
        self._overlap = round(max(0.0, -missed) * SAMPLE_RATE)
        self._failures = 0
        self.progress = replace(self.progress, began=self._clock.began, origin=self._clock.origin)
        await self._note("live")
        await self._miss(round(max(0.0, missed) * SAMPLE_RATE), AWAY)

    async def _hear(self, samples: Waveform) -> None:
        skipped = min(self._overlap, len(samples))
        self._overlap -= skipped
        samples = samples[skipped:]
        await self._paced()
        driver = self._live.driver
        for start in range(0, len(samples), SLICE):
            await driver.room()
            driver.take(samples[np.newaxis, start : start + SLICE])
            await asyncio.sleep(0)
        self._heard_at = self._now()
        seconds = self.progress.seconds + len(samples) / SAMPLE_RATE
        self.progress = replace(self.progress, seconds=seconds)

    async def _miss(self, samples: int, reason: str) -> None:
        driver = self._live.driver
        for start in range(0, samples, SLICE):
            await driver.room()
            driver.miss(min(SLICE, samples - start), reason)
            await asyncio.sleep(0)

    async def _paced(self) -> None:
        early = self._clock.early(self._position, self._now())
        if early:
            await asyncio.sleep(early)

    def _count(self, total: int) -> None:
        self.progress = replace(self.progress, bytes=self.progress.bytes + total - self._counted)
        self._counted = total

    async def _note(self, state: IngestState, over: Over | None = None) -> None:
        code, sentence = (over.code, over.sentence) if over else (None, None)
        self.progress = replace(self.progress, state=state, code=code, sentence=sentence)
        await self._told(self.progress)

    @property
    def _position(self) -> float:
        return self._live.session.position / SAMPLE_RATE
