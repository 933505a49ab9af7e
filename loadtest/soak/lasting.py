"""Hours of audio through one session, as fast as the server takes it, with a stop for a sample now and then.

At every stop the audio so far is flushed; then one clip is said and flushed alone, and the time until its
words are final and stored is the delay: the same clip each time, with nothing else under way. What the server
promises of a session is checked as it goes: numbers without holes, no segment twice, acknowledgements that
never go back nor beyond what was sent, and at the end a coverage that sums to the audio.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from loadtest.client import RATE
from loadtest.errors import LoadTestError
from loadtest.wire import lost, open_socket, read_message, stream_url, told

FLUSH_SECONDS = 300.0
"""The longest that a server may take to make final what it was sent."""
SAMPLE_BYTES = 2


@dataclass(slots=True)
class Heard:
    """What the server said so far; a broken promise raises `LoadTestError`."""

    seq: int = 0
    finals: int = 0
    position: int = 0
    last_segment: str = ""
    ended: dict[str, Any] | None = None

    def take(self, message: dict[str, Any], sent: int) -> None:
        """Check one message, `sent` samples being on their way at the most."""
        match message.get("type"):
            case "caption":
                self._caption(message)
            case "ack":
                position = int(message["position"])
                if not self.position < position <= sent:
                    raise _broken(f"acknowledged {position} after {self.position}, {sent} being sent")
                self.position = position
            case "gap":
                raise _broken(f"lost audio: {message}")
            case "ended":
                self.ended = message
            case "error":
                raise told(message)

    def _caption(self, message: dict[str, Any]) -> None:
        if message["seq"] != self.seq + 1:
            raise _broken(f"caption {message['seq']} follows {self.seq}")
        self.seq += 1
        if message["final"]:
            # Ids count up, and finals of one track come in the order in which they were spoken.
            if message["segment"] <= self.last_segment:
                raise _broken(f"segment {message['segment']} follows {self.last_segment}")
            self.last_segment = message["segment"]
            self.finals += bool(message["text"])


class Lasting:
    """One long session; `run` it once."""

    def __init__(self, url: str, key: str | None, audio: Iterator[bytes], probe: bytes) -> None:
        """`audio` is endless; `probe` is the clip whose delay is measured."""
        self._url = stream_url(url)
        self._key = key
        self._audio = audio
        self._probe = probe
        self._sent = 0
        self._flushed = asyncio.Event()
        self.heard = Heard()

    @property
    def seconds(self) -> float:
        """Audio sent so far."""
        return self._sent / RATE

    async def run(self, seconds: float, stops: int, sample: Callable[[float], Awaitable[None]]) -> None:
        """Send so much audio; at each of the stops `sample` is given the delay.

        Raises `LoadTestError` when the session ends early, or is not what was promised.
        """
        socket = await open_socket(self._url, self._key, patience=None)
        audio = {"encoding": "pcm_s16le", "sample_rate": RATE, "channels": 1}
        async with socket, asyncio.TaskGroup() as tasks:
            await socket.send(json.dumps({"type": "start", "audio": audio, "languages": ["en"]}))
            hearing = tasks.create_task(self._hear(socket))
            for stop in range(1, stops + 1):
                while self.seconds < seconds * stop / stops:
                    await self._send(socket, next(self._audio))
                await sample(await self._delay(socket))
            await socket.send(json.dumps({"type": "stop"}))
            await asyncio.wait_for(hearing, FLUSH_SECONDS)
        self._check_end()

    async def _delay(self, socket: ClientConnection) -> float:
        """Seconds from the end of a clip until its words are stored, nothing else being under way."""
        await self._flush(socket)
        await self._send(socket, self._probe)
        begin = time.monotonic()
        await self._flush(socket)
        return time.monotonic() - begin

    async def _flush(self, socket: ClientConnection) -> None:
        self._flushed.clear()
        await socket.send(json.dumps({"type": "flush"}))
        await asyncio.wait_for(self._flushed.wait(), FLUSH_SECONDS)

    async def _send(self, socket: ClientConnection, pcm: bytes) -> None:
        self._sent += len(pcm) // SAMPLE_BYTES
        await socket.send(pcm)

    async def _hear(self, socket: ClientConnection) -> None:
        while self.heard.ended is None:
            try:
                message = read_message(await socket.recv())
            except ConnectionClosed as error:
                raise lost(error) from error
            self.heard.take(message, self._sent)
            if message.get("type") == "flushed":
                self._flushed.set()

    def _check_end(self) -> None:
        coverage = (self.heard.ended or {})["coverage"]
        sums = sum(coverage[name] for name in ("transcribed", "silence", "quarantined", "lost"))
        off = max(abs(coverage["received"] - self.seconds), abs(sums - self.seconds))
        if off > 0.01 or coverage["lost"]:
            raise _broken(f"{self.seconds:.3f} s were sent, and the coverage is {coverage}")


def _broken(what: str) -> LoadTestError:
    return LoadTestError("promise_broken", f"The server {what}.")
