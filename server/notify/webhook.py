"""A signed webhook, as Standard Webhooks 1.0 has it.

In: URL, secret, the delivery's id and what happened. Out: an `Outcome`. The id stays the same over all
attempts, the timestamp is the attempt's; the signature is over exactly the bytes that are sent.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from server.notify.outcome import Later, Outcome, Refused
from server.notify.post import Post, outcome_of

LARGEST: Final = 20_000
"""Bytes of a body. Receivers refuse larger ones."""
GONE: Final = frozenset({410})


def body_of(event: str, happened: datetime, data: Mapping[str, Any]) -> bytes:
    """The body, UTF-8. `happened` is the time of the event. Raises `ValueError` over `LARGEST` bytes."""
    value = {"type": event, "timestamp": happened.isoformat(), "data": dict(data)}
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    if len(body) > LARGEST:
        raise ValueError(f"a webhook's body has {len(body)} bytes, which is over {LARGEST}")
    return body


def signed(secret: str, message_id: str, at: int, body: bytes, *others: str) -> dict[str, str]:
    """The headers. `secret` is `whsec_` and base64; `at` in Unix seconds. With `others`, each of which a
    receiver may have in its place, there is a signature by each."""
    plain = f"{message_id}.{at}.".encode() + body
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(_signature(one, plain) for one in (secret, *others)),
    }


def _signature(secret: str, plain: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return f"v1,{base64.b64encode(hmac.digest(key, plain, hashlib.sha256)).decode()}"


class Webhook:
    """Sends webhooks through a `Post`. `clock` gives Unix seconds."""

    def __init__(self, post: Post, clock: Callable[[], float]) -> None:
        self._post = post
        self._clock = clock

    async def send(self, url: str, secret: str, message_id: str, body: bytes, *others: str) -> Outcome:
        """One attempt, signed as `signed` does."""
        headers = signed(secret, message_id, int(self._clock()), body, *others)
        answer = await self._post(url, body, headers)
        if isinstance(answer, Later | Refused):
            return answer
        return outcome_of(answer, gone=GONE)
