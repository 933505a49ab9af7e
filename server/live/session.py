"""One session in this process, whatever becomes of its sockets.

It runs in a task of its own, from the first message until it is finished, suspended (another process may go
on with it) or dropped (another process has). A socket takes its `Seat`; one that is lost leaves the seat
empty, and when nobody takes it in time, the session is finished as if it had been stopped.
"""

import asyncio
from contextlib import aclosing, suppress
from typing import Literal

import structlog

from asr.types import SAMPLE_RATE
from server.live.input import AudioInput, open_input
from server.live.opening import Opened
from server.live.services import LiveServices
from server.live.sink import SessionSink
from server.recording.recorder import Recorder
from server.recording.tape import Tape
from server.store.leases import taken_over
from streaming.commands import Start
from streaming.driver import Driver
from streaming.errors import Close, ProtocolError, StenoError
from streaming.events import Caption, Ended, GoAway, Problem
from streaming.progress import Progress
from streaming.session import Session

RETRY_AFTER = 1.0
"""Seconds after which a client that is sent away should come back."""

log = structlog.get_logger(__name__)


class Seat:
    """One socket's place at a session."""

    def __init__(self) -> None:
        self.leave = asyncio.Event()
        """Set when the socket must be read no more."""
        self.left = asyncio.Event()
        """Set by the socket's owner once it reads no more."""
        self.replaced = asyncio.Event()
        """Set when another socket takes the place."""
        self.gone = asyncio.Event()
        """Set by the socket's owner once it neither reads nor sends."""

    def replace(self) -> None:
        """Another socket takes the place."""
        self.replaced.set()
        self.leave.set()

    def give_up(self) -> None:
        """The socket is done with the session."""
        self.left.set()
        self.gone.set()


class LiveSession:
    """A session with its driver, its audio input and its sink."""

    def __init__(self, opened: Opened, services: LiveServices) -> None:
        """Raises `ProtocolError` for audio that is not supported."""
        stored, start = opened.session, opened.start
        begun = None if stored.progress is None else Progress.of_json(stored.progress)
        self.id = stored.id
        self.meeting = stored.meeting_id
        self.workspace = opened.workspace
        self.token = opened.token
        self.token_hash = stored.token_hash or ""
        self.key = stored.key_id
        self.background = start.background
        self.began = services.clock()
        self.delay: float | None = None
        """Seconds of sound that came after the words of the newest caption until it was told."""
        self.sink = SessionSink(
            stored, services.store, services.hub, services.node, self.fail, captioned=self._captioned
        )
        self.session = Session(stored.id, start, services.new_vad, begun)
        self.tape = self._new_tape(services.recorder, start)
        self.driver = Driver(self.session, services.recognizer, self.sink, services.clock, self.tape)
        self.source: AudioInput = open_input(
            start.audio, start.multichannel, self.driver, begun.position if begun else 0
        )
        self.problem: StenoError | None = None
        self.over = asyncio.Event()
        """Set by the session's owner when its place is free again."""
        self.ending: Literal["stop", "suspend", "drop"] | None = None
        self.lasting = False
        """Whether the session waits without end for whoever feeds it: that one comes back by itself."""
        self._opened = opened
        self._services = services
        self._seat: Seat | None = None
        self._empty_since = services.clock()
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def _new_tape(self, recorder: Recorder | None, start: Start) -> Tape | None:
        if recorder is None or not start.record:
            return None
        told = Problem("not_recorded", "Some of the sound could not be recorded; captions go on.", False)
        return recorder.tape(self.id, patient=start.background, missed=lambda: self.sink.tell(told))

    # The side of sockets.

    @property
    def detached(self) -> bool:
        """Whether the session waits for its client to come back."""
        return self._seat is None and self.ending is None

    async def attach(self) -> Seat:
        """Take the place, sending away whoever has it. Raises `ProtocolError` if another one was faster."""
        seat, before = Seat(), self._seat
        self._seat = seat
        self._changed.set()
        if before is not None:
            before.replace()
            await before.gone.wait()
        if seat.replaced.is_set():
            seat.give_up()
            raise taken_over()
        return seat

    def detach(self, seat: Seat) -> None:
        """The socket has left. A session that cannot be resumed is finished at once."""
        seat.give_up()
        if self._seat is seat:
            self._seat = None
            self._empty_since = self._services.clock()
            if self.token is None:
                self.stop()
        self._changed.set()

    def stop(self) -> None:
        """No more audio comes."""
        self._end("stop")

    def drain(self) -> None:
        """This process stops: store what is finished and leave the rest to another one, if that can be."""
        if self.token is None:
            self._end("stop")
        elif self.ending is None:
            self.sink.tell(GoAway(self.token, RETRY_AFTER))
            self._end("suspend")

    def fail(self, error: StenoError) -> None:
        """Note the first fault; the session then ends in good order, unless it goes on elsewhere."""
        if self.problem is None:
            self.problem = error
            self._services.metrics.problem(error.code)
        if error.close is Close.TAKEN_OVER:
            self.drop(error)
        self._end("stop")

    def drop(self, error: StenoError) -> None:
        """Let go of the session at once: its owner is another process now, or this one ends."""
        self.problem = self.problem or error
        self.ending = "drop"
        self._changed.set()
        if self._task is not None:
            self._task.cancel()

    def _captioned(self, caption: Caption) -> None:
        self.delay = max(0.0, self.session.position / SAMPLE_RATE - caption.segment.end)
        # Nobody waits for a recording.
        if not self.background:
            self._services.metrics.captioned(self.delay, self._services.clock(), final=caption.final)

    def _end(self, how: Literal["stop", "suspend"]) -> None:
        self.ending = self.ending or how
        self._changed.set()

    # The side of the task.

    async def run(self) -> None:
        """Serve until the session has ended here."""
        self._task = asyncio.current_task()
        if self.tape is not None and self._services.recorder is not None:
            self._services.recorder.record(self.tape, self._opened.session, self._opened.start)
        try:
            async with aclosing(self.source), asyncio.TaskGroup() as tasks:
                driving = tasks.create_task(self.driver.run())
                pumping = tasks.create_task(self._pump())
                await self._until_ending()
                await self._finish(driving, pumping)
        except* StenoError as errors:
            self.fail(_first_of(errors))
        except* Exception:
            log.exception("stream_failed", session=self.id)
            self.fail(StenoError("internal", "The server failed; what was final is kept."))
        finally:
            self._task = None
            self.sink.close()
            if self.tape is not None:
                self.tape.end()
        if self.ending == "stop":
            await self._account()

    async def _pump(self) -> None:
        try:
            await self.source.pump()
        except StenoError as error:
            self.fail(error)

    async def _until_ending(self) -> None:
        """Wait for a reason to end; an empty seat is one when its time is over."""
        patience = self._services.resume_seconds
        while self.ending is None:
            self._changed.clear()
            empty = self._services.clock() - self._empty_since
            with suppress(TimeoutError):
                alone = self._seat is None and not self.lasting
                async with asyncio.timeout(max(0.0, patience - empty) if alone else None):
                    await self._changed.wait()
                continue
            if self._seat is None:
                self.sink.late = True
                self.stop()

    async def _finish(self, driving: asyncio.Task[None], pumping: asyncio.Task[None]) -> None:
        """Bring all that was taken to its end."""
        if self.ending == "drop":
            driving.cancel()
            return
        if self._seat is not None:
            self._seat.leave.set()
            await self._seat.left.wait()
        if self.ending == "suspend":
            self.driver.suspend()
        else:
            if self.problem is None or isinstance(self.problem, ProtocolError):
                # Bytes taken before the end are decoded, unless the container itself is the problem.
                await self.source.finish()
                await pumping
            self.driver.stop()
        await asyncio.wait((driving,))
        pumping.cancel()
        if self.ending == "stop":
            self.sink.tell(self.session.ended())

    async def _account(self) -> None:
        """Count what became of the audio, and tell viewers when that ended the meeting."""
        ended = self.session.ended()
        self._services.metrics.ended(ended)
        if not self.session.complete:
            self._services.metrics.ledger_violations.inc()
            log.error("ledger_incomplete", session=self.id)
        after = self.sink.meeting
        if after is None or after.status != "ended":
            return
        try:
            segments = await self._services.store.segment_count(self.meeting)
        except StenoError:
            segments = ended.segments
        self._services.hub.end(self.meeting, Ended(after.duration, segments, after.coverage))


def _first_of(errors: BaseExceptionGroup[StenoError]) -> StenoError:
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, StenoError)  # noqa: S101 - except* caught nothing else
    return error
