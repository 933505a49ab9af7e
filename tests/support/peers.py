"""A WebRTC peer for tests, made with aiortc: it speaks in real time, and may lose packets on purpose.

What comes back over the data channel `captions` is kept in `heard`.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import aioice.ice
import av
import httpx
import numpy as np
import pytest
from aiortc import RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from tests.support.recordings import RATE, Samples

SDP = {"Content-Type": "application/sdp"}
FRAME = RATE // 50
AFTER = 2
"""Frames that carry the last samples out of the receiver's buffer."""


class Speaker(MediaStreamTrack):
    """16 kHz samples as frames of 20 ms, each when its time has come, then nothing; or silence for ever."""

    kind = "audio"

    def __init__(self, samples: Samples | None) -> None:
        super().__init__()
        self._ends = samples is not None
        given = np.zeros(0, np.float32) if samples is None else samples
        self._samples = (np.clip(given, -1, 1) * 32767).astype("<i2")
        self._place = 0
        self._begun: float | None = None
        self.said = asyncio.Event()
        """Set when all samples are sent, and `AFTER` frames of silence."""

    async def recv(self) -> av.AudioFrame:
        """The next frame."""
        if self.readyState != "live":
            raise MediaStreamError
        if self._ends and self._place >= len(self._samples) + AFTER * FRAME:
            self.said.set()
            await asyncio.Event().wait()
        loop = asyncio.get_running_loop()
        if self._begun is None:
            self._begun = loop.time()
        await asyncio.sleep(self._begun + self._place / RATE - loop.time())
        piece = self._samples[self._place : self._place + FRAME]
        frame = av.AudioFrame.from_ndarray(np.pad(piece, (0, FRAME - len(piece)))[None], "s16", "mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._place, Fraction(1, RATE)
        self._place += FRAME
        return frame


@dataclass
class Peer:
    """A peer whose offer was answered, and the answer."""

    connection: RTCPeerConnection
    speaker: Speaker
    answer: httpx.Response
    http: httpx.AsyncClient
    heard: list[dict[str, Any]] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the server has said `ended`."""
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _on_their_way: set[asyncio.Task[None]] = field(default_factory=set)
    lost: int = 0
    """Packets of 20 ms that were lost on purpose."""

    @property
    def location(self) -> str:
        """The address of the session."""
        return self.answer.headers["location"]

    @property
    def meeting(self) -> str:
        """The meeting, which the address names."""
        return self.location.split("/")[-2]

    def hear(self, message: str) -> None:
        """Take a message of the channel."""
        told = json.loads(message)
        self.heard.append(told)
        self._news.set()
        if told["type"] == "ended":
            self.ended.set()

    @property
    def finals(self) -> list[dict[str, Any]]:
        """The final captions so far."""
        return [one for one in self.heard if one["type"] == "caption" and one["final"]]

    @property
    def text(self) -> str:
        """Their text."""
        return " ".join(one["text"] for one in self.finals)

    async def spoken(self) -> None:
        """Wait until some words came back."""
        while not any(one["type"] == "caption" for one in self.heard):
            self._news.clear()
            await self._news.wait()

    async def connected(self) -> None:
        """Wait until media can flow."""
        async with asyncio.timeout(60):
            while self.connection.connectionState != "connected":
                changed = asyncio.Event()
                self.connection.once("connectionstatechange", changed.set)
                await changed.wait()

    async def leave(self) -> None:
        """Say good-bye, and wait for the last word."""
        answer = await self.http.delete(self.location)
        assert answer.status_code == 200
        async with asyncio.timeout(60):
            await self.ended.wait()

    def lose(self, share: float) -> None:
        """From now on lose so many of the packets of audio."""
        transport = self.connection.getSenders()[0].transport
        send, chance = transport._send_rtp, random.Random(11)  # noqa: S311 - the same loss each time

        async def lossy(data: bytes) -> None:
            audio = not 64 <= data[1] & 0x7F < 96
            if audio and chance.random() < share:
                self.lost += 1
                return
            await send(data)

        transport._send_rtp = lossy  # type: ignore[method-assign]

    def delay(self, seconds: float) -> None:
        """From now on every packet is so long on its way."""
        transport = self.connection.getSenders()[0].transport
        send = transport._send_rtp

        async def late(data: bytes) -> None:
            self._on_their_way.add(task := asyncio.create_task(later(data)))
            task.add_done_callback(self._on_their_way.discard)

        async def later(data: bytes) -> None:
            await asyncio.sleep(seconds)
            await send(data)

        transport._send_rtp = late  # type: ignore[method-assign]

    async def vanish(self) -> None:
        """Be gone without a word: the socket sends and answers nothing any more."""
        for sender in self.connection.getSenders():
            await sender.transport.transport._connection.close()


@contextmanager
def on_loopback() -> Iterator[None]:
    """Peers of this process have the address 127.0.0.1 alone, as a server that listens there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["127.0.0.1"])
        yield


async def offer_of(connection: RTCPeerConnection) -> str:
    """Its offer, all candidates in it."""
    await connection.setLocalDescription(await connection.createOffer())
    return str(connection.localDescription.sdp)


@dataclass(frozen=True, slots=True)
class Offering:
    """A peer that has not called yet, with its offer."""

    connection: RTCPeerConnection
    speaker: Speaker
    channel: RTCDataChannel
    sdp: str


@asynccontextmanager
async def offering(samples: Samples | None = None) -> AsyncIterator[Offering]:
    """A peer that would speak; without samples it sends silence."""
    with on_loopback():
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        speaker = Speaker(samples)
        try:
            connection.addTransceiver(speaker, direction="sendonly")
            channel = connection.createDataChannel("captions")
            yield Offering(connection, speaker, channel, await offer_of(connection))
        finally:
            speaker.stop()
            await connection.close()


@asynccontextmanager
async def calling(
    http: httpx.AsyncClient, samples: Samples | None = None, path: str = "/v1/whip"
) -> AsyncIterator[Peer]:
    """A peer that was answered with 201, and is connected."""
    async with offering(samples) as one:
        answer = await http.post(path, content=one.sdp, headers=SDP)
        assert answer.status_code == 201, answer.text
        peer = Peer(one.connection, one.speaker, answer, http)
        one.channel.on("message", peer.hear)
        await one.connection.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
        await peer.connected()
        yield peer
