"""One speaker on the native wire: streams audio in real time and hears what the server says.

Arrays of 16 kHz mono go in, messages with their time of arrival come out. Audio is sent no faster than the
server takes it (`send` waits when the socket is full), and a lost connection is resumed. A bad network may be
played: what is sent really leaves later, what comes is only noted later, and connections are really cut.
What goes wrong is one `WireError` with a stable code and one sentence. Knows nothing of the server but its
wire.
"""

import asyncio
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Mapping
from contextlib import aclosing, suppress
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from loadtest.backoff import Backoff
from loadtest.link import Link
from loadtest.memory import Memory
from loadtest.plan import Network
from loadtest.records import Arrival, Log
from loadtest.weather import Pace, Weather
from loadtest.wire import PATIENCE, WireError, open_socket, read_message, stream_url

__all__ = [
    "LARGE_PIECE",
    "PIECE",
    "RATE",
    "Audio",
    "AudioSource",
    "Speaker",
    "WireError",
    "open_socket",
    "read_message",
    "run",
    "stream_url",
]

RATE = 16_000
PIECE = 640
"""Samples in one message at real-time pace: 40 ms, as a browser sends."""
LARGE_PIECE = RATE
"""Samples in one message when there is no pace: 1 s."""

Audio = npt.NDArray[np.float32]
AudioSource = Iterable[Audio] | AsyncIterable[Audio]


def _nobody(sentence: str) -> None:
    """Who is not told of a lost connection finds it in the log."""


class Speaker:
    """A stream, open while the context is entered. `talk` in one task, iterate in another.

    `start` holds fields of the wire's `start` message besides `audio`. `speed` 1 is real time, 2 twice as
    fast, 0 as fast as the server takes it. `piece` is the samples in one message at real-time pace. A `live`
    source goes on while the connection is lost, and what `memory` cannot keep of it is lost; any other is
    not read meanwhile, once the memory is full. `notice` is told in sentences of losses and returns.
    A connection that is silent for `patience` seconds is lost (None: 20 at a pace, for ever without one).
    Iterating ends with `ended`; a fatal error, or a connection that does not come back, raises `WireError`.
    """

    def __init__(
        self,
        url: str,
        start: Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
        speed: float = 1.0,
        piece: int = PIECE,
        live: bool = False,
        network: Network | None = None,
        seed: str = "",
        notice: Callable[[str], None] = _nobody,
        patience: float | None = None,
        backoff: Backoff | None = None,
        memory: Memory | None = None,
    ) -> None:
        self.url = stream_url(url)
        self.log = Log()
        self._start = start or {}
        self._speed = speed
        self._piece = piece if speed else LARGE_PIECE
        self._live = live and speed > 0
        self._up = Weather(network or Network(), f"{seed}/up")
        self._down = Weather(network or Network(), f"{seed}/down")
        self._entered = 0.0
        self._stopping = asyncio.Event()
        self._link = Link(
            self.url,
            key,
            self.log,
            notice=notice,
            seed=seed,
            # Without a pace audio fills the socket: an answer to a ping waits until the server has taken it.
            patience=patience or (PATIENCE if speed else None),
            backoff=backoff,
            memory=memory,
        )

    async def __aenter__(self) -> "Speaker":
        audio = {"encoding": "pcm_s16le", "sample_rate": RATE, "channels": 1}
        await self._link.open({"audio": audio, **self._start})
        self._entered = time.monotonic()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._link.close()

    def stop(self) -> None:
        """End the audio here; what was said so far is still transcribed."""
        self._stopping.set()
        self._link.release()

    async def talk(self, audio: AudioSource) -> None:
        """Send all of `audio` at the chosen speed, then `stop`. Returns when the stream is over."""
        async with asyncio.TaskGroup() as group:
            helping = [group.create_task(self._link.keep_sending()), group.create_task(self._cut())]
            await self._say(audio)
            await self._link.finish()
            await self._link.over.wait()
            for task in helping:
                task.cancel()

    async def _say(self, audio: AudioSource) -> None:
        pace = Pace(self._up, time.monotonic(), self._speed) if self._speed else None
        taken = 0
        async for piece in _pieces(audio, self._piece):
            taken += len(piece)
            if (pace and await self._stopped_before(pace.plan(taken / RATE))) or self._stopping.is_set():
                break
            now = time.monotonic()
            late, blocked = pace.leave(now) if pace else (0.0, 0.0)
            self.log.send(pace.due + late if pace else now, taken / RATE, late, blocked)
            if not self._live:
                await self._link.room()
            await self._link.give(_s16(piece))
            if pace:
                pace.sent(time.monotonic())

    async def _stopped_before(self, moment: float) -> bool:
        """Wait until `moment`; True when told to stop meanwhile."""
        if moment > time.monotonic():
            with suppress(TimeoutError):
                async with asyncio.timeout(moment - time.monotonic()):
                    await self._stopping.wait()
        return self._stopping.is_set()

    async def _cut(self) -> None:
        """Cut the connection as often as the network does."""
        for moment in self._up.cuts():
            await asyncio.sleep(self._entered + moment - time.monotonic())
            self._link.cut()

    async def __aiter__(self) -> AsyncIterator[Arrival]:
        async with aclosing(self._link.messages()) as messages:
            async for message in messages:
                heard = self._entered + self._down.arrives(time.monotonic() - self._entered)
                arrival = Arrival(heard, self.log.sent, message)
                self.log.arrivals.append(arrival)
                yield arrival


async def run(speaker: Speaker, audio: AudioSource, heard: Callable[[Arrival], None]) -> Log:
    """Talk and listen to the end; `heard` is called for every message. Raises `WireError` by itself.

    Whatever `audio` raises is raised too, once the connection is closed.
    """
    try:
        async with speaker, asyncio.TaskGroup() as group:
            talk = group.create_task(speaker.talk(audio))
            async for arrival in speaker:
                heard(arrival)
            talk.cancel()
    except BaseExceptionGroup as errors:
        raise _single(errors) from errors
    return speaker.log


async def _pieces(audio: AudioSource, size: int) -> AsyncIterator[Audio]:
    """The same audio in pieces of `size` samples, the last one shorter."""
    rest = np.zeros(0, np.float32)
    async for array in _each(audio):
        rest = np.concatenate([rest, array]) if len(rest) else array
        whole = len(rest) - len(rest) % size
        for at in range(0, whole, size):
            yield rest[at : at + size]
        rest = rest[whole:]
    if len(rest):
        yield rest


async def _each(audio: AudioSource) -> AsyncIterator[Audio]:
    if isinstance(audio, AsyncIterable):
        async for array in audio:
            yield array
    else:
        for array in audio:
            yield array


def _s16(samples: Audio) -> bytes:
    return (np.clip(samples, -1.0, 1.0) * 32767).round().astype("<i2").tobytes()


def _single(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error that says most: the server's own word before all others."""
    leaves = [
        _single(error) if isinstance(error, BaseExceptionGroup) else error for error in errors.exceptions
    ]
    return next((error for error in leaves if isinstance(error, WireError)), leaves[0])
