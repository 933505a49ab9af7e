"""One session over as many connections as it takes.

16-bit PCM at 16 kHz goes in, messages of the server come out. A connection that is cut, or that the server
asks to leave, is replaced by another; audio that the server has not acknowledged is sent again from where it
says, and what it repeats is not told twice. Gives up with one `WireError` after `backoff.PATIENCE` seconds
without a connection, or as soon as the server says that the session is gone.
"""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from loadtest.backoff import Backoff
from loadtest.memory import CLOCK_RATE, Memory
from loadtest.records import Log
from loadtest.replay import Replay
from loadtest.wire import PATIENCE, WireError, lost, open_socket, read_message, told

ANSWER_SECONDS = 30.0
"""The most that a server may take to answer `start` or `resume`."""
MOST = CLOCK_RATE
"""Samples in one message when audio is made up for: 1 s."""


class Link:
    """Between `open` and `close`, one task iterates over `messages`; others `give` audio and `keep_sending`.

    `notice` is told in one sentence what a person should know of a lost connection. Counts of what was lost
    and sent again go to `log`. `patience` is how long a silent connection is trusted (None: for ever).
    """

    def __init__(
        self,
        url: str,
        key: str | None,
        log: Log,
        *,
        notice: Callable[[str], None],
        seed: str = "",
        patience: float | None = PATIENCE,
        backoff: Backoff | None = None,
        memory: Memory | None = None,
    ) -> None:
        self._url = url
        self._key = key
        self._log = log
        self._notice = notice
        self._patience = patience
        self._backoff = backoff or Backoff(seed and f"{seed}/backoff")
        self._memory = memory or Memory()
        self._replay = Replay()
        self._socket: ClientConnection | None = None
        self._session: Mapping[str, str] = {}
        self._up = False
        self._finished = False
        self._stop_sent = False
        self._sending = asyncio.Lock()
        self._ready = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self.over = asyncio.Event()
        """Set when no more messages come."""

    async def open(self, start: Mapping[str, Any]) -> None:
        """Connect and say `start`. Raises `WireError`; a first connection is not tried twice."""
        self._socket = await open_socket(self._url, self._key, self._patience)
        with suppress(ConnectionClosed):  # the reason is told by the iteration
            await self._socket.send(json.dumps({"type": "start", **start}))

    async def close(self) -> None:
        """Close the connection in good order, if there is one."""
        if self._socket is not None:
            await self._socket.close()

    def cut(self) -> None:
        """End the connection without a word, as a bad network does."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def room(self) -> None:
        """Wait until the memory of unacknowledged audio can take more; for sources that can wait."""
        await self._room.wait()

    def release(self) -> None:
        """Let go whoever waits for room."""
        self._room.set()

    async def give(self, pcm: bytes) -> None:
        """Send audio, waiting while the server takes none; without a connection it is only kept."""
        self._memory.add(pcm)
        if self._memory.full:
            self._room.clear()
        await self._send()

    async def finish(self) -> None:
        """No more audio comes: `stop` follows the last of it."""
        self._finished = True
        await self._send()

    async def keep_sending(self) -> None:
        """Send what waited for a connection, as often as there is one."""
        while True:
            await self._ready.wait()
            self._ready.clear()
            await self._send()

    async def _send(self) -> None:
        """All that was not sent, as far as there is a connection."""
        async with self._sending:
            with suppress(ConnectionClosed):
                while self._up and (piece := self._take()):
                    await self._open_socket.send(piece)
                if self._up and self._finished and not self._stop_sent:
                    self._stop_sent = True
                    await self._open_socket.send(json.dumps({"type": "stop"}))

    def _take(self) -> bytes:
        missing, known = self._memory.missing, self._log.dropped
        piece = self._memory.take(MOST)
        self._log.dropped = self._memory.lost
        if missing and self._log.dropped > known:
            self._notice(f"{missing:.1f} s of audio are lost: the server took none for too long.")
        return piece

    @property
    def _open_socket(self) -> ClientConnection:
        if self._socket is None:
            raise RuntimeError("open the link before using it")
        return self._socket

    async def messages(self) -> AsyncGenerator[dict[str, Any], None]:
        """Everything that is new, up to `ended`. Raises `WireError`."""
        try:
            while True:
                try:
                    message = await self._receive()
                except WireError as error:
                    await self._come_back(error)
                    continue
                if self._replay.is_new(message):
                    yield message
                if message.get("type") == "ended" or self._ended_unheard(message):
                    return
                await self._obey(message)
        finally:
            self._up = False
            self.over.set()

    def _ended_unheard(self, message: Mapping[str, Any]) -> bool:
        """Whether the server has done all that it was asked, and its last words were lost on the way."""
        return self._finished and not self._up and message.get("code") == "session_ended"

    async def _receive(self) -> dict[str, Any]:
        """The next message; an error that another try may not meet is raised as one."""
        try:
            async with asyncio.timeout(None if self._up else ANSWER_SECONDS):
                message = read_message(await self._open_socket.recv())
        except ConnectionClosed as error:
            raise lost(error) from error
        except TimeoutError:
            raise WireError("connection_lost", "The server did not answer in time.", passing=True) from None
        fatal = message.get("type") == "error" and message.get("fatal")
        if fatal and self._session and (problem := told(message)).passing:
            raise problem
        return message

    async def _obey(self, message: Mapping[str, Any]) -> None:
        """What a message means for the link itself."""
        match message.get("type"):
            case "ready":
                if token := message.get("resume_token"):  # without one the session ends with its connection
                    self._session = {"session": str(message.get("session")), "token": str(token)}
                # No audio leaves before this: without its session it could not be sent again.
                self._up = True
                self._ready.set()
            case "resumed":
                await self._go_on(int(message.get("position") or 0))
            case "ack":
                self._memory.forget(int(message.get("position") or 0))
                if not self._memory.full:
                    self._room.set()
            case "goaway":
                if message.get("resume_token"):
                    self._session = {**self._session, "token": str(message["resume_token"])}
                wait = float(message.get("retry_after") or 0.0)
                reason = "The server is going away."
                await self._come_back(WireError("restarting", reason, passing=True, retry_after=wait))
            case "error" if message.get("fatal"):
                raise told(message)

    async def _go_on(self, position: int) -> None:
        async with self._sending:  # whoever was sending has found its connection lost
            again = self._memory.rewind(position)
            self._stop_sent = False
            self._up = True
        self._backoff.found()
        self._log.reconnects += 1
        self._log.resent += again
        self._notice(f"Connected again; {again:.1f} s of audio are sent again.")
        self._ready.set()

    async def _come_back(self, error: WireError) -> None:
        """Another connection, on which `resume` has been said. Raises the error when it is of no use."""
        self._up = False
        self.cut()
        while True:
            if not (error.passing and self._session):
                raise error
            wait = self._backoff.wait(time.monotonic(), error.retry_after)
            if wait is None:
                raise WireError(
                    error.code,
                    f"{error.message} The stream could not be resumed within {self._backoff.patience:g} s.",
                )
            self._notice(f"{error.message} Trying again in {wait:.1f} s; audio is kept meanwhile.")
            await asyncio.sleep(wait)
            try:
                await self._ask_to_resume()
            except WireError as again:
                error = again
            else:
                return

    async def _ask_to_resume(self) -> None:
        self._socket = await open_socket(self._url, self._key, self._patience)
        try:
            await self._socket.send(json.dumps({"type": "resume", **self._session, "seq": self._replay.seq}))
        except ConnectionClosed as error:
            raise lost(error) from error
