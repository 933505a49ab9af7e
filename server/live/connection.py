"""One client of `/v1/stream`, from its first frame to the close.

Three tasks serve a client: one reads its frames, one sends its events, one drives the session. Whatever
ends the stream - stop, silence, a fault of either side, a client that vanished - the audio heard so far is
finished, stored and told, and only then the socket is closed.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from asr.types import Recognizer, VadStream
from server.live.hub import Hub
from server.live.input import AudioInput, open_input
from server.live.sink import SessionSink
from server.metrics import Metrics
from server.store.api import Store
from server.store.records import Meeting, NewMeeting, NewSession
from server.store.records import Session as StoredSession
from streaming import pcm
from streaming.commands import Audio, Command, Encoding, Flush, Ping, Resume, Start
from streaming.driver import Driver
from streaming.errors import Close, NotFound, ProtocolError, StenoError
from streaming.events import Ended, Event, Pong, Problem, Ready
from streaming.protocols.native import NativeCodec, check_size, encode
from streaming.session import Session

MAX_FLUSHES = 100
CLOSE_SECONDS = 5.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LiveServices:
    """What a stream needs from the rest of the server."""

    store: Store
    hub: Hub
    recognizer: Recognizer
    new_vad: Callable[[], VadStream]
    languages: Callable[[], tuple[str, ...]]
    metrics: Metrics
    clock: Callable[[], float]
    idle_seconds: float


class Connection:
    """One accepted socket."""

    def __init__(self, websocket: WebSocket, services: LiveServices) -> None:
        self._socket = websocket
        self._services = services
        self._codec = NativeCodec()
        self._failed = asyncio.Event()
        self._problem: StenoError | None = None
        self._gone = False
        self._heard_at = services.clock()

    async def serve(self) -> None:
        """Serve until the stream has ended; closes the socket."""
        try:
            start = await self._first()
            await self._stream(start)
        except WebSocketDisconnect:
            return
        except StenoError as error:
            self._fail(error)
        except Exception:
            log.exception("stream_failed")
            self._fail(StenoError("internal", "The server failed; what was final is kept."))
        await self._close()

    def _fail(self, error: StenoError) -> None:
        """Note the first fault; the stream then ends in good order."""
        if self._problem is None:
            self._problem = error
            self._services.metrics.problem(error.code)
        self._failed.set()

    async def _first(self) -> Start:
        """The start message."""
        while True:
            command = await self._receive()
            if isinstance(command, Start):
                return command
            if isinstance(command, Resume):
                raise NotFound("session_not_found", "There is no session to resume here: start a new one.")
            if isinstance(command, Ping):
                await self._send(Pong(command.id))

    async def _receive(self) -> Command:
        """The next command. Raises `ProtocolError`, also when audio stays away, and `WebSocketDisconnect`."""
        patience = self._heard_at + self._services.idle_seconds - self._services.clock()
        try:
            async with asyncio.timeout(max(0.0, patience)):
                message = await self._socket.receive()
        except TimeoutError:
            raise ProtocolError(
                "idle",
                f"No audio came for {self._services.idle_seconds:g} seconds.",
                Close.NO_AUDIO,
                408,
            ) from None
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1006), message.get("reason"))
        text, data = message.get("text"), message.get("bytes")
        if text is not None:
            check_size(len(text))
            return self._codec.receive_text(text)
        return self._codec.receive_bytes(data or b"")

    async def _stream(self, start: Start) -> None:
        start, meeting, stored = await self._open(start)
        sink = SessionSink(stored, self._services.store, self._services.hub, self._fail)
        session = Session(stored.id, start, self._services.new_vad)
        driver = Driver(session, self._services.recognizer, sink, self._services.clock)
        sink.tell(Ready(stored.id, meeting.id, secrets.token_urlsafe(24)))
        if start.record:
            sink.tell(Problem("not_recorded", "Audio is not kept by this server; captions go on.", False))
        try:
            await self._run(start, driver, sink)
        except* StenoError as errors:
            self._fail(_first_of(errors))
        except* Exception:
            log.exception("stream_failed", session=stored.id)
            self._fail(StenoError("internal", "The server failed; what was final is kept."))
        await self._finish(session, meeting)
        if not session.complete:
            self._services.metrics.ledger_violations.inc()
            log.error("ledger_incomplete", session=stored.id)

    async def _open(self, start: Start) -> tuple[Start, Meeting, StoredSession]:
        """The meeting and the stored session; what the client left open comes from the meeting."""
        store = self._services.store
        _check_format(start)
        if start.meeting is None:
            _check_languages(start.languages, self._services.languages())
            meeting = await store.create_meeting(_new_meeting(start))
        else:
            found = await store.meeting(start.meeting)
            if found is None:
                raise NotFound("meeting_not_found", f"There is no meeting {start.meeting!r}.")
            meeting = found
        start = replace(
            start,
            languages=start.languages or meeting.languages,
            hotwords=start.hotwords or meeting.hotwords,
            stability=start.stability or meeting.stability,
        )
        _check_languages(start.languages, self._services.languages())
        stored = await store.open_session(meeting.id, _new_session(start))
        self._services.hub.open(meeting.id, meeting.last_seq)
        return start, meeting, stored

    async def _run(self, start: Start, driver: Driver, sink: SessionSink) -> None:
        """Read, drive and send until the stream has ended and all of it is stored."""
        source = open_input(start.audio, start.multichannel, driver)
        async with aclosing(source), asyncio.TaskGroup() as tasks:
            sending = tasks.create_task(self._send_all(sink))
            driving = tasks.create_task(driver.run())
            pumping = tasks.create_task(self._guarded(source.pump()))
            reading = tasks.create_task(self._guarded(self._read(driver, sink, source)))
            failing = tasks.create_task(self._failed.wait())
            await asyncio.wait((reading, failing), return_when=asyncio.FIRST_COMPLETED)
            reading.cancel()
            failing.cancel()
            if self._problem is None or isinstance(self._problem, ProtocolError):
                # Bytes taken before the end are decoded, unless the container itself is the problem.
                await source.finish()
                await pumping
            driver.stop()
            await driving
            sink.tell(driver.session.ended())
            sink.close()
            await self._drained(sending)
            pumping.cancel()

    async def _drained(self, sending: asyncio.Task[None]) -> None:
        """Wait until the client has taken what is left; one that does not read is not waited for."""
        await asyncio.wait((sending,), timeout=CLOSE_SECONDS)
        sending.cancel()

    async def _guarded(self, work: Awaitable[None]) -> None:
        """Run a task whose faults end the stream in good order."""
        try:
            await work
        except WebSocketDisconnect:
            self._gone = True
        except StenoError as error:
            self._fail(error)

    async def _read(self, driver: Driver, sink: SessionSink, source: AudioInput) -> None:
        """Take commands until stop."""
        flushes = 0
        while True:
            match await self._receive():
                case Audio(data):
                    self._services.metrics.received_bytes.inc(len(data))
                    await source.feed(data)
                    self._heard_at = self._services.clock()
                case Flush(flush_id):
                    flushes += 1
                    _check_flushes(flushes, driver.session.position)
                    driver.flush(flush_id)
                case Ping(ping_id):
                    sink.tell(Pong(ping_id))
                case _:
                    return

    async def _send_all(self, sink: SessionSink) -> None:
        while (event := await sink.next()) is not None:
            await self._send(event)

    async def _send(self, event: Event) -> None:
        if self._gone:
            return
        try:
            await self._socket.send_text(encode(event))
        except (WebSocketDisconnect, RuntimeError):
            self._gone = True

    async def _finish(self, session: Session, meeting: Meeting) -> None:
        """Close the stored session, and tell viewers when that ended the meeting."""
        ended = session.ended()
        self._services.metrics.ended(ended)
        try:
            after = await self._services.store.close_session(
                session.id, position=session.position, duration=ended.duration, coverage=ended.coverage
            )
            if after.status == "ended":
                segments = len(await self._services.store.segments(meeting.id))
                self._services.hub.publish(meeting.id, Ended(after.duration, segments, after.coverage))
        except NotFound:
            log.info("meeting_deleted_while_live", meeting=meeting.id)

    async def _close(self) -> None:
        problem = self._problem
        code = Close.DONE
        # Who does not read is not waited for, neither with the last words nor with the close.
        with suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
            async with asyncio.timeout(CLOSE_SECONDS):
                if problem is not None:
                    code = problem.close
                    await self._send(Problem(problem.code, problem.message))
                await self._socket.close(code, problem.code if problem else "")


def _first_of(errors: BaseExceptionGroup[StenoError]) -> StenoError:
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, StenoError)  # noqa: S101 - except* caught nothing else
    return error


def _check_languages(asked: tuple[str, ...], known: tuple[str, ...]) -> None:
    unknown = [language for language in asked if language not in known]
    if unknown:
        few = ", ".join(known) if len(known) < 10 else "99 languages, among them en and ru"
        raise ProtocolError(
            "language_not_supported",
            f"The speech model does not know the language {unknown[0]!r}; it knows {few}.",
            Close.NOT_ALLOWED,
        )


def _check_flushes(flushes: int, position: int) -> None:
    """A flush cuts words in two when it comes too often; many of them are a client gone wrong."""
    if flushes > MAX_FLUSHES + position / 1600:
        raise ProtocolError("too_many_flushes", "Flush came more than ten times for each second of audio.")


def _check_format(start: Start) -> None:
    """Refuse a format before anything is stored for it."""
    if start.audio.encoding is not Encoding.AUTO:
        pcm.validate(start.audio)


def _new_meeting(start: Start) -> NewMeeting:
    return NewMeeting(
        title=start.title,
        languages=start.languages,
        template=start.template,
        stability=start.stability or "stable",
        hotwords=start.hotwords,
    )


def _new_session(start: Start) -> NewSession:
    auto = start.audio.encoding is Encoding.AUTO
    return NewSession(
        id=f"ses_{secrets.token_hex(10)}",
        encoding=start.audio.encoding,
        sample_rate=None if auto else start.audio.sample_rate,
        channels=None if auto else start.audio.channels,
        speaker=start.speaker,
        track=start.track,
    )
