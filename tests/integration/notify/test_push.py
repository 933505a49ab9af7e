"""Pushes to a receiver on this machine that stands for a push service."""

import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.notify.outcome import Gone, Refused, Sent
from server.notify.post import Post
from server.notify.push import Push, payload
from server.notify.sealing import new_key, public_key, unpadded
from server.notify.targets import PushKeys, PushTarget
from tests.support.receiver import Receiver

AUTH = bytes(range(16))
BROWSER = ec.generate_private_key(ec.SECP256R1())
POINT = BROWSER.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
KEY = new_key()


def opened(body: bytes) -> bytes:
    """What the browser reads, by the key derivation of the library and not by ours."""
    salt, point, sealed = body[:16], body[21:86], body[86:]
    shared = BROWSER.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))
    ikm = HKDF(SHA256(), 32, AUTH, b"WebPush: info\x00" + POINT + point).derive(shared)
    key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\x00").derive(ikm)
    nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\x00").derive(ikm)
    return AESGCM(key).decrypt(nonce, sealed, None).removesuffix(b"\x02")


def subscribed(endpoint: str, point: bytes = POINT) -> PushTarget:
    """A subscription; the check for https is for what comes from outside."""
    keys = PushKeys(p256dh=unpadded(point), auth=unpadded(AUTH))
    return PushTarget.model_construct(kind="push", endpoint=endpoint, keys=keys)


def push() -> Push:
    return Push(Post(allow_private=True), KEY, "mailto:steno@example.org", time.time)


async def test_the_browser_reads_what_was_sent_and_knows_who_sent_it() -> None:
    receiver = Receiver([(201, {})])
    data = payload("Отчёт", "Готов\nсейчас", "https://steno.example/meetings/m1", "dlv_1")
    async with receiver.served() as url:
        assert await push().send(subscribed(f"{url}/push/1"), data, "dlv_1") == Sent()
    ((headers, body),) = receiver.got
    assert opened(body) == data
    assert "Готов сейчас".encode() in data
    assert (headers["content-encoding"], headers["topic"], headers["ttl"]) == ("aes128gcm", "dlv_1", "86400")
    assert headers["authorization"].endswith(f"k={public_key(KEY)}")


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
