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


def signed(secret: str, message_id: str, at: int, body: bytes) -> dict[str, str]:
    """The headers. `secret` is `whsec_` and base64; `at` in Unix seconds."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{message_id}.{at}.".encode() + body, hashlib.sha256)
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


class Webhook:
    """Sends webhooks through a `Post`. `clock` gives Unix seconds."""

    def __init__(self, post: Post, clock: Callable[[], float]) -> None:
        self._post = post
        self._clock = clock

    async def send(self, url: str, secret: str, message_id: str, body: bytes) -> Outcome:
        """One attempt."""
        headers = signed(secret, message_id, int(self._clock()), body)
        answer = await self._post(url, body, headers)
        if isinstance(answer, Later | Refused):
            return answer
        return outcome_of(answer, gone=GONE)
