"""One speaker on the native wire: streams audio in real time and hears what the server says.

Arrays of 16 kHz mono go in, messages with their time of arrival come out. Audio is sent no faster than the
server takes it (`send` waits when the socket is full). A bad network may be played: what is sent really
leaves later, what comes is only noted later. What goes wrong is one `WireError` with a stable code and one
sentence. Knows nothing of the server but its wire.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI
from websockets.http11 import Response

from loadtest.errors import LoadTestError
from loadtest.plan import Network
from loadtest.records import Arrival, Log
from loadtest.weather import Pace, Weather

RATE = 16_000
PIECE = 640
"""Samples in one message at real-time pace: 40 ms, as a browser sends."""
LARGE_PIECE = RATE
"""Samples in one message when there is no pace: 1 s."""
MAX_MESSAGE = 4 * 1024 * 1024
"""Bytes of one message of the server: a long final with all its words is far below."""

PING_TIMEOUT = 20.0
"""Seconds after which a server that does not answer a ping is gone; None waits for ever."""

Audio = npt.NDArray[np.float32]
AudioSource = Iterable[Audio] | AsyncIterable[Audio]


class WireError(LoadTestError):
    """Why a stream could not be completed. `retry_after`: seconds, where the server named them; else 0."""

    def __init__(self, code: str, message: str, *, retry_after: float = 0.0) -> None:
        super().__init__(code, message)
        self.retry_after = retry_after


class Speaker:
    """A stream, open while the context is entered. `talk` in one task, iterate in another.

    `start` holds fields of the wire's `start` message besides `audio`. `speed` 1 is real time, 2 twice as
    fast, 0 as fast as the server takes it. `piece` is the samples in one message at real-time pace. Iterating
    ends with `ended`; a fatal error or a lost connection raises `WireError`.
    """

    def __init__(
        self,
        url: str,
        start: Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
        speed: float = 1.0,
        piece: int = PIECE,
        network: Network | None = None,
        seed: str = "",
    ) -> None:
        self.url = stream_url(url)
        self.log = Log()
        self._start = start or {}
        self._key = key
        self._speed = speed
        self._piece = piece if speed else LARGE_PIECE
        self._up = Weather(network or Network(), f"{seed}/up")
        self._down = Weather(network or Network(), f"{seed}/down")
        self._entered = 0.0
        self._socket: ClientConnection | None = None
        self._stopping = asyncio.Event()

    async def __aenter__(self) -> "Speaker":
        # Without a pace audio fills the socket, and an answer to a ping waits until the server has taken it.
        self._socket = await open_socket(
            self.url, self._key, ping_timeout=PING_TIMEOUT if self._speed else None
        )
        self._entered = time.monotonic()
        audio = {"encoding": "pcm_s16le", "sample_rate": RATE, "channels": 1}
        with suppress(ConnectionClosed):  # the reason is told by the iteration
            await self._socket.send(json.dumps({"type": "start", "audio": audio, **self._start}))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open_socket.close()

    @property
    def _open_socket(self) -> ClientConnection:
        if self._socket is None:
            raise RuntimeError("enter the Speaker before using it")
        return self._socket

    def stop(self) -> None:
        """End the audio here; what was said so far is still transcribed."""
        self._stopping.set()

    async def talk(self, audio: AudioSource) -> None:
        """Send all of `audio` at the chosen speed, then `stop`. Returns early when the connection ends."""
        with suppress(ConnectionClosed):
            pace = Pace(self._up, time.monotonic(), self._speed) if self._speed else None
            taken = 0
            async for piece in _pieces(audio, self._piece):
                taken += len(piece)
                if (pace and await self._stopped_before(pace.plan(taken / RATE))) or self._stopping.is_set():
                    break
                now = time.monotonic()
                late, blocked = pace.leave(now) if pace else (0.0, 0.0)
                self.log.send(pace.due + late if pace else now, taken / RATE, late, blocked)
                await self._open_socket.send(_s16(piece))
                if pace:
                    pace.sent(time.monotonic())
            await self._open_socket.send(json.dumps({"type": "stop"}))

    async def _stopped_before(self, moment: float) -> bool:
        """Wait until `moment`; True when told to stop meanwhile."""
        if moment > time.monotonic():
            with suppress(TimeoutError):
                async with asyncio.timeout(moment - time.monotonic()):
                    await self._stopping.wait()
        return self._stopping.is_set()

    async def __aiter__(self) -> AsyncIterator[Arrival]:
        try:
            async for data in self._open_socket:
                heard = self._entered + self._down.arrives(time.monotonic() - self._entered)
                arrival = Arrival(heard, self.log.sent, read_message(data))
                self.log.arrivals.append(arrival)
                yield arrival
                if arrival.message.get("type") == "ended":
                    return
                if arrival.message.get("type") == "error" and arrival.message.get("fatal"):
                    raise _told(arrival.message)
        except ConnectionClosed as error:
            raise _lost(error) from error
        raise WireError(
            "connection_lost", "The server closed the connection before the transcript was complete."
        )


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


def stream_url(url: str) -> str:
    """The address of the stream: `http` is read as `ws`, and a bare server gets the native wire's path."""
    scheme, separator, rest = url.partition("://")
    scheme = {"http": "ws", "https": "wss"}.get(scheme, scheme)
    if not separator or scheme not in {"ws", "wss"}:
        raise WireError("bad_url", f"{url} is not an address; write it as ws://host:port.")
    rest = rest.rstrip("/")
    return f"{scheme}://{rest}" if "/" in rest else f"{scheme}://{rest}/v1/stream"


async def open_socket(
    url: str, key: str | None, ping_timeout: float | None = PING_TIMEOUT
) -> ClientConnection:
    """A connection to an address of the wire. Raises `WireError`."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        # Samples hardly compress, and a load test should spend its time on streams.
        return await connect(
            url,
            additional_headers=headers,
            max_size=MAX_MESSAGE,
            compression=None,
            proxy=None,
            ping_timeout=ping_timeout,
        )
    except InvalidStatus as error:
        raise _refused(error.response) from error
    except InvalidURI as error:
        raise WireError("bad_url", f"{url} is not an address; write it as ws://host:port.") from error
    except InvalidHandshake as error:
        raise WireError("not_a_server", f"What answers at {url} is not a Steno server.") from error
    except (OSError, TimeoutError) as error:
        raise WireError(
            "unreachable", f"No server answers at {url}; start one with `steno serve`, or check the address."
        ) from error


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


def read_message(data: str | bytes) -> dict[str, Any]:
    """A message of the server. Raises `WireError` for what is none."""
    try:
        message = json.loads(data)
    except ValueError as error:
        raise WireError("not_a_server", "The server sent a message that is not JSON.") from error
    if not isinstance(message, dict):
        raise WireError("not_a_server", "The server sent a message that is not an object.")
    return message


def _told(message: Mapping[str, Any]) -> WireError:
    return WireError(str(message.get("code", "error")), str(message.get("message", "The server gave up.")))


def _refused(response: Response) -> WireError:
    """What an HTTP answer in place of the handshake says."""
    error = WireError(
        "refused", f"The server refused the connection with HTTP status {response.status_code}."
    )
    with suppress(ValueError, KeyError, TypeError):
        error = _told(json.loads(response.body or b"")["error"])
    error.retry_after = _seconds(response.headers.get_all("Retry-After"))
    return error


def _seconds(headers: Sequence[str]) -> float:
    """The seconds of a `Retry-After` (RFC 9110, section 10.2.3); 0 for none, or for a date."""
    return next((float(header) for header in headers if header.strip().isdecimal()), 0.0)


def _lost(error: ConnectionClosed) -> WireError:
    close = error.rcvd
    why = f" (close code {close.code}{f', {close.reason}' if close.reason else ''})" if close else ""
    return WireError("connection_lost", f"The connection ended before the transcript was complete{why}.")


def _single(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error that says most: the server's own word before all others."""
    leaves = [
        _single(error) if isinstance(error, BaseExceptionGroup) else error for error in errors.exceptions
    ]
    return next((error for error in leaves if isinstance(error, WireError)), leaves[0])
