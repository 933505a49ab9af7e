"""One WebRTC connection: an audio track that comes in, and the data channel `captions` that goes out.

Knows nothing of sessions. aiortc's errors end here: what the peer reads is a `ProtocolError`.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import structlog
from aiortc import RTCDataChannel, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack
from aiortc.sdp import candidate_from_sdp

from server.rtc.ice import new_peer, use_own_buffer
from server.rtc.offer import MOST_CANDIDATES
from streaming.errors import ProtocolError

CHANNEL: Final = "captions"
MOST_BUFFERED: Final = 1 << 20
"""Bytes that a peer may leave unread before drafts are left out of its channel."""
MOST_UNREAD: Final = 4 << 20
"""Bytes after which it hears nothing more: it does not read."""

FAREWELL_SECONDS: Final = 1.0
"""How long a peer that was told the end may take to leave."""

log = structlog.get_logger(__name__)


class PeerConnection:
    """`answer` it first, `close` it last. `over` is set when the peer is gone, or by `stop`. The
    `stun` servers are asked for this process's own address."""

    def __init__(self, stun: Sequence[str] = ()) -> None:
        self.over = asyncio.Event()
        self.track: MediaStreamTrack | None = None
        self._peer: RTCPeerConnection = new_peer(stun)
        self._channel: RTCDataChannel | None = None
        self._trickled = 0
        self._left = asyncio.Event()
        self._peer.on("track", self._on_track)
        self._peer.on("datachannel", self._on_channel)
        self._peer.on("connectionstatechange", self._on_state)

    async def answer(self, offer: str) -> str:
        """The answer to a fit offer, all candidates in it. Raises `ProtocolError` `offer_not_served`."""
        try:
            await self._peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
            await self._peer.setLocalDescription(await self._peer.createAnswer())
        except Exception as error:
            # aiortc raises its own errors, ValueError and AssertionError alike for what it cannot serve.
            log.info("offer_not_served", error=type(error).__name__)
            raise _not_served() from None
        if self.track is None:
            raise _not_served()
        return self._peer.localDescription.sdp

    async def trickle(self, candidates: list[str]) -> None:
        """More addresses of the peer; those after `MOST_CANDIDATES` are left out, since each is sent
        packets. Raises `ProtocolError` `fragment_unreadable`."""
        for text in candidates[: MOST_CANDIDATES - self._trickled]:
            self._trickled += 1
            try:
                candidate = candidate_from_sdp(text)
                candidate.sdpMLineIndex = 0
                await self._peer.addIceCandidate(candidate)
            except (ValueError, AssertionError, IndexError):
                raise ProtocolError(
                    "fragment_unreadable", "A candidate cannot be read.", status=400
                ) from None

    def tell(self, message: str, *, vital: bool) -> None:
        """Send a message, if the peer has a channel and reads it; what is not `vital` is left out first."""
        channel = self._channel
        if channel is None or channel.readyState != "open":
            return
        if channel.bufferedAmount <= (MOST_UNREAD if vital else MOST_BUFFERED):
            try:
                channel.send(message)
            except ValueError:
                # Longer than the peer says that it takes; the transcript has it.
                log.info("message_not_taken")

    def stop(self) -> None:
        """The peer has said good-bye."""
        self.over.set()

    async def farewell(self) -> None:
        """Let the last words arrive: closing throws away what is on its way, so the peer goes first."""
        if self._channel is None or self._channel.readyState != "open":
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_SECONDS):
                await self._left.wait()

    async def close(self) -> None:
        """End ICE and DTLS. Blocks the loop until the decoder's thread has ended."""
        await self._peer.close()

    def _on_track(self, track: MediaStreamTrack) -> None:
        receiver = next(one for one in self._peer.getReceivers() if one.track is track)
        use_own_buffer(receiver)
        self.track = track

    def _on_channel(self, channel: RTCDataChannel) -> None:
        if channel.label == CHANNEL:
            self._channel = channel
            channel.on("close", self._left.set)

    def _on_state(self) -> None:
        if self._peer.connectionState in {"failed", "closed"}:
            self._left.set()
            self.over.set()


def _not_served() -> ProtocolError:
    return ProtocolError(
        "offer_not_served", "The offer has no audio codec or transport that is spoken here.", status=406
    )
