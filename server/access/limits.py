"""Requests a minute: counted in this process, refused beyond a key's limit, told in every answer. Pure.

The answers carry `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10), from which a
client knows how many requests are left and for how long, before it is refused.
"""

import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from streaming.errors import QuotaReached

WINDOW_SECONDS: Final = 60.0
MOST: Final = 10_000
"""Keys counted at once; the one whose window began first goes first."""


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a limit: `remaining` requests for another `reset` seconds."""

    limit: int
    remaining: int
    reset: float

    @property
    def headers(self) -> dict[str, str]:
        """The two fields; their values are lists of structured items (RFC 9651)."""
        return {
            "RateLimit-Policy": f'"requests";q={self.limit};w={WINDOW_SECONDS:.0f}',
            "RateLimit": f'"requests";r={self.remaining};t={math.ceil(self.reset)}',
        }


class Requests:
    """Counts by key, in windows of a minute that begin with a key's first request."""

    def __init__(self) -> None:
        # bounded: by MOST.
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def give_back(self, key: str) -> None:
        """The last request counts for nothing."""
        began, count = self._windows.get(key, (0.0, 0))
        if count:
            self._windows[key] = began, count - 1

    def take(self, key: str, limit: int, now: float) -> tuple[Left, bool]:
        """Count a request at `now` (seconds that never go back): what is left, and whether it may be."""
        began, count = self._windows.get(key, (now, 0))
        if now - began >= WINDOW_SECONDS:
            began, count = now, 0
        allowed = count < limit
        self._windows[key] = began, count + allowed
        if not count:
            self._windows.move_to_end(key)
        while len(self._windows) > MOST:
            self._windows.popitem(last=False)
        left = max(0, limit - count - 1)
        return Left(limit, left, began + WINDOW_SECONDS - now), allowed


def too_many_requests(left: Left) -> QuotaReached:
    """The error for a request beyond the limit."""
    message = f"The key may make {left.limit} requests a minute, and has made them."
    return QuotaReached("too_many_requests", message, left.reset)


def too_many_sign_ins(left: Left) -> QuotaReached:
    """The error for who has shown wrong keys too often."""
    message = f"{left.limit} keys that were wrong came from this address within a minute; wait a little."
    return QuotaReached("too_many_sign_ins", message, left.reset)
