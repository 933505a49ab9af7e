"""Every error has one form, says no internals, and carries the id of its request."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from structlog.testing import capture_logs
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from server.http.envelope import Envelope
from server.http.errors import EXCEPTION_HANDLERS
from server.store.records import Meeting, NewMeeting
from streaming.errors import ProtocolError
from streaming.nesting import MAX_DEPTH
from tests.fakes.store import MemoryStore
from tests.integration.http.conftest import Site, serve
from tests.support.server import running

HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: steno\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


async def test_an_unknown_path_is_not_found(site: Site) -> None:
    async with site.client() as client:
        answer = await client.get("/v2/nothing", headers={"X-Request-Id": "abc-1"})
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"
    assert answer.json()["error"]["request_id"] == answer.headers["x-request-id"] == "abc-1"


async def test_a_wrong_method_is_told_every_right_one(site: Site) -> None:
    async with site.client() as client:
        answer = await client.put("/v1/meetings")
    assert answer.status_code == 405
    assert answer.json()["error"]["code"] == "method_not_allowed"
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))


@pytest.mark.parametrize("body", [b"{", b"[1]", b"\xff", b"[" * 100_000, b'{"a":' * 100_000])
async def test_what_is_not_json_is_refused(site: Site, body: bytes) -> None:
    async with site.client() as client:
        answer = await client.post("/v1/meetings", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "bad_json"


async def test_a_body_is_taken_to_its_depth_and_no_deeper(site: Site) -> None:
    answers = []
    async with site.client() as client:
        for depth in (MAX_DEPTH, MAX_DEPTH + 1):
            metadata = '{"a":' * (depth - 1) + "1" + "}" * (depth - 1)
            answers.append(await client.post("/v1/meetings", content=f'{{"metadata": {metadata}}}'))
    taken, refused = answers
    assert taken.status_code == 201
    assert taken.json()["metadata"]["a"]
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "bad_json")
    assert refused.json()["error"]["message"] == "The body is nested deeper than 64 levels."


async def test_a_surrogate_is_refused_and_does_no_harm(site: Site) -> None:
    async with site.client() as client:
        answer = await client.post("/v1/meetings", content=b'{"title": "\\ud800"}')
    assert answer.status_code == 422


async def test_a_big_body_is_counted_as_it_comes(site: Site) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'{"title": "'
        for _ in range(40):
            yield b"x" * 32_768

    async with site.client() as client:
        answer = await client.post("/v1/meetings", content=endless())
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "body_too_big"


async def test_a_silent_database_is_our_fault(site: Site) -> None:
    site.store.failing = True
    async with site.client() as client:
        answer = await client.get("/v1/meetings")
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "store_unavailable"
    assert answer.json()["error"]["retry_after"] == float(answer.headers["Retry-After"]) == 5.0


@dataclass
class _CrashError(Exception):
    secret: str


class _CrashingStore(MemoryStore):
    async def meeting(self, meeting_id: str) -> Meeting | None:
        raise _CrashError(f"what was said in {meeting_id}")


async def test_a_crash_tells_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    async with serve(Site(store=_CrashingStore())) as site, site.client() as client:
        made = await site.store.create_meeting(NewMeeting())
        answer = await client.get(f"/v1/meetings/{made.id}")
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "internal"
    assert "said" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    captured = capsys.readouterr()
    logged = captured.out + captured.err
    assert answer.headers["x-request-id"] in logged
    assert "what was said" not in logged


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "<script>"])
async def test_a_strange_request_id_is_replaced(site: Site, given: str) -> None:
    async with site.client() as client:
        answer = await client.get("/livez", headers={"X-Request-Id": given})
    assert len(answer.headers["x-request-id"]) == 32


async def test_every_answer_keeps_browsers_strict(site: Site) -> None:
    async with site.client() as client:
        answers = [await client.get(path) for path in ("/livez", "/nothing", "/docs", "/v1/meetings")]
    for answer in answers:
        assert "default-src" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
    assert [answer.headers["cache-control"] for answer in answers] == ["no-cache"] * 3 + ["no-store"]
    assert json.loads(answers[-1].text) == {"data": [], "next_cursor": None}


async def test_a_crash_on_an_open_socket_closes_it_as_our_fault() -> None:
    async def crash(websocket: WebSocket) -> None:
        await websocket.accept()
        raise _CrashError("what was said")

    app = Starlette(routes=[WebSocketRoute("/", crash)])
    async with running(Envelope(app)) as url, connect(url.replace("http", "ws", 1), proxy=None) as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1011, "internal")


async def test_a_peer_that_leaves_before_it_is_let_in_is_no_error() -> None:
    asked, refused = asyncio.Event(), asyncio.Event()

    async def late(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        asked.set()
        assert (await receive())["type"] == "websocket.disconnect"
        try:
            await send({"type": "websocket.accept"})
        except WebSocketDisconnect:
            refused.set()
            raise

    with capture_logs() as logs:
        async with running(Envelope(Starlette(routes=[Mount("/", late)]))) as url:
            _, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)
            writer.write(HANDSHAKE)
            await asked.wait()
            writer.transport.abort()
            await asyncio.wait_for(refused.wait(), 10)
    assert [line for line in logs if line["event"] == "request_crashed"] == []


async def test_an_error_on_an_open_socket_is_told_before_its_close_code() -> None:
    async def refuse(websocket: WebSocket) -> None:
        await websocket.accept()
        raise ProtocolError("bad_order", "The first message must be start.")

    app = Starlette(routes=[WebSocketRoute("/", refuse)], exception_handlers=EXCEPTION_HANDLERS)
    async with running(Envelope(app)) as url, connect(url.replace("http", "ws", 1), proxy=None) as socket:
        problem = json.loads(await socket.recv())
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert (problem["type"], problem["code"], problem["fatal"]) == ("error", "bad_order", True)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1002
