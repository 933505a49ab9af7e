"""A push is readable for the browser that subscribed, and for nobody else; its signature names the server."""

import base64
import json
import time

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from server.notify.outcome import Gone, Refused, Sent
from server.notify.post import Post
from server.notify.push import Push, new_key, payload, public_key
from server.notify.targets import PushKeys, PushTarget
from tests.integration.notify.receiver import Receiver

AUTH = bytes(range(16))
BROWSER = ec.generate_private_key(ec.SECP256R1())
KEY = new_key()


def unpadded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def subscribed(endpoint: str, point: bytes | None = None) -> PushTarget:
    """A subscription; the check for https is for what comes from outside."""
    own = BROWSER.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    keys = PushKeys(p256dh=unpadded(point or own), auth=unpadded(AUTH))
    return PushTarget.model_construct(kind="push", endpoint=endpoint, keys=keys)


def push() -> Push:
    return Push(Post(allow_private=True), KEY, "mailto:steno@example.org", time.time)


async def test_the_browser_reads_what_was_sent_and_knows_who_sent_it() -> None:
    receiver = Receiver([(201, {})])
    data = payload("Отчёт", "Готов\nсейчас", "https://steno.example/meetings/m1", "dlv_1")
    async with receiver.served() as url:
        assert await push().send(subscribed(f"{url}/push/1"), data, "dlv_1") == Sent()
    ((headers, body),) = receiver.got
    read = http_ece.decrypt(body, private_key=BROWSER, auth_secret=AUTH, version="aes128gcm")
    assert json.loads(read) == {
        "title": "Отчёт",
        "body": "Готов сейчас",
        "url": "https://steno.example/meetings/m1",
        "tag": "dlv_1",
    }
    assert (headers["content-encoding"], headers["topic"], headers["ttl"]) == ("aes128gcm", "dlv_1", "86400")
    assert f"k={public_key(KEY)}" in headers["authorization"]
    assert Vapid02.verify(auth=headers["authorization"])


@pytest.mark.parametrize("status", [404, 410])
async def test_a_subscription_that_was_ended_is_gone(status: int) -> None:
    async with Receiver([(status, {})]).served() as url:
        assert isinstance(await push().send(subscribed(url), b"{}", "t"), Gone)


async def test_a_key_that_is_no_point_of_the_curve_is_refused() -> None:
    outcome = await push().send(subscribed("http://127.0.0.1:9/", b"\x04" + bytes(64)), b"{}", "t")
    assert outcome == Refused("The keys of the subscription are not valid.")


async def test_it_goes_to_no_private_address_unless_that_is_allowed() -> None:
    one = Push(Post(), KEY, "mailto:steno@example.org", time.time)
    assert isinstance(await one.send(subscribed("http://127.0.0.1:9/"), b"{}", "t"), Refused)


def test_what_is_sent_fits_into_a_push() -> None:
    assert len(payload("я" * 5000, "я" * 5000, "https://steno.example/meetings/m1", "t")) < 3000
