"""A TCP proxy that plays a bad network between real peers, under a test's control.

In: the address of a server, and what the network does, which may change at any time. Out: a port to connect
to in the server's place. Bytes arrive late, slowly, in small pieces, or not at all; order and content never
change, as TCP promises. It knows nothing of what it carries.
"""

import asyncio
import socket
import struct
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType

READ = 64 * 1024
WAITING = 64
"""Reads held back by a delay in one direction; beyond them the sender waits, as on a long line."""
TURNS = 5
"""Turns of the loop from a connection that is accepted to its being served, with two to spare."""
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of no time: closing sends a reset, and what was on its way is gone."""


@dataclass(slots=True)
class Weather:
    """What the network does to both directions; seconds and bytes."""

    delay: float = 0.0
    rate: float = 0.0
    """Bytes a second in each direction; 0 is no limit."""
    piece: int = 0
    """The most that is passed on at once; 0 is no limit."""
    refusing: bool = False
    """Whether new connections are reset at once."""


@dataclass(slots=True, eq=False)
class _Connection:
    """One client and its own connection to the server."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter | None = None
    left: int | None = None
    """Bytes of the client that may still pass before the connection is cut."""

    def cut(self) -> None:
        """Reset both sides."""
        for writer in (self.client, self.server):
            if writer is not None:
                sock = writer.get_extra_info("socket")
                with suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                writer.transport.abort()


@dataclass(slots=True)
class Proxy:
    """Listens while its context is entered; leaving it cuts what is open."""

    host: str
    port: int
    weather: Weather = field(default_factory=Weather)
    passed: int = 0
    """Bytes from clients to the server so far."""
    accepted: int = 0
    listening: int = 0
    """The port of the proxy."""
    _open: set[_Connection] = field(default_factory=set)
    _cuts: list[int] = field(default_factory=list)
    _light: asyncio.Event = field(default_factory=asyncio.Event)
    _empty: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> "Proxy":
        self._light.set()
        self._empty.set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=READ)
        self.listening = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        for listener in self._server.sockets:
            asyncio.get_running_loop().remove_reader(listener)
        # Who was let in just now is served first: a closed server drops the socket without closing it.
        for _ in range(TURNS):
            await asyncio.sleep(0)
        self._server.close()
        self.shine()
        self.cut()
        await self._server.wait_closed()
        await self._empty.wait()

    def cut(self) -> int:
        """Reset every connection; how many there were."""
        connections = list(self._open)
        for connection in connections:
            connection.cut()
        return len(connections)

    def cut_after(self, sizes: Iterable[int]) -> None:
        """Each next connection is reset once the client has sent so many bytes over it."""
        self._cuts = list(sizes)

    def darken(self) -> None:
        """From now on nothing passes and nobody is told: connections stay open, new ones are accepted."""
        self._light.clear()

    def shine(self) -> None:
        """The end of the dark: what waited goes on."""
        self._light.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        connection = _Connection(writer, left=self._cuts.pop(0) if self._cuts else None)
        self._open.add(connection)
        self._empty.clear()
        try:
            if self.weather.refusing:
                connection.cut()
                return
            await self._light.wait()
            answers, connection.server = await asyncio.open_connection(self.host, self.port, limit=READ)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._direction(reader, connection.server, connection))
                group.create_task(self._direction(answers, writer, None))
        except* OSError:
            pass  # either side is gone: so is the other
        finally:
            connection.cut()
            self._open.discard(connection)
            if not self._open:
                self._empty.set()

    async def _direction(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counted: _Connection | None
    ) -> None:
        """Pass bytes on until the sender ends; the end is passed on too."""
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(WAITING)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._read(reader, waiting, counted))
            group.create_task(self._write(waiting, writer))

    async def _read(
        self,
        reader: asyncio.StreamReader,
        waiting: asyncio.Queue[tuple[float, bytes]],
        counted: _Connection | None,
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            data = await reader.read(self.weather.piece or READ)
            if counted is not None:
                data = self._count(counted, data)
            await waiting.put((loop.time() + self.weather.delay, data))
            if not data:
                return

    def _count(self, connection: _Connection, data: bytes) -> bytes:
        if connection.left is not None:
            if len(data) >= connection.left:
                connection.cut()
                raise ConnectionResetError("cut as planned")
            connection.left -= len(data)
        self.passed += len(data)
        return data

    async def _write(self, waiting: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due, data = await waiting.get()
            await asyncio.sleep(due - loop.time())
            await self._light.wait()
            if not data:
                with suppress(OSError):
                    writer.write_eof()
                return
            writer.write(data)
            await writer.drain()
            if self.weather.rate:
                await asyncio.sleep(len(data) / self.weather.rate)
