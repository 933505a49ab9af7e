"""Webhooks to a real receiver, which checks them with the official verifier."""

import asyncio
import json
import socket
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from server.notify.outcome import Gone, Later, Outcome, Refused, Sent
from server.notify.post import Post
from server.notify.targets import new_secret
from server.notify.webhook import Webhook, body_of
from tests.support.receiver import Receiver
from tests.support.tls import contexts

SECRET = new_secret()
BODY = body_of("meeting.report_ready", datetime.now(UTC), {"meeting_id": "m1", "title": "Отчёт <b>"})


async def sent(url: str, seconds: float = 15.0) -> Outcome:
    post = Post(allow_private=True, seconds=seconds)
    return await Webhook(post, time.time).send(url, SECRET, "dlv_1", BODY)


async def test_it_arrives_as_it_was_signed() -> None:
    receiver = Receiver()
    async with receiver.served() as url:
        assert await sent(f"{url}/hook?x=1") == Sent()
    ((headers, body),) = receiver.got
    assert Verifier(SECRET).verify(body, headers) == json.loads(BODY)
    assert headers["webhook-id"] == "dlv_1"
    assert headers["host"] == url.removeprefix("http://")


async def test_the_name_is_asked_for_once_and_the_host_stays_that_of_the_url() -> None:
    receiver = Receiver()
    async with receiver.served() as url:
        named = url.replace("127.0.0.1", "localhost")
        assert await sent(f"{named}/hook") == Sent()
    assert receiver.got[0][0]["host"] == named.removeprefix("http://")


@pytest.mark.parametrize(("host", "kind"), [("localhost", Sent), ("127.0.0.1", Later)])
async def test_over_tls_the_certificate_is_checked_for_the_name_in_the_url(
    host: str, kind: type, tmp_path: Path
) -> None:
    async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await reader.read()
        writer.close()

    shown, trusting = contexts(tmp_path, "localhost")
    async with await asyncio.start_server(answers, "127.0.0.1", 0, ssl=shown) as server:
        url = f"https://{host}:{server.sockets[0].getsockname()[1]}/"
        post = Post(allow_private=True, tls=trusting)
        assert isinstance(await Webhook(post, time.time).send(url, SECRET, "dlv_1", BODY), kind)


async def test_a_name_that_leads_elsewhere_a_moment_later_is_not_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Between the check and the connection no name is looked up, so no other address can come in."""
    answers = iter(["127.0.0.1", *["169.254.169.254"] * 9])
    asked: list[object] = []
    real = socket.getaddrinfo

    def rebinding(host: Any, *rest: Any, **options: Any) -> Any:
        if host == "hooks.example":
            asked.append(host)
            return real(next(answers), *rest, **options)
        return real(host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    receiver = Receiver()
    async with receiver.served() as url:
        assert await sent(f"http://hooks.example:{url.rpartition(':')[2]}/") == Sent()
        assert asked == ["hooks.example"]
        assert isinstance(await sent(f"http://hooks.example:{url.rpartition(':')[2]}/"), Refused)
    assert len(receiver.got) == 1


async def test_it_goes_to_no_private_address_unless_that_is_allowed() -> None:
    receiver = Receiver()
    async with receiver.served() as url:
        for address in (
            url,
            url.replace("127.0.0.1", "localhost"),
            url.replace("127.0.0.1", "[::ffff:127.0.0.1]"),
        ):
            outcome = await Webhook(Post(), time.time).send(address, SECRET, "dlv_1", BODY)
            assert isinstance(outcome, Refused)
            assert "private" in outcome.why
    assert receiver.got == []


@pytest.mark.parametrize(
    ("status", "headers", "outcome"),
    [
        (410, {}, Gone("The receiver answered 410: it wants no more messages.")),
        (429, {"Retry-After": "17"}, Later("The receiver answered 429.", 17.0)),
        (503, {}, Later("The receiver answered 503.")),
        (404, {}, Refused("The receiver answered 404.")),
    ],
)
async def test_its_answer_is_understood(status: int, headers: dict[str, str], outcome: Outcome) -> None:
    async with Receiver([(status, headers)]).served() as url:
        assert await sent(url) == outcome


async def test_a_redirect_is_not_followed() -> None:
    receiver, other = Receiver(), Receiver()
    async with receiver.served() as url, other.served() as elsewhere:
        receiver.answers = [(307, {"Location": elsewhere})]
        assert isinstance(await sent(url), Refused)
    assert (len(receiver.got), other.got) == (1, [])


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://nothing.invalid/"])
async def test_a_receiver_that_is_away_is_tried_again(url: str) -> None:
    assert isinstance(await sent(url), Later)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http:///x", "http://x/\x01", "nonsense"])
async def test_what_is_no_url_is_refused(url: str) -> None:
    assert isinstance(await sent(url), Refused)


async def test_a_silent_receiver_is_left_after_a_time() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        outcome = await sent(f"http://127.0.0.1:{port}/", seconds=0.2)
    assert outcome == Later("The receiver did not answer within 0.2 seconds.")


async def test_of_an_endless_answer_only_the_head_is_read() -> None:
    left = asyncio.Event()

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
        try:
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()
        except OSError:
            writer.close()
            left.set()

    server = await asyncio.start_server(endless, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert await sent(f"http://127.0.0.1:{port}/") == Sent()
        await asyncio.wait_for(left.wait(), 10)
