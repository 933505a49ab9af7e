"""Requests to addresses that strangers give, made to real servers."""

import socket
from typing import Any

import httpx
import pytest

from server.files.fetching import Fetching
from server.guarded.addresses import AddressRefused, HostUnknown
from server.guarded.requests import Requests, target
from server.notify.post import Answer, Post
from streaming.errors import ProtocolError
from tests.support.receiver import Receiver


@pytest.fixture
def two_addresses(monkeypatch: pytest.MonkeyPatch) -> str:
    """A name of two addresses: nobody listens at the first one."""
    real = socket.getaddrinfo

    def both(host: Any, *rest: Any, **options: Any) -> Any:
        if host == "two.example":
            return [*real("127.0.0.2", *rest, **options), *real("127.0.0.1", *rest, **options)]
        return real(host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", both)
    return "two.example"


async def test_the_next_address_of_a_name_is_tried(two_addresses: str) -> None:
    receiver = Receiver()
    async with receiver.served() as url:
        named = url.replace("127.0.0.1", two_addresses)
        async with Requests(allow_private=True).answered("GET", f"{named}/x?y=1") as response:
            assert response.status_code == 204
        assert await Post(allow_private=True)(named, b"{}", {}) == Answer(204)
        with pytest.raises(ProtocolError, match="answered 204"):
            await anext(aiter(Fetching(allow_private=True)(named)))
    assert [headers["host"] for headers, _ in receiver.got] == [named.removeprefix("http://")] * 3


async def test_that_no_address_answers_is_told() -> None:
    with pytest.raises(httpx.ConnectError):
        async with Requests(allow_private=True).answered("GET", "http://127.0.0.1:9/"):
            pass


@pytest.mark.parametrize(
    "url", ["ftp://example.org/", "file:///etc/passwd", "http:///x", "http://x/\x01", "nonsense", ""]
)
async def test_what_is_no_url_to_ask_for_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        async with Requests(allow_private=True).answered("GET", url):
            pass


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:10.0.0.1]", "2130706433", "0x7f.1"]
)
async def test_private_addresses_are_refused_however_they_are_written(host: str) -> None:
    with pytest.raises(AddressRefused):
        async with Requests().answered("GET", f"http://{host}:1/"):
            pass


async def test_a_target_names_its_port_and_the_schemes_that_may_be() -> None:
    to = await target("rtsp://127.0.0.1/a", {"rtsp": 554}, allow_private=True)
    assert (to.host, to.port, to.addresses) == ("127.0.0.1", 554, ("127.0.0.1",))
    with pytest.raises(AddressRefused, match="must begin with rtsps:// or rtsp:// and"):
        await target("http://127.0.0.1/", {"rtsp": 554, "rtsps": 322})
    with pytest.raises(HostUnknown):
        await target("rtsp://nothing.invalid/", {"rtsp": 554})
