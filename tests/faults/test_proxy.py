"""The bad network itself: it is late, slow, dark or gone exactly when it is told to, and changes no byte."""

import asyncio
import gc
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.faults.proxy import Proxy, Weather


@asynccontextmanager
async def echo(weather: Weather | None = None) -> AsyncIterator[Proxy]:
    """A server that says everything back, behind a proxy."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, Proxy("127.0.0.1", port, weather or Weather()) as proxy:
        yield proxy


@asynccontextmanager
async def connected(proxy: Proxy) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.listening)
    try:
        yield reader, writer
    finally:
        writer.close()


async def said_back(proxy: Proxy, data: bytes) -> bytes:
    """Everything that comes back for `data`, to the end."""
    async with connected(proxy) as (reader, writer):
        writer.write(data)
        writer.write_eof()
        return await reader.read()


@pytest.mark.parametrize("weather", [Weather(), Weather(piece=7), Weather(delay=0.05), Weather(rate=1e6)])
async def test_no_weather_changes_a_byte(weather: Weather) -> None:
    data = bytes(range(256)) * 80
    async with echo(weather) as proxy:
        assert await said_back(proxy, data) == data
        assert proxy.passed == len(data)


async def test_a_delay_counts_once_in_each_direction_and_not_for_every_piece() -> None:
    async with echo(Weather(delay=0.1, piece=100)) as proxy:
        began = time.monotonic()
        await said_back(proxy, bytes(3_000))
        assert 0.2 <= time.monotonic() - began < 1


async def test_a_throttle_takes_its_time() -> None:
    async with echo(Weather(rate=100_000, piece=1_000)) as proxy:
        began = time.monotonic()
        await said_back(proxy, bytes(30_000))
        assert time.monotonic() - began >= 0.29


async def test_a_cut_is_a_reset_for_both_sides_and_the_next_connection_works() -> None:
    async with echo() as proxy:
        async with connected(proxy) as (reader, writer):
            writer.write(b"a")
            assert await reader.read(1) == b"a"
            assert proxy.cut() == 1
            with pytest.raises(ConnectionResetError):
                await reader.read(1)
        assert await said_back(proxy, b"again") == b"again"


async def test_a_planned_cut_comes_at_its_byte() -> None:
    async with echo() as proxy:
        proxy.cut_after([10_000])
        async with connected(proxy) as (reader, writer):
            writer.write(bytes(9_000))
            assert await reader.readexactly(9_000)
            writer.write(bytes(1_000))
            with pytest.raises(ConnectionResetError):
                await reader.read()
        assert proxy.passed == 9_000
        assert await said_back(proxy, bytes(20_000)) == bytes(20_000)


async def test_in_the_dark_nothing_passes_and_nobody_is_told() -> None:
    async with echo() as proxy, connected(proxy) as (reader, writer):
        proxy.darken()
        writer.write(b"a")
        async with connected(proxy) as (later, later_writer):
            later_writer.write(b"b")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.read(1), 0.1)
            proxy.shine()
            assert await reader.read(1) == b"a"
            assert await later.read(1) == b"b"


async def test_a_network_that_refuses_resets_at_once() -> None:
    async with echo(Weather(refusing=True)) as proxy:
        with pytest.raises(ConnectionResetError):
            await said_back(proxy, b"a")
        proxy.weather.refusing = False
        assert await said_back(proxy, b"a") == b"a"
        assert proxy.accepted == 2


async def test_a_server_that_is_gone_ends_the_connection() -> None:
    async with Proxy("127.0.0.1", 1) as proxy:
        with pytest.raises(ConnectionResetError):
            await said_back(proxy, b"a")


@pytest.mark.parametrize("turns", range(5))
async def test_who_is_being_let_in_as_it_ends_is_let_go(turns: int) -> None:
    async with echo() as proxy:
        with socket.create_connection(("127.0.0.1", proxy.listening), timeout=10) as client:
            for _ in range(turns):
                await asyncio.sleep(0)
            await proxy.__aexit__(None, None, None)
            with pytest.raises(ConnectionResetError):
                client.recv(1)
    # A socket that is dropped without being closed is told of here.
    gc.collect()
