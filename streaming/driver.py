"""Runs one session: carries its requests to the model, its finals to the store and its events to the wire.

The only asynchronous file of this room. It owns no rule of its own but the bounds: `feed` waits while too
much finished speech awaits its final or the store, which stops the reading of the socket, so that TCP slows
the sender down. A store that is away is tried again until it is back; captions go on meanwhile, to the same
bound, and nothing is acknowledged.
"""

import asyncio
from collections.abc import Callable
from itertools import chain, repeat
from typing import Protocol

import numpy as np
import numpy.typing as npt

from asr.types import SAMPLE_RATE, DecodeRequest, EngineError, Recognizer, Superseded
from streaming.commands import Change
from streaming.errors import StoreUnavailable
from streaming.events import Event
from streaming.session import Checkpoint, Session

SLICE = SAMPLE_RATE // 2
"""Samples fed at once: half a second costs the event loop about two milliseconds."""
MAX_WAITING_SECONDS = 60.0
"""Finished speech that may await its final or the store before audio is no longer taken."""
STORE_DELAYS = (0.2, 0.5, 1.0, 2.0)
"""Seconds after the first tries to store; the last one is repeated for as long as the store is away."""


class Sink(Protocol):
    """Where a session's results go."""

    def publish(self, event: Event) -> None:
        """Take an event, in order. Must not block."""
        ...

    async def save(self, checkpoint: Checkpoint) -> None:
        """Store finals and position in one transaction. Raises `StoreUnavailable` if another try may help."""
        ...


class Tape(Protocol):
    """Where a session's sound is kept."""

    def write(self, position: int, tracks: npt.NDArray[np.float32]) -> None:
        """Take samples of shape (tracks, samples) at their place. Must not block."""
        ...

    def miss(self, position: int, samples: int) -> None:
        """So many samples of each track were lost on their way. Must not block."""
        ...

    async def room(self) -> None:
        """Wait while more sound would be too much, where it can wait."""
        ...


class Driver:
    """One running session. `run` must be running while the other methods are used."""

    def __init__(
        self,
        session: Session,
        recognizer: Recognizer,
        sink: Sink,
        clock: Callable[[], float],
        tape: Tape | None = None,
    ) -> None:
        self.session = session
        self._recognizer = recognizer
        self._sink = sink
        self._clock = clock
        self._tape = tape
        self._wake = asyncio.Event()
        self._unsaved = asyncio.Event()
        self._room = asyncio.Event()
        self._stopped = False
        self._suspended = False

    async def run(self) -> None:
        """Serve until `stop` (or `suspend`) was called, every final has come and everything is stored."""
        async with asyncio.TaskGroup() as tasks:
            saving = tasks.create_task(self._save())
            while not self._done:
                await self._wake.wait()
                self._wake.clear()
                for request in self.session.take_requests():
                    tasks.create_task(self._decode(request))
                self._publish()
            self._unsaved.set()
            await saving
        self._publish()

    async def feed(self, tracks: npt.NDArray[np.float32]) -> None:
        """Take samples of shape (tracks, samples); waits while the session is too far behind.

        What comes after `stop` is not taken: a decoder may still be handing over its last samples.
        """
        for begin in range(0, tracks.shape[1], SLICE):
            await self.room()
            self.take(tracks[:, begin : begin + SLICE])
            await asyncio.sleep(0)

    async def room(self) -> None:
        """Wait while the session is too far behind to take audio."""
        while self.session.waiting_seconds > MAX_WAITING_SECONDS:
            self._room.clear()
            await self._room.wait()
        if self._tape is not None:
            await self._tape.room()

    def take(self, tracks: npt.NDArray[np.float32]) -> None:
        """Take at most `SLICE` samples at once; wait for `room` before."""
        if self._stopped or self._suspended:
            return
        now, position = self._clock(), self.session.position
        self.session.load(self._recognizer.wait(), now)
        self.session.feed(tracks, now)
        if self._tape is not None:
            self._tape.write(position, tracks)
        self._progress()

    def miss(self, samples: int, reason: str) -> None:
        """Take at most `SLICE` samples as lost on their way, for a word of the reason."""
        if self._stopped or self._suspended:
            return
        position = self.session.position
        self.session.miss(samples, reason, self._clock())
        if self._tape is not None:
            self._tape.miss(position, samples)
        self._progress()

    def flush(self, flush_id: str | None) -> None:
        """Finish every word heard so far; `stop` does that too."""
        if self._stopped or self._suspended:
            return
        self.session.flush(flush_id, self._clock())
        self._progress()

    def change(self, change: Change) -> None:
        """Hear what is said from the next utterance on in another way."""
        self.session.change(change)

    def stop(self) -> None:
        """No more audio comes; `run` returns when all is done."""
        if not self._stopped:
            self._stopped = True
            self.session.stop(self._clock())
        self._progress()

    def suspend(self) -> None:
        """Take no more audio, but leave the session open; `run` returns when what was said is stored."""
        self._suspended = True
        self._room.set()
        self._progress()

    @property
    def _done(self) -> bool:
        if self._suspended and not self._stopped:
            return not self.session.awaiting
        return self._stopped and self.session.finished

    async def _decode(self, request: DecodeRequest) -> None:
        try:
            hypothesis = await self._recognizer.decode(request)
        except Superseded:
            self.session.superseded(request)
        except EngineError as error:
            self.session.failed(request, error.reason)
        else:
            self.session.answered(request, hypothesis)
        self.session.ask(self._clock())
        self._room.set()
        self._progress()

    async def _save(self) -> None:
        last = False
        while not last:
            await self._unsaved.wait()
            self._unsaved.clear()
            last = self._done
            # A final is told before it is stored: the sink stores the number under which it was shown.
            self._publish()
            checkpoint = self.session.checkpoint(force=last)
            if checkpoint is not None:
                await self._store(checkpoint)
                self.session.stored(checkpoint)
                self._room.set()
                self._wake.set()

    async def _store(self, checkpoint: Checkpoint) -> None:
        delays = chain(STORE_DELAYS, repeat(STORE_DELAYS[-1]))
        while True:
            try:
                await self._sink.save(checkpoint)
            except StoreUnavailable:
                await asyncio.sleep(next(delays))
            else:
                return

    def _progress(self) -> None:
        self._wake.set()
        self._unsaved.set()

    def _publish(self) -> None:
        for event in self.session.take_events():
            self._sink.publish(event)
