"""One client of any wire, from its first frame to the close.

Two tasks serve a client: one reads its frames, one sends its events; the session itself runs elsewhere and
outlives the socket. Stop, or a fault of either side, ends the session in good order: the audio heard so far
is finished, stored and told, and only then the socket is closed. A client that vanished, or fell silent,
may come back if its wire has a way to. What the frames look like is the codec's affair.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, suppress
from typing import Any

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from server.access.presence import Presence
from server.live.messages import MessageRate
from server.live.opening import check_languages
from server.live.services import LiveServices
from server.live.session import LiveSession, Seat
from server.live.sessions import Sessions
from server.live.sink import SessionSink
from server.store.leases import taken_over
from streaming.commands import Audio, Change, Command, Flush, KeepAlive, Ping, Resume, Start, Stop
from streaming.errors import Close, ProtocolError, StenoError
from streaming.events import Event, Pong, Problem, Ready, Resumed
from streaming.protocols.codec import Codec, Received
from streaming.protocols.frames import check_size

MAX_FLUSHES = 100
CLOSE_SECONDS = 5.0

log = structlog.get_logger(__name__)


class Connection:
    """One socket whose client was let in. `accept` completes its handshake."""

    def __init__(
        self,
        websocket: WebSocket,
        sessions: Sessions,
        services: LiveServices,
        codec: Codec,
        *,
        accept: Callable[[], Awaitable[None]],
        presence: Presence,
    ) -> None:
        self._socket = websocket
        self._sessions = sessions
        self._services = services
        self._codec = codec
        self._accept = accept
        self._accepted = False
        self._greeting: tuple[str, ...] = ()
        # bounded: by what one message comes to; the next one is read when all is taken.
        self._commands: deque[Command] = deque()
        self._sending = asyncio.Lock()
        self._presence = presence
        self._problem: StenoError | None = None
        self._gone = False
        self._lost = False
        self._heard_at = services.clock()
        self._messages = MessageRate(services.clock)

    async def serve(self, waiting: ExitStack) -> None:
        """Serve until the stream has ended, or goes on over another socket; closes the socket.

        `waiting` is closed with the first command. Where the address of the call says all that a session
        needs, it is opened before the handshake is completed. Raises `StenoError` as long as it is not:
        nothing was sent then.
        """
        try:
            await self._serve(waiting)
        except WebSocketDisconnect:
            return
        except Exception as error:
            if not self._accepted:
                raise
            self._fail(_of_stream(error))
        await self._close()

    async def _serve(self, waiting: ExitStack) -> None:
        begun = self._codec.begin()
        self._commands.extend(begun.commands)
        self._greeting = begun.replies
        if not self._commands:
            await self._shake_hands()
        async with self._presence.held():
            command = await self._first()
        waiting.close()
        if isinstance(command, Start):
            await self._start(command)
        elif isinstance(command, Resume):
            await self._resume(command)

    async def _shake_hands(self) -> None:
        """Complete the handshake, once."""
        if not self._accepted:
            await self._accept()
            self._accepted = True
            await self._put(self._greeting)

    def _fail(self, error: StenoError, *, lost: bool = False) -> None:
        """Note a fault of this socket, or before there was a session; with `lost` it goes on without it."""
        self._problem = error
        self._lost = self._lost or lost
        self._services.metrics.problem(error.code)

    async def _first(self) -> Start | Resume | Stop:
        """The first command that asks for something. Raises `ProtocolError` when it needs a session."""
        while True:
            command = await self._next()
            match command:
                case Start() | Resume() | Stop():
                    return command
                case Ping(ping_id):
                    await self._send(Pong(ping_id))
                case KeepAlive():
                    self._heard_at = self._services.clock()
                case _:
                    raise ProtocolError("not_started", "There is no stream yet.")

    async def _next(self) -> Command:
        """The next command. Raises `ProtocolError`, also when audio stays away, and `WebSocketDisconnect`."""
        while not self._commands:
            received = await self._receive()
            self._commands.extend(received.commands)
            await self._put(received.replies)
        return self._commands.popleft()

    async def _receive(self) -> Received:
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
        if text is None:
            return self._codec.receive_bytes(data or b"")
        check_size(len(text.encode(errors="replace")))
        received = self._codec.receive_text(text)
        # Audio may come as text. As in binary messages, it is bounded by what the session has room for.
        if not (received.audio or any(isinstance(one, Audio) and one.data for one in received.commands)):
            self._messages.check()
        return received

    async def _start(self, start: Start) -> None:
        live = await self._sessions.open(start, self._presence.access, resumable=self._codec.resumable)
        seat = await live.attach()
        try:
            await self._shake_hands()
            await self._send(Ready(live.id, live.meeting, live.token))
            if start.record and live.tape is None:
                live.sink.tell(
                    Problem("not_recorded", "Audio is not kept by this server; captions go on.", False)
                )
            await self._talk(live, seat)
        finally:
            live.detach(seat)
        self._part(live, seat)

    async def _resume(self, resume: Resume) -> None:
        live = await self._sessions.resume(resume, self._presence.access)
        seat = await live.attach()
        try:
            position = live.source.rewind()
            await live.sink.rewind(resume.seq)
            self._heard_at = self._services.clock()
            await self._send(Resumed(live.id, position))
            await self._talk(live, seat)
        finally:
            live.detach(seat)
        self._part(live, seat)

    async def _talk(self, live: LiveSession, seat: Seat) -> None:
        """Read and send until the session is over, or goes on without this socket."""
        async with asyncio.TaskGroup() as tasks:
            sending = tasks.create_task(self._send_all(live.sink))
            reading = tasks.create_task(self._read(live))
            leaving = tasks.create_task(seat.leave.wait())
            replaced = tasks.create_task(seat.replaced.wait())
            over = tasks.create_task(live.over.wait())
            refused = tasks.create_task(self._presence.over.wait())
            await _first_of(reading, leaving, over, refused)
            reading.cancel()
            await asyncio.wait((reading,))
            if (error := self._presence.error) is not None:
                live.stop()  # In good order, but whose access is over is told nothing more of it.
                self._fail(error, lost=True)
            if not self._lost:
                seat.left.set()
                await _first_of(over, replaced)
                # Wait until the client has taken what is left; one that does not read is not waited for.
                await _first_of(sending, replaced, within=CLOSE_SECONDS)
            for task in (sending, leaving, replaced, over, refused):
                task.cancel()

    def _part(self, live: LiveSession, seat: Seat) -> None:
        """Find out why this socket and the session have parted."""
        if seat.replaced.is_set():
            self._problem = taken_over()
        elif not self._lost:
            self._problem = live.problem

    async def _read(self, live: LiveSession) -> None:
        """Take commands until stop, a fault, or the loss of the socket."""
        try:
            await self._follow(live)
            live.stop()
        except WebSocketDisconnect:
            self._gone = self._lost = True
        except StenoError as error:
            if error.close is Close.NO_AUDIO and live.token is not None:
                # To the server a dead network is nothing but silence.
                self._fail(error, lost=True)
            else:
                live.fail(error)

    async def _follow(self, live: LiveSession) -> None:
        """Carry out commands until the last one."""
        flushes = 0
        while True:
            match await self._next():
                case Audio(data):
                    self._services.metrics.received_bytes.inc(len(data))
                    await live.source.feed(data)
                    # Of a container bytes count, not what they decode to: a recording may begin with minutes
                    # of index on a slow line. How long it may stay mute is bounded by `server.media`.
                    if data:
                        self._heard_at = self._services.clock()
                case Flush(flush_id):
                    flushes += 1
                    _check_flushes(flushes, live.session.position)
                    live.driver.flush(flush_id)
                case Change() as change:
                    check_languages(change.languages, self._services.languages())
                    live.driver.change(change)
                case Ping(ping_id):
                    live.sink.tell(Pong(ping_id))
                case KeepAlive():
                    self._heard_at = self._services.clock()
                case _:
                    return

    async def _send_all(self, sink: SessionSink) -> None:
        while (event := await sink.next()) is not None:
            await self._send(event)

    async def _send(self, event: Event) -> None:
        await self._put(self._codec.send(event))

    async def _put(self, messages: tuple[str, ...]) -> None:
        """Send messages in the order in which the codec has made them: it was asked just before."""
        async with self._sending:
            for message in messages:
                if self._gone:
                    return
                try:
                    await self._socket.send_text(message)
                except (WebSocketDisconnect, RuntimeError):
                    self._gone = True

    async def _close(self) -> None:
        problem = None if self._problem is None else Problem.of(self._problem)
        last, code, reason = self._codec.close(problem)
        code = Close.RESTART if problem is None and self._sessions.draining else code
        # Who does not read is not waited for, neither with the last words nor with the close.
        with suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._put(last)
                await self._socket.close(code, reason)


def _of_stream(error: Exception) -> StenoError:
    """What the client is told of an error; one that nobody expected is logged."""
    if isinstance(error, StenoError):
        return error
    log.error("stream_failed", exc_info=error)
    return StenoError("internal", "The server failed; what was final is kept.")


async def _first_of(*tasks: asyncio.Task[Any], within: float | None = None) -> None:
    """Wait for the first of them to be done, no longer than `within` seconds."""
    await asyncio.wait(tasks, timeout=within, return_when=asyncio.FIRST_COMPLETED)


def _check_flushes(flushes: int, position: int) -> None:
    """A flush cuts words in two when it comes too often; many of them are a client gone wrong."""
    if flushes > MAX_FLUSHES + position / 1600:
        raise ProtocolError("too_many_flushes", "Flush came more than ten times for each second of audio.")
