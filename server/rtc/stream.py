"""One WebRTC peer as a session: its frames in, its captions back over the data channel `captions`.

The session is that of any other wire. A peer that falls silent, or is gone without a word, ends it: browsers
send fifty packets a second also while nobody speaks. What never arrived keeps its place in time and is lost
in the ledger, so that the times of words never drift.
"""

import asyncio
from typing import Final

import numpy as np
import structlog
from aiortc import RTCDataChannel, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.sdp import candidate_from_sdp
from av import AudioFrame

from server.access.presence import Presence
from server.live.session import LiveSession, Seat
from server.media import Timeline, floats
from server.rtc.ice import new_peer, use_own_buffer
from server.rtc.inbox import Inbox, Missing
from streaming.decoding import TrackDecoder
from streaming.driver import SLICE
from streaming.errors import ProtocolError
from streaming.events import Caption
from streaming.protocols.native import encode

CHANNEL: Final = "captions"
CONNECT_SECONDS: Final = 15.0
"""How long the first frame may take."""
SILENT_SECONDS: Final = 5.0
"""How long a peer that was heard may send nothing."""
MOST_BUFFERED: Final = 1 << 20
"""Bytes that a peer may leave unread before drafts are left out of its channel."""

log = structlog.get_logger(__name__)


class PeerStream:
    """One peer. `answer` it, then `serve` it; `stop` may be called at any time."""

    def __init__(self, live: LiveSession, presence: Presence) -> None:
        self.live = live
        self._presence = presence
        self._peer: RTCPeerConnection = new_peer()
        self._track: MediaStreamTrack | None = None
        self._channel: RTCDataChannel | None = None
        self._inbox = Inbox()
        self._completed = False
        self._news = asyncio.Event()
        self._over = asyncio.Event()
        self._timeline = Timeline()
        self._decoder = TrackDecoder(multichannel=False)
        self._peer.on("track", self._on_track)
        self._peer.on("datachannel", self._on_channel)
        self._peer.on("connectionstatechange", self._on_state)

    async def answer(self, offer: str) -> str:
        """The answer to a fit offer, all candidates in it. Raises `ProtocolError` `offer_not_served`."""
        try:
            await self._peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
            await self._peer.setLocalDescription(await self._peer.createAnswer())
        except Exception:
            # aiortc raises its own errors, ValueError and AssertionError alike for what it cannot serve.
            log.info("offer_not_served", session=self.live.id, exc_info=True)
            raise ProtocolError(
                "offer_not_served",
                "The offer has no audio codec or transport that is spoken here.",
                status=406,
            ) from None
        return self._peer.localDescription.sdp

    async def trickle(self, candidates: list[str]) -> None:
        """More addresses of the peer. Raises `ProtocolError` `fragment_unreadable`."""
        try:
            for text in candidates:
                candidate = candidate_from_sdp(text)
                candidate.sdpMLineIndex = 0
                await self._peer.addIceCandidate(candidate)
        except (ValueError, AssertionError, IndexError):
            raise ProtocolError("fragment_unreadable", "A candidate cannot be read.", status=400) from None

    def stop(self) -> None:
        """The peer has said good-bye."""
        self._over.set()

    async def serve(self, seat: Seat, closing: asyncio.Lock) -> None:
        """Serve until the peer or the session is over. `closing` is one for all peers: closing one blocks
        the loop until its decoder has ended."""
        try:
            async with asyncio.TaskGroup() as tasks:
                receiving = tasks.create_task(self._receive())
                feeding = tasks.create_task(self._feed())
                telling = tasks.create_task(self._tell())
                ends = (self._over, seat.leave, self._presence.over, self.live.over)
                waiting = [tasks.create_task(event.wait()) for event in ends]
                await asyncio.wait((receiving, *waiting), return_when=asyncio.FIRST_COMPLETED)
                for task in (receiving, *waiting):
                    task.cancel()
                await asyncio.wait((receiving,))
                self._complete()
                await feeding
                if self._presence.error is not None:
                    self.live.fail(self._presence.error)
                seat.left.set()
                self.live.stop()
                await telling
        finally:
            async with closing:
                await self._peer.close()

    def _on_track(self, track: MediaStreamTrack) -> None:
        receiver = next(one for one in self._peer.getReceivers() if one.track is track)
        use_own_buffer(receiver)
        self._track = track

    def _on_channel(self, channel: RTCDataChannel) -> None:
        if channel.label == CHANNEL:
            self._channel = channel

    def _on_state(self) -> None:
        if self._peer.connectionState in {"failed", "closed"}:
            self._over.set()

    async def _receive(self) -> None:
        """Put every frame into the inbox, at its time, until the peer is gone."""
        assert self._track is not None, "an offer without audio is refused"  # noqa: S101
        patience = CONNECT_SECONDS
        try:
            while True:
                async with asyncio.timeout(patience):
                    frame = await self._track.recv()
                patience = SILENT_SECONDS
                if isinstance(frame, AudioFrame):
                    self._place(frame)
        except (TimeoutError, MediaStreamError):
            log.info("peer_gone", session=self.live.id, heard=patience == SILENT_SECONDS)

    def _place(self, frame: AudioFrame) -> None:
        samples, rate = floats(frame), frame.sample_rate
        missing = round(self._timeline.place(frame.time, len(samples) / rate) * rate)
        for start in range(0, missing, rate):
            hush = np.zeros((min(rate, missing - start), samples.shape[1]), np.float32)
            self._inbox.miss(self._decoder.feed(hush, rate).shape[1], "network")
        self._inbox.put(self._decoder.feed(samples, rate)[0])
        self._news.set()

    def _complete(self) -> None:
        """No more comes; what the resampler still holds is the end."""
        if (rest := self._decoder.finish()).size:
            self._inbox.put(rest[0])
        self._completed = True
        self._news.set()

    async def _feed(self) -> None:
        """Carry the inbox to the session, in order, until it is complete and empty."""
        driver = self.live.driver
        while True:
            await driver.room()
            match self._inbox.take(SLICE):
                case None if self._completed:
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
        """Send what the session says to the end; who has no channel does not hear it."""
        while (event := await self.live.sink.next()) is not None:
            channel = self._channel
            if channel is None or channel.readyState != "open":
                continue
            if channel.bufferedAmount > MOST_BUFFERED and not (isinstance(event, Caption) and event.final):
                continue
            channel.send(encode(event))
