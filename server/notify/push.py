"""A notification in a browser, by Web Push (RFC 8030).

In: a subscription, and what to show. Out: an `Outcome`. The text is encrypted for the browser, and the
request is signed with the server's key. It is sent by the guarded `Post`, since the address of a push
service is given by a stranger like any other.
"""

import json
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from server.notify.outcome import Later, Outcome, Refused
from server.notify.plain import one_line
from server.notify.post import Post, outcome_of
from server.notify.sealing import authorization, padded, sealed
from server.notify.targets import PushTarget

GONE: Final = frozenset({404, 410})
TTL_SECONDS: Final = 86_400
"""How long a push service keeps it for a browser that is away."""
VALID_SECONDS: Final = 12 * 3_600
"""Of a signature; services take at most a day."""
_LONGEST_BODY: Final = 500
_LONGEST_TITLE: Final = 150
"""Characters, so that it fits into a push in any alphabet."""


def payload(title: str, body: str, link: str | None, tag: str) -> bytes:
    """JSON for the page's service worker. Of two with one `tag` a browser shows one."""
    shown = {"title": one_line(title, _LONGEST_TITLE), "body": one_line(body, _LONGEST_BODY)}
    return json.dumps({**shown, "url": link, "tag": tag}, ensure_ascii=False).encode()


class Push:
    """Sends pushes through a `Post`. `key` is PEM, `contact` a mailto: or https: address of the operator, and
    `clock` gives Unix seconds."""

    def __init__(self, post: Post, key: str, contact: str, clock: Callable[[], float]) -> None:
        self._post = post
        self._key = key
        self._contact = contact
        self._clock = clock

    async def send(self, target: PushTarget, data: bytes, topic: str) -> Outcome:
        """One attempt. `topic`: up to 32 characters of base64url; a later push replaces one that still
        waits."""
        try:
            body = sealed(data, padded(target.keys.p256dh), padded(target.keys.auth))
        except ValueError:
            return Refused("The keys of the subscription are not valid.")
        url = urlsplit(target.endpoint)
        expires = int(self._clock()) + VALID_SECONDS
        headers = {
            "Authorization": authorization(self._key, f"{url.scheme}://{url.netloc}", expires, self._contact),
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
