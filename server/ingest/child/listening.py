"""Streams that are pushed: an encoder or a camera connects to a port of ours and shows the key of it.

In: a listening socket, which the server holds over all connections, and the kind of stream. Out: what FFmpeg
reads. One client sends at a time; another one, or one without the key, is sent away.
"""

import asyncio
import hmac
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

import h11

from server.ingest.child.opened import Line, LoopBytes, Opened, lost
from server.ingest.child.relay import LOCAL, PIECE, Relay, Streams, ffmpeg_at, free_port
from server.ingest.child.rtmp import Publisher, RtmpError
from server.ingest.child.rtsp import RtspError, RtspFilter
from server.media import FORMATS

HELLO_SECONDS: Final = 10.0
"""How long a client may take to show its key."""
MOST_WAITING: Final = 8
"""Clients that have not shown theirs yet."""

Accepted = Callable[[Streams], Awaitable[bool]]


class Door:
    """Takes the first client that shows the key."""

    def __init__(self, listening: socket.socket, welcome: Accepted) -> None:
        self._listening = listening
        self._welcome = welcome
        self._waiting = 0
        self._taken = asyncio.Event()
        self._over = asyncio.Event()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Wait for the client, and turn all others away until the block ends."""
        server = await asyncio.start_server(self._enter, sock=self._listening)
        try:
            await self._taken.wait()
            yield
        finally:
            self._over.set()
            server.close()

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        stays = False
        try:
            if self._taken.is_set() or self._waiting >= MOST_WAITING:
                return
            self._waiting += 1
            try:
                with suppress(TimeoutError, OSError, asyncio.IncompleteReadError):
                    async with asyncio.timeout(HELLO_SECONDS):
                        stays = await self._welcome((reader, writer))
            finally:
                self._waiting -= 1
            stays = stays and not self._taken.is_set()
            if stays:
                self._taken.set()
                await self._over.wait()
        finally:
            writer.close()


@asynccontextmanager
async def published(listening: socket.socket, key: str, line: Line) -> AsyncIterator[Opened]:
    """The stream of an RTMP encoder."""
    held: list[tuple[Streams, Publisher, bytes]] = []

    async def welcome(streams: Streams) -> bool:
        publisher, flv = Publisher(key), b""
        try:
            while not publisher.published:
                data = await streams[0].read(PIECE)
                if not data:
                    return False
                flv += publisher.feed(data)
                await _answer(streams, publisher.answer())
        except RtmpError:
            await _answer(streams, publisher.answer())
            return False
        held.append((streams, publisher, flv))
        return True

    async with Door(listening, welcome).open():
        source = LoopBytes(_flv(*held[0], line), line)
        yield Opened(source, "flv", format="flv", options={"analyzeduration": "500000", "probesize": "65536"})


async def _answer(streams: Streams, data: bytes) -> None:
    if data:
        streams[1].write(data)
        await streams[1].drain()


async def _flv(streams: Streams, publisher: Publisher, first: bytes, line: Line) -> AsyncIterator[bytes]:
    line.bytes += len(first)
    yield first
    try:
        while not publisher.ended and (data := await streams[0].read(PIECE)):
            line.bytes += len(data)
            flv = publisher.feed(data)
            await _answer(streams, publisher.answer())
            if flv:
                yield flv
    except RtmpError as error:
        raise lost(str(error)) from None
    except OSError:
        raise lost("The connection of the encoder broke.") from None
    line.ended = publisher.ended


@asynccontextmanager
async def announced(listening: socket.socket, key: str, line: Line) -> AsyncIterator[Opened]:
    """The stream of an RTSP client that announces and records (RFC 2326 §10.3, §10.11)."""
    held: list[tuple[Streams, bytes, RtspFilter]] = []

    def check(first: str) -> None:
        method, _, rest = first.partition(" ")
        path = rest.partition(" ")[0].partition("?")[0].rstrip("/").split("/")
        if method == "RTSP/1.0":  # An answer to what FFmpeg asked.
            return
        if not any(hmac.compare_digest(part.encode(), key.encode()) for part in path[3:]):
            raise RtspError("The stream key is wrong.")
        line.ended = line.ended or method == "TEARDOWN"

    async def welcome(streams: Streams) -> bool:
        filtering, first = RtspFilter(check), b""
        try:
            while not first:
                data = await streams[0].read(PIECE)
                if not data:
                    return False
                first = filtering.feed(data)
        except RtspError:
            await _answer(streams, b"RTSP/1.0 404 Not Found\r\nCSeq: 1\r\n\r\n")
            return False
        held.append((streams, first, filtering))
        return True

    async with Door(listening, welcome).open(), asyncio.TaskGroup() as tasks:
        streams, first, filtering = held[0]
        port = free_port()

        async def carry() -> None:
            ffmpeg = await ffmpeg_at(port)
            ffmpeg[1].write(first)
            await Relay(line, filtering).carry(streams, ffmpeg)

        carrying = tasks.create_task(carry())
        yield Opened(
            f"rtsp://{LOCAL}:{port}/{key}",
            "rtsp",
            protocols="tcp",
            options={"rtsp_flags": "listen", "rtsp_transport": "tcp", "listen_timeout": "10"},
        )
        carrying.cancel()


@asynccontextmanager
async def posted(listening: socket.socket, key: str, line: Line) -> AsyncIterator[Opened]:
    """The body of a POST or PUT: any container that can be read as it comes."""
    held: list[tuple[Streams, h11.Connection]] = []

    async def welcome(streams: Streams) -> bool:
        connection = h11.Connection(h11.SERVER)
        try:
            event = await _event(streams, connection)
            good = isinstance(event, h11.Request) and event.method in {b"POST", b"PUT"}
            path = event.target.partition(b"?")[0].strip(b"/") if isinstance(event, h11.Request) else b""
            if good and hmac.compare_digest(path, key.encode()):
                held.append((streams, connection))
                return True
            await _say(streams, connection, 404)
        except h11.ProtocolError:
            pass
        return False

    async with Door(listening, welcome).open():
        yield Opened(LoopBytes(_body(*held[0], line), line), FORMATS)


async def _body(streams: Streams, connection: h11.Connection, line: Line) -> AsyncIterator[bytes]:
    try:
        if connection.they_are_waiting_for_100_continue:
            go_on = h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue")
            await _answer(streams, connection.send(go_on) or b"")
        while True:
            match await _event(streams, connection):
                case h11.Data(data=data):
                    line.bytes += len(data)
                    yield bytes(data)
                case h11.EndOfMessage():
                    line.ended = True
                    await _say(streams, connection, 200)
                    return
                case _:
                    raise lost("The connection of the sender broke.")
    except (h11.ProtocolError, OSError):
        raise lost("The connection of the sender broke.") from None


async def _event(streams: Streams, connection: h11.Connection) -> object:
    while (event := connection.next_event()) is h11.NEED_DATA:
        connection.receive_data(await streams[0].read(PIECE))
    return event


async def _say(streams: Streams, connection: h11.Connection, status: int) -> None:
    head = h11.Response(status_code=status, headers=[("content-length", "0"), ("connection", "close")])
    await _answer(streams, (connection.send(head) or b"") + (connection.send(h11.EndOfMessage()) or b""))


KINDS: Final = {"rtmp": published, "rtsp": announced, "http": posted}
