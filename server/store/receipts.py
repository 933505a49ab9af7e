"""Receipts of deletions: what was removed, signed, so that whoever holds one can prove it without the server.

A receipt is a JSON Web Signature (RFC 7515, compact) by Ed25519 (RFC 8037); the public keys are given as a
JSON Web Key Set (RFC 7517), which any library for JOSE reads. It holds ids, counts and times, and no content.
Pure, but for the key that is made when there is none. To verify one without such a library:

    head, payload, signature = receipt.split(".")
    kid = json.loads(urlsafe_b64decode(head + "=="))["kid"]
    (x,) = (key["x"] for key in httpx.get(f"{steno}/v1/deletions/keys").json()["keys"] if key["kid"] == kid)
    key = Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(x + "=="))
    key.verify(urlsafe_b64decode(signature + "=="), f"{head}.{payload}".encode())
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from server.notify.sealing import padded, unpadded
from server.store.deletion_records import Deletion

TYPE: Final = "steno-deletion+jws"
"""In the head: nobody takes a receipt for a token that lets its bearer in."""


def new_key() -> str:
    """A private key, base64url."""
    return unpadded(Ed25519PrivateKey.generate().private_bytes_raw())


def public_key(private: str) -> dict[str, str]:
    """The public half as a JSON Web Key; `kid` is its thumbprint (RFC 7638)."""
    x = unpadded(_key(private).public_key().public_bytes_raw())
    named = {"crv": "Ed25519", "kty": "OKP", "x": x}
    kid = unpadded(hashlib.sha256(_json(named)).digest())
    return {**named, "kid": kid, "alg": "EdDSA", "use": "sig"}


def signed(private: str, claims: Mapping[str, Any]) -> str:
    """A receipt of these claims."""
    head = {"alg": "EdDSA", "kid": public_key(private)["kid"], "typ": TYPE}
    text = f"{unpadded(_json(head))}.{unpadded(_json(claims))}"
    return f"{text}.{unpadded(_key(private).sign(text.encode()))}"


def made(
    private: str,
    *,
    deletion_id: str,
    workspace: str,
    meeting_id: str,
    deleted_at: datetime,
    reason: str,
    removed: Mapping[str, int],
    sessions: tuple[str, ...],
) -> Deletion:
    """A deletion with its receipt."""
    claims = {
        "jti": deletion_id,
        "iat": int(deleted_at.timestamp()),
        "workspace": workspace,
        "meeting_id": meeting_id,
        "deleted_at": deleted_at.isoformat(),
        "reason": reason,
        "removed": dict(removed),
        "sessions": list(sessions),
    }
    return read(signed(private, claims))


def read(receipt: str) -> Deletion:
    """What a receipt of our own says."""
    claims = json.loads(padded(receipt.split(".")[1]))
    return Deletion(
        id=claims["jti"],
        workspace=claims["workspace"],
        meeting_id=claims["meeting_id"],
        deleted_at=datetime.fromisoformat(claims["deleted_at"]),
        reason=claims["reason"],
        removed=claims["removed"],
        sessions=tuple(claims["sessions"]),
        receipt=receipt,
    )


def _key(private: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(padded(private))


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()
