"""Clients that come and go without manners. Each is one coroutine which leaves nothing open on this side.

Every one of them ends its connection by a reset, as a process that is killed behind a strict firewall does:
in the midst of a handshake, of a message, of a word, or of what the server has to say.
"""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from loadtest.client import RATE
from loadtest.wire import open_socket, read_message, stream_url

AT_ONCE = 10
CONTAINER_BYTES = 20_000
_LINGER = struct.pack("ii", 1, 0)
"""For SO_LINGER: a close that sends a reset, and waits for nothing."""
_RAW = {"encoding": "pcm_s16le", "sample_rate": RATE, "channels": 1}


@dataclass(frozen=True, slots=True)
class Target:
    """A server, and something to say to it: 16-bit PCM."""

    url: str
    key: str | None
    speech: bytes


Rude = Callable[[Target], Awaitable[None]]


async def nothing_said(target: Target) -> None:
    """A connection without a byte."""
    async with _connection(target):
        pass


async def half_a_handshake(target: Target) -> None:
    """A request whose headers do not end."""
    async with _connection(target) as writer:
        writer.write(b"GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: webso")
        await writer.drain()


async def half_a_body(target: Target) -> None:
    """A meeting whose description does not end."""
    async with _connection(target) as writer:
        authorization = f"Authorization: Bearer {target.key}\r\n" if target.key else ""
        head = f"POST /v1/meetings HTTP/1.1\r\nHost: 127.0.0.1\r\n{authorization}Content-Length: 999\r\n\r\n"
        writer.write(head.encode() + b'{"title": "')
        await writer.drain()


async def handshake_alone(target: Target) -> None:
    """A WebSocket on which nothing is said."""
    async with _websocket(target):
        pass


async def half_a_message(target: Target) -> None:
    """The first half of `start`."""
    async with _websocket(target) as client:
        _half(client, 0x81, json.dumps({"type": "start", "audio": _RAW}).encode())


async def gone_before_ready(target: Target) -> None:
    """A session that nobody waits for."""
    async with _websocket(target) as client:
        await _start(client, _RAW)


async def half_a_piece_of_audio(target: Target) -> None:
    """Audio that ends within a message."""
    async with _websocket(target) as client:
        await _start(client, _RAW)
        await _told(client, "ready")
        _half(client, 0x82, target.speech[:RATE])


async def gone_in_the_midst_of_a_word(target: Target) -> None:
    """Speech that ends without a stop."""
    async with _websocket(target) as client:
        await _start(client, _RAW)
        await _told(client, "ready")
        await client.send(target.speech)
        await _told(client, "speech")


async def gone_and_back_and_gone(target: Target) -> None:
    """A session that is resumed once, and lost again."""
    async with _websocket(target) as client:
        await _start(client, _RAW)
        ready = await _told(client, "ready")
        await client.send(target.speech)
    async with _websocket(target) as client:
        resume = {"session": ready["session"], "token": ready["resume_token"], "seq": 0}
        await client.send(json.dumps({"type": "resume", **resume}))
        await _told(client, "resumed", "error")


async def stop_without_an_ear(target: Target) -> None:
    """A stop whose last words are not read."""
    async with _websocket(target) as client:
        await _start(client, _RAW)
        await client.send(target.speech)
        await client.send(json.dumps({"type": "stop"}))


async def half_a_container(target: Target) -> None:
    """A file whose decoder waits for more."""
    sample = await asyncio.to_thread((files("loadtest") / "samples" / "meeting_en.ogg").read_bytes)
    async with _websocket(target) as client:
        await _start(client, {"encoding": "auto"})
        await _told(client, "ready")
        await client.send(sample[:CONTAINER_BYTES])


async def nonsense(target: Target) -> None:
    """What is no message, no container and no audio, and no ear for the answer."""
    async with _websocket(target) as client:
        await _start(client, {"encoding": "auto"})
        await client.send(bytes(range(256)) * 40)
        await client.send("{")


async def viewers_who_leave(target: Target) -> None:
    """Viewers of a live meeting, one by WebSocket and one by events, who are gone before it ends."""
    async with _websocket(target) as client:
        await _start(client, _RAW)
        path = f"/v1/meetings/{(await _told(client, 'ready'))['meeting']}/captions"
        address = stream_url(target.url).removesuffix("/v1/stream") + path
        async with _websocket(target, address), _connection(target) as writer:
            authorization = f"Authorization: Bearer {target.key}\r\n" if target.key else ""
            writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{authorization}\r\n".encode())
            await client.send(target.speech)
            await _told(client, "speech")


KINDS: tuple[Rude, ...] = (
    nothing_said,
    half_a_handshake,
    half_a_body,
    handshake_alone,
    half_a_message,
    gone_before_ready,
    half_a_piece_of_audio,
    gone_in_the_midst_of_a_word,
    gone_and_back_and_gone,
    stop_without_an_ear,
    half_a_container,
    nonsense,
    viewers_who_leave,
)


async def come_and_go(target: Target, first: int, number: int, at_once: int = AT_ONCE) -> None:
    """So many clients, of each kind in turn from the `first` on, a few at once."""
    places = asyncio.Semaphore(at_once)

    async def one(kind: Rude) -> None:
        # The server may be the one who ends it: not every kind is listened to.
        async with places:
            with suppress(ConnectionClosed, ConnectionError):
                await kind(target)

    async with asyncio.TaskGroup() as tasks:
        for index in range(first, first + number):
            tasks.create_task(one(KINDS[index % len(KINDS)]))


@asynccontextmanager
async def _connection(target: Target) -> AsyncIterator[asyncio.StreamWriter]:
    """A bare connection, reset in the end."""
    address = urlsplit(stream_url(target.url))
    _, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        yield writer
    finally:
        _reset(writer.transport)


@asynccontextmanager
async def _websocket(target: Target, url: str | None = None) -> AsyncIterator[ClientConnection]:
    """A WebSocket, reset in the end."""
    client = await open_socket(url or stream_url(target.url), target.key)
    try:
        yield client
    finally:
        _reset(client.transport)


def _reset(transport: asyncio.BaseTransport) -> None:
    assert isinstance(transport, asyncio.WriteTransport)  # noqa: S101 - a socket's is
    held = transport.get_extra_info("socket")
    with suppress(OSError):  # it is closed already
        held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
    transport.abort()


def _half(client: ClientConnection, opcode: int, payload: bytes) -> None:
    """The first half of a frame, masked with zeros (RFC 6455, section 5.2)."""
    head = bytes([opcode, 0x80 | 126]) + len(payload).to_bytes(2, "big") + bytes(4)
    client.transport.write(head + payload[: len(payload) // 2])


async def _start(client: ClientConnection, audio: dict[str, Any]) -> None:
    await client.send(json.dumps({"type": "start", "audio": audio}))


async def _told(client: ClientConnection, *kinds: str) -> dict[str, Any]:
    """The next message of these types."""
    while True:
        message = read_message(await client.recv())
        if message.get("type") in kinds:
            return message
