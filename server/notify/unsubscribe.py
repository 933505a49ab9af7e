"""The token of an unsubscribe link. Pure functions over a key.

In: workspace, mail address and the server's key. Out: a token for a URL, which nobody else can make, and the
pair that a token stands for. The token holds the address, so that it works for ever and nothing is stored for
it; its reader is the person to whom the mail went.
"""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Final

KEY_BYTES: Final = 32
_LONGEST: Final = 1_000
_SIGNATURE: Final = hashlib.sha256().digest_size
_PURPOSE: Final = b"steno unsubscribe 1\n"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One address of the notifications of one workspace."""

    workspace: str
    address: str


def token(subscriber: Subscriber, key: bytes) -> str:
    """Characters A-Z a-z 0-9 - _ only."""
    text = json.dumps([subscriber.workspace, subscriber.address], ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(_signature(text, key) + text).rstrip(b"=").decode()


def read(given: str, key: bytes) -> Subscriber | None:
    """Whom the token stands for; None if it was not made with this key."""
    if len(given) > _LONGEST or not given.isascii():
        return None
    try:
        raw = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
    except (binascii.Error, ValueError):
        return None
    signature, text = raw[:_SIGNATURE], raw[_SIGNATURE:]
    if not hmac.compare_digest(signature, _signature(text, key)):
        return None
    workspace, address = json.loads(text)
    return Subscriber(workspace, address)


def _signature(text: bytes, key: bytes) -> bytes:
    return hmac.digest(key, _PURPOSE + text, "sha256")
