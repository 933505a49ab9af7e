"""A client's audio on its way into the session: raw audio is decoded at once, a container by its own thread.

Bytes go in through `feed`; 16 kHz tracks reach the driver. Both wait while the session is too far behind.
"""

from typing import Protocol

from server.live.container import ContainerDecoder
from streaming.commands import AudioFormat, Encoding
from streaming.decoding import PcmDecoder
from streaming.driver import Driver


class AudioInput(Protocol):
    """One client's audio."""

    async def feed(self, data: bytes) -> None:
        """Take the next bytes. Raises `ProtocolError` for bytes that are no such audio."""
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

    def __init__(self, audio: AudioFormat, multichannel: bool, driver: Driver) -> None:
        self._decoder = PcmDecoder(audio, multichannel)
        self._driver = driver

    async def feed(self, data: bytes) -> None:
        """Take the next bytes. Raises `ProtocolError` `audio_misaligned`."""
        await self._driver.feed(self._decoder.feed(data))

    async def pump(self) -> None:
        """Nothing is left to carry: `feed` did."""

    async def finish(self) -> None:
        """Feed the tail that the resampler still holds."""
        await self._driver.feed(self._decoder.finish())

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


def open_input(audio: AudioFormat, multichannel: bool, driver: Driver) -> AudioInput:
    """The input for a declared format. Raises `ProtocolError` for a format that is not supported."""
    if audio.encoding is Encoding.AUTO:
        return ContainerInput(multichannel, driver)
    return RawInput(audio, multichannel, driver)
