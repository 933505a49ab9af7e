"""The proxy of a bot's browser: it leads to addresses that were checked, by tunnel and by plain requests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect

from server.recorder.proxy import MOST_CONNECTIONS, Proxy
from tests.support.server import running


async def _hello(request: Request) -> PlainTextResponse:
    body = (await request.body()).decode()
    return PlainTextResponse(f"{request.method} {request.url.path}?{request.url.query} {body}")


async def _echo(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(await socket.receive_text())
    await socket.close()


APP = Starlette(routes=[Route("/hello", _hello, methods=["GET", "POST"]), WebSocketRoute("/echo", _echo)])


@asynccontextmanager
async def proxied(*, allow_private: bool = True) -> AsyncIterator[tuple[Proxy, str]]:
    """A proxy, and a server behind it."""
    proxy = Proxy(allow_private=allow_private)
    async with running(APP) as url, proxy.running():
        yield proxy, url


async def test_plain_requests_and_tunnels_lead_to_the_far_end() -> None:
    async with proxied() as (proxy, url), httpx.AsyncClient(proxy=proxy.url) as client:
        for _ in range(2):
            answer = await client.post(f"{url}/hello?a=1", content=b"body")
            assert (answer.status_code, answer.text) == (200, "POST /hello?a=1 body")
        socket = url.replace("http", "ws", 1)
        async with connect(f"{socket}/echo", proxy=proxy.url) as far:
            await far.send("through")
            assert await far.recv() == "through"


async def test_private_addresses_are_refused_by_either_way() -> None:
    async with proxied(allow_private=False) as (proxy, url), httpx.AsyncClient(proxy=proxy.url) as client:
        assert (await client.get(f"{url}/hello")).status_code == 403
        reader, writer = await asyncio.open_connection("127.0.0.1", int(proxy.url.rpartition(":")[2]))
        writer.write(b"CONNECT localhost:443 HTTP/1.1\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 403 ")
        writer.close()
        assert proxy.refused == {"127.0.0.1", "localhost"}


async def test_what_is_no_request_is_refused_and_who_is_not_there_is_told() -> None:
    async with proxied() as (proxy, _):
        port = int(proxy.url.rpartition(":")[2])
        for sent, status in (
            (b"GET / HTTP/1.1\r\n\r\n", 400),
            (b"CONNECT x HTTP/1.1\r\n\r\n", 400),
            (b"GET ftp://x/ HTTP/1.1\r\n\r\n", 400),
            (b"\xff\xfe\r\n\r\n", 400),
            (b"CONNECT 127.0.0.1:1 HTTP/1.1\r\n\r\n", 502),
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            assert (await reader.read()).startswith(f"HTTP/1.1 {status} ".encode()), sent
            writer.close()


async def test_connections_are_bounded() -> None:
    async with proxied() as (proxy, url), httpx.AsyncClient(proxy=proxy.url) as client:
        port = int(proxy.url.rpartition(":")[2])
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(MOST_CONNECTIONS)]
        assert (await client.get(f"{url}/hello")).status_code == 503
        for _, writer in held:
            writer.close()
