"""One WebRTC peer as a session: its frames in, its captions back over its data channel.

The session is that of any other wire. A peer that falls silent, or is gone without a word, ends it: browsers
send fifty packets a second also while nobody speaks. What never arrived keeps its place in time and is lost
in the ledger, so that the times of words never drift.
"""

import asyncio
from contextlib import suppress
from typing import Final

import numpy as np
import structlog
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame

from server.access.presence import Presence
from server.live.session import LiveSession, Seat
from server.media import Timeline, floats
from server.rtc.inbox import Inbox, Missing
from server.rtc.pace import Pace
from server.rtc.peer import PeerConnection
from streaming.decoding import TrackDecoder
from streaming.driver import SLICE
from streaming.events import Caption, Problem
from streaming.protocols.native import encode

CONNECT_SECONDS: Final = 15.0
"""How long the first frame may take."""
SILENT_SECONDS: Final = 4.0
"""How long a peer that was heard may send nothing."""
LAST_SECONDS: Final = 0.1
"""How long nothing may come after a good-bye before all is taken to be there: it can overtake packets."""
MOST_LAST_SECONDS: Final = 0.2
"""For who goes on sending."""

log = structlog.get_logger(__name__)


class PeerStream:
    """An answered peer at its session. `serve` once."""

    def __init__(self, peer: PeerConnection, live: LiveSession, presence: Presence) -> None:
        self._peer = peer
        self._live = live
        self._presence = presence
        self._inbox = Inbox()
        self.received = 0.0
        """Seconds on the media clock, lost packets among them."""
        self.complete = asyncio.Event()
        """Set when no more comes."""
        self._news = asyncio.Event()
        self._timeline = Timeline()
        self._pace = Pace()
        self._decoder = TrackDecoder(multichannel=False)

    async def serve(self, seat: Seat) -> None:
        """Serve until the peer or the session is over, and everything is said."""
        async with asyncio.TaskGroup() as tasks:
            receiving = tasks.create_task(self._receive())
            feeding = tasks.create_task(self._feed())
            telling = tasks.create_task(self._tell())
            gone = tasks.create_task(self._live.over.wait())
            ends = (self._peer.over, seat.leave, self._presence.over)
            waiting = [tasks.create_task(event.wait()) for event in ends]
            await asyncio.wait((receiving, gone, *waiting), return_when=asyncio.FIRST_COMPLETED)
            if self._peer.over.is_set():
                await self._last(receiving)
            for task in (receiving, *waiting):
                task.cancel()
            await asyncio.wait((receiving,))
            self._complete()
            # A session that is over already takes nothing more.
            await asyncio.wait((feeding, gone), return_when=asyncio.FIRST_COMPLETED)
            feeding.cancel()
            gone.cancel()
            if self._presence.error is not None:
                self._live.fail(self._presence.error)
            seat.left.set()
            self._live.stop()
            await telling
            await self._peer.farewell()

    async def _receive(self) -> None:
        """Put every frame into the inbox, at its time, until the peer is gone."""
        track = self._peer.track
        assert track is not None, "an offer without audio is refused"  # noqa: S101
        patience = CONNECT_SECONDS
        try:
            while True:
                async with asyncio.timeout(patience):
                    frame = await track.recv()
                patience = SILENT_SECONDS
                if isinstance(frame, AudioFrame):
                    self._place(frame)
        except (TimeoutError, MediaStreamError):
            log.info("peer_gone", session=self._live.id, heard=patience == SILENT_SECONDS)

    async def _last(self, receiving: asyncio.Task[None]) -> None:
        """Hear what is still on its way."""
        with suppress(TimeoutError):
            async with asyncio.timeout(MOST_LAST_SECONDS):
                before = -1.0
                while before != self.received and not receiving.done():
                    before = self.received
                    await asyncio.wait((receiving,), timeout=LAST_SECONDS)

    def _place(self, frame: AudioFrame) -> None:
        samples, rate = floats(frame), frame.sample_rate
        length = len(samples) / rate
        gap = self._timeline.place(frame.time, length)
        missing = round(self._pace.allow(gap, length, asyncio.get_running_loop().time()) * rate)
        self.received += length + missing / rate
        for hush in self._decoder.silence(missing, samples.shape[1], rate):
            self._inbox.miss(hush.shape[1], "network")
        self._inbox.put(self._decoder.feed(samples, rate)[0])
        self._news.set()

    def _complete(self) -> None:
        """No more comes; what the resampler still holds is the end."""
        if (rest := self._decoder.finish()).size:
            self._inbox.put(rest[0])
        self.complete.set()
        self._news.set()

    async def _feed(self) -> None:
        """Carry the inbox to the session, in order, until it is complete and empty."""
        driver = self._live.driver
        while True:
            await driver.room()
            match self._inbox.take(SLICE):
                case None if self.complete.is_set():
                    return
                case None:
                    self._news.clear()
                    await self._news.wait()
                case Missing(samples, reason):
                    driver.miss(samples, reason)
                case samples:
                    driver.take(samples[np.newaxis])
            await asyncio.sleep(0)

    async def _tell(self) -> None:
        """Send what the session says to the end, and why if that was a fault; who has no channel does not
        hear it."""
        while (event := await self._live.sink.next()) is not None:
            draft = isinstance(event, Caption) and not event.final
            self._peer.tell(encode(event), vital=not draft)
        if self._live.problem is not None:
            self._peer.tell(encode(Problem.of(self._live.problem)), vital=True)
