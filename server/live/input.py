"""A client's audio on its way into the session: raw audio is decoded at once, a container by its own thread.

Bytes go in through `feed`; 16 kHz tracks reach the driver. Both wait while the session is too far behind.
"""

import asyncio
from collections import deque
from typing import Protocol

from server.live.container import ContainerDecoder
from streaming.commands import AudioFormat, Encoding
from streaming.decoding import PcmDecoder
from streaming.driver import SLICE, Driver
from streaming.errors import Close, ProtocolError
from streaming.pcm import Frames


class AudioInput(Protocol):
    """One client's audio, over as many sockets as it takes. Cancelling `feed` loses nothing it has taken."""

    async def feed(self, data: bytes) -> None:
        """Take the next bytes. Raises `ProtocolError` for bytes that are no such audio."""
        ...

    def rewind(self) -> int:
        """Prepare for a client that sends again after a loss: the position from which on."""
        ...

    async def pump(self) -> None:
        """Carry decoded audio to the driver until the end. Raises `ProtocolError`."""
        ...

    async def finish(self) -> None:
        """No more bytes come; `pump` returns when all is decoded."""
        ...

    async def aclose(self) -> None:
        """Let go of threads and buffers."""
        ...


class RawInput:
    """PCM, µ-law or A-law: decoded on the loop, a few microseconds a message."""

    def __init__(self, audio: AudioFormat, multichannel: bool, driver: Driver, first: int = 0) -> None:
        self._decoder = PcmDecoder(audio, multichannel, first)
        self._driver = driver
        # bounded: one message, and the end of the one in which a former socket was lost.
        self._waiting: deque[Frames] = deque()
        self._finished = False

    async def feed(self, data: bytes) -> None:
        """Take the next bytes. Raises `ProtocolError` `audio_misaligned`."""
        if self._finished:
            return
        await self._carry()
        self._waiting.append(self._decoder.feed(data))
        await self._carry()

    async def _carry(self) -> None:
        """Hand over what waits; cut short by a cancellation, the rest goes on waiting."""
        while self._waiting:
            tracks = self._waiting[0]
            if not tracks.shape[1]:
                self._waiting.popleft()
                continue
            await self._driver.room()
            self._waiting[0] = tracks[:, SLICE:]
            self._driver.take(tracks[:, :SLICE])
            await asyncio.sleep(0)

    def rewind(self) -> int:
        """The last whole frame that was taken; what comes twice is left out."""
        return self._decoder.rewind()

    async def pump(self) -> None:
        """Nothing is left to carry: `feed` did."""

    async def finish(self) -> None:
        """Feed what waits, and the tail that the resampler still holds."""
        if not self._finished:
            self._finished = True
            self._waiting.append(self._decoder.finish())
        await self._carry()

    async def aclose(self) -> None:
        """Nothing to let go of."""


class ContainerInput:
    """Any container that FFmpeg reads from a stream."""

    def __init__(self, multichannel: bool, driver: Driver) -> None:
        self._decoder = ContainerDecoder(multichannel)
        self._driver = driver

    async def feed(self, data: bytes) -> None:
        """Take the next bytes, waiting while too many wait already."""
        await self._decoder.feed(data)

    def rewind(self) -> int:
        """A container cannot be taken up in its midst; its session ends with its socket."""
        raise ProtocolError(
            "not_resumable",
            "A container cannot be resumed: start a new stream in the same meeting.",
            Close.NOT_ALLOWED,
            409,
        )

    async def pump(self) -> None:
        """Carry decoded audio to the driver. Raises `ProtocolError` for what FFmpeg cannot read."""
        async for tracks in self._decoder:
            await self._driver.feed(tracks)

    async def finish(self) -> None:
        """The container is complete."""
        await self._decoder.finish()

    async def aclose(self) -> None:
        """End the decoder's thread."""
        await self._decoder.aclose()


def open_input(audio: AudioFormat, multichannel: bool, driver: Driver, first: int = 0) -> AudioInput:
    """The input for a declared format, whose first sample stands at `first`.

    Raises `ProtocolError` for a format that is not supported.
    """
    if audio.encoding is Encoding.AUTO:
        return ContainerInput(multichannel, driver)
    return RawInput(audio, multichannel, driver, first)
