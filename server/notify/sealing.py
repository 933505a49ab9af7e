"""Web Push's two uses of elliptic curves: a text only one browser can read (RFC 8291), and a signature (RFC
8292).

In: keys as bytes or PEM, and plain bytes. Out: the body of a request, and its `Authorization`. Pure
functions, but for the key and the salt that are made for each message where none are given.
"""

import base64
import hmac
import json
import secrets
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

RECORD: Final = 4096
"""Bytes of a record; a message is one record."""
LARGEST: Final = 3_900
"""Bytes of a message, so that with head, padding and tag it stays within one record."""
_CURVE: Final = ec.SECP256R1()


def new_key() -> str:
    """A private key for signing, PEM. Browsers subscribe to its public half, so it is to be kept."""
    key = ec.generate_private_key(_CURVE)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_key(pem: str) -> str:
    """What a page gives to `PushManager.subscribe` as `applicationServerKey`: base64url."""
    return unpadded(_point(_private(pem)))


def sealed(
    data: bytes,
    browser: bytes,
    auth: bytes,
    *,
    own: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """A body with `Content-Encoding: aes128gcm`. `browser` is the public point of a subscription (65
    bytes), `auth` its secret (16 bytes). Raises `ValueError` for what is no point, or over `LARGEST` bytes
    of data."""
    if len(data) > LARGEST:
        raise ValueError(f"a push holds at most {LARGEST} bytes")
    own = own or ec.generate_private_key(_CURVE)
    salt = salt or secrets.token_bytes(16)
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, browser))
    point = _point(own)
    # RFC 8291 §3.4, whose names these are.
    ikm = _mac(_mac(auth, shared), b"WebPush: info\x00" + browser + point + b"\x01")
    prk = _mac(salt, ikm)
    cek = _mac(prk, b"Content-Encoding: aes128gcm\x00\x01")[:16]
    nonce = _mac(prk, b"Content-Encoding: nonce\x00\x01")[:12]
    head = salt + RECORD.to_bytes(4, "big") + bytes([len(point)]) + point
    return head + AESGCM(cek).encrypt(nonce, data + b"\x02", None)


def authorization(pem: str, audience: str, expires: int, contact: str) -> str:
    """The header that names who sends. `audience`: the origin of the push service; `expires` in Unix
    seconds, at most a day ahead; `contact`: a mailto: or https: address of the operator."""
    key = _private(pem)
    head, claims = (
        unpadded(json.dumps(part, separators=(",", ":")).encode())
        for part in ({"typ": "JWT", "alg": "ES256"}, {"aud": audience, "exp": expires, "sub": contact})
    )
    r, s = decode_dss_signature(key.sign(f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256())))
    signature = unpadded(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={head}.{claims}.{signature}, k={unpadded(_point(key))}"


def unpadded(raw: bytes) -> str:
    """base64url without its `=`."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def padded(text: str) -> bytes:
    """The bytes of base64url without its `=`."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _mac(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sha256")


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _private(pem: str) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(pem.encode(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the key for signing is on no elliptic curve")
    return key
