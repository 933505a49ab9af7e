"""A notification in a browser, by Web Push (RFC 8030, 8291, 8292).

In: a subscription, and what to show. Out: an `Outcome`. The text is encrypted for the browser, and the
request signed with the server's key (VAPID), by pywebpush; it is sent by our own guarded `Post`, since the
address of a push service is given by a stranger like any other. The libraries are slow to import, so this
is done when the first push is sent.
"""

import asyncio
import json
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from server.notify.message import one_line
from server.notify.outcome import Later, Outcome, Refused
from server.notify.post import Post, outcome_of
from server.notify.targets import PushTarget

GONE: Final = frozenset({404, 410})
TTL_SECONDS: Final = 86_400
"""How long a push service keeps it for a browser that is away."""
VALID_SECONDS: Final = 12 * 3_600
"""Of a signature; services take at most a day."""
_LONGEST_BODY: Final = 500
_LONGEST_TITLE: Final = 150
"""Characters. A push service takes 4096 bytes, encrypted."""


def new_key() -> str:
    """A private key for signing, PEM. Browsers subscribe to its public half, so it is to be kept."""
    from py_vapid import Vapid02  # noqa: PLC0415 (slow)

    vapid = Vapid02()
    vapid.generate_keys()
    return str(vapid.private_pem().decode())


def public_key(pem: str) -> str:
    """What a page gives to `PushManager.subscribe` as `applicationServerKey`: base64url."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415 (slow)
    from py_vapid import Vapid02, b64urlencode  # noqa: PLC0415 (slow)

    point = Vapid02.from_pem(pem.encode()).public_key.public_bytes(
        Encoding.X962, PublicFormat.UncompressedPoint
    )
    return str(b64urlencode(point))


def payload(title: str, body: str, link: str | None, tag: str) -> bytes:
    """JSON for the page's service worker. Of two with one `tag` a browser shows one."""
    shown = {"title": one_line(title, _LONGEST_TITLE), "body": one_line(body, _LONGEST_BODY)}
    return json.dumps({**shown, "url": link, "tag": tag}, ensure_ascii=False).encode()


class Push:
    """Sends pushes through a `Post`. `contact` is a mailto: or https: address of the operator, `clock` gives
    Unix seconds."""

    def __init__(self, post: Post, key: str, contact: str, clock: Callable[[], float]) -> None:
        self._post = post
        self._key = key
        self._contact = contact
        self._clock = clock

    async def send(self, target: PushTarget, data: bytes, topic: str) -> Outcome:
        """One attempt. `topic`: up to 32 characters of base64url; a later push replaces one that still
        waits."""
        try:
            body, signature = await asyncio.to_thread(self._sealed, target, data)
        except ValueError:
            return Refused("The keys of the subscription are not valid.")
        headers = {
            **signature,
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(TTL_SECONDS),
            "Urgency": "normal",
            "Topic": topic,
        }
        answer = await self._post(target.endpoint, body, headers)
        if isinstance(answer, Later | Refused):
            return answer
        return outcome_of(answer, gone=GONE)

    def _sealed(self, target: PushTarget, data: bytes) -> tuple[bytes, dict[str, str]]:
        from py_vapid import Vapid02  # noqa: PLC0415 (slow)
        from pywebpush import WebPusher  # noqa: PLC0415 (slow)

        url = urlsplit(target.endpoint)
        claims = {
            "aud": f"{url.scheme}://{url.netloc}",
            "exp": int(self._clock()) + VALID_SECONDS,
            "sub": self._contact,
        }
        signature = Vapid02.from_pem(self._key.encode()).sign(claims)
        subscription = {"endpoint": target.endpoint, "keys": target.keys.model_dump()}
        return WebPusher(subscription).encode(data)["body"], signature
