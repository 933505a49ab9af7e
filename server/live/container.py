"""A container that arrives in arbitrary pieces, decoded while it arrives.

FFmpeg pulls and a WebSocket pushes, so each stream has one thread and two bounded buffers: bytes towards
the thread, decoded audio back. When the bytes' bound is reached `feed` waits, which is the backpressure on
the socket; when the audio's bound is reached the thread waits for the consumer. Feed from one task and
iterate from another: one task doing both could wait for itself. `aclose` always ends the thread.
"""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import TracebackType

from asr.types import SAMPLE_RATE
from server.media import AudioReader
from streaming.pcm import Frames

MAX_BYTES = 256 * 1024
"""Undecoded bytes held; when as many wait, `feed` waits. One more message may stand on top."""
MAX_SAMPLES = 30 * SAMPLE_RATE
"""Decoded samples (all tracks) held; when as many wait, the thread waits."""


class _ClosedError(Exception):
    """The consumer is gone; unwinds the thread."""


class _Bridge:
    """What the loop and the thread share, under one lock. Never blocks the loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()
        self._condition = threading.Condition()
        # bounded: `feed` waits at MAX_BYTES.
        self._bytes: deque[bytes] = deque()
        self._waiting_bytes = 0
        # bounded: the thread waits at MAX_SAMPLES.
        self._audio: deque[Frames] = deque()
        self._waiting_samples = 0
        self._no_more = False
        self._closed = False
        self.done = False
        self.received = 0

    # The thread's side.

    def read(self, size: int) -> bytes:
        """The next bytes, b"" at the end of input. Raises `_ClosedError`."""
        with self._condition:
            self._condition.wait_for(lambda: self._bytes or self._no_more or self._closed)
            self._check()
            if not self._bytes:
                return b""
            piece = self._bytes.popleft()
            if len(piece) > size:
                self._bytes.appendleft(piece[size:])
                piece = piece[:size]
            self._waiting_bytes -= len(piece)
            self.received += len(piece)
        self._wake()
        return piece

    def put(self, audio: Frames) -> None:
        """Hand decoded audio over, waiting while too much is waiting already. Raises `_ClosedError`."""
        if not audio.size:
            return
        with self._condition:
            self._condition.wait_for(lambda: self._waiting_samples < MAX_SAMPLES or self._closed)
            self._check()
            self._audio.append(audio)
            self._waiting_samples += audio.size
        self._wake()

    def end(self) -> None:
        """The thread's last word."""
        with self._condition:
            self.done = True
        self._wake()

    def _check(self) -> None:
        if self._closed:
            raise _ClosedError

    def _wake(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._changed.set)
        except RuntimeError:  # the loop is closed: nobody is left to wake
            self.close()

    # The loop's side.

    async def until(self, ready: Callable[[], bool]) -> None:
        """Wait for a condition over this object's state."""
        while not ready():
            self._changed.clear()
            await self._changed.wait()

    def full(self) -> bool:
        """Whether `feed` has to wait."""
        return self._waiting_bytes >= MAX_BYTES and not self.done and not self._closed

    def push(self, data: bytes) -> None:
        """Bytes for the thread."""
        with self._condition:
            if data and not self.done and not self._closed:
                self._bytes.append(data)
                self._waiting_bytes += len(data)
            self._condition.notify_all()

    def no_more(self) -> None:
        """The input is complete."""
        with self._condition:
            self._no_more = True
            self._condition.notify_all()

    def close(self) -> None:
        """Let the thread unwind at its next step."""
        with self._condition:
            self._closed = True
            self._bytes.clear()
            self._audio.clear()
            self._condition.notify_all()

    def has_audio(self) -> bool:
        """Whether `take` has something."""
        return bool(self._audio)

    def take(self) -> Frames:
        """The oldest decoded audio."""
        with self._condition:
            audio = self._audio.popleft()
            self._waiting_samples -= audio.size
            self._condition.notify_all()
        return audio


class ContainerDecoder:
    """One live stream, or file, in any container. Needs a running loop; close it, or use it as a context
    manager.

    Iterating gives arrays of shape (tracks, samples) at 16 kHz, then ends (after `finish`) or raises what
    `AudioReader` raises, always after all that could be decoded.
    """

    def __init__(self, multichannel: bool = False, file: Path | None = None) -> None:
        """With `file` that one is read, and nothing is fed."""
        self._bridge = _Bridge()
        self._reader = AudioReader(
            file or self._bridge,
            multichannel=multichannel,
            received=lambda: file.stat().st_size if file else self._bridge.received,
        )
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="container", daemon=True)
        self._thread.start()

    @property
    def skipped(self) -> int:
        """Damaged packets left out so far."""
        return self._reader.skipped

    @property
    def truncated(self) -> bool:
        """After the end: whether the container had announced more than came."""
        return self._reader.truncated

    async def feed(self, data: bytes) -> None:
        """Take the next piece, waiting while too much waits already. Does nothing once decoding ended."""
        await self._bridge.until(lambda: not self._bridge.full())
        self._bridge.push(data)

    async def finish(self) -> None:
        """The input is complete; what is left comes out of the iteration."""
        self._bridge.no_more()

    async def __aiter__(self) -> AsyncIterator[Frames]:
        bridge = self._bridge
        while True:
            await bridge.until(lambda: bridge.has_audio() or bridge.done)
            if bridge.has_audio():
                yield bridge.take()
            elif self._error is not None:
                raise self._error
            else:
                return

    async def aclose(self) -> None:
        """End the thread, at once and in any state. May be called again."""
        self._bridge.close()
        await self._bridge.until(lambda: self._bridge.done)
        self._thread.join()

    async def __aenter__(self) -> "ContainerDecoder":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def _run(self) -> None:
        try:
            for audio in self._reader:
                self._bridge.put(audio)
        except _ClosedError:
            pass
        except BaseException as error:  # told to whoever iterates
            self._error = error
        finally:
            self._bridge.end()
