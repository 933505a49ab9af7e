"""Reads a feed in a process of its own, which is stopped when its time is over.

In: the bytes of a feed and a window of time. Out: its meetings, or a `FeedError` that says in one sentence
why there are none. A few are read at once; who comes later waits.
"""

import asyncio
import json
from datetime import datetime
from typing import Any, Final

from server.calendars.occurrence import Feed, Occurrence
from server.child import answer

SECONDS: Final = 30.0
AT_ONCE: Final = 1
_CHILD: Final = "server.calendars.child"


class FeedError(Exception):
    """A feed gave nothing: a stable code, one sentence for whoever gave the address, and how many seconds its
    server asked us to wait. The sentence never holds the address."""

    def __init__(self, code: str, sentence: str, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.retry_after = retry_after


class Reading:
    """Reads feeds, `AT_ONCE` at a time."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._places = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, raw: bytes, since: datetime, until: datetime) -> Feed:
        """The meetings between two aware times. Raises `FeedError`: `feed_unreadable`, `feed_too_complex`."""
        head = json.dumps({"since": since.isoformat(), "until": until.isoformat()}).encode()
        async with self._places:
            said = await answer(_CHILD, head + b"\n" + raw, self._seconds)
        try:
            told = json.loads(said)
        except ValueError:
            raise FeedError(
                "feed_too_complex", "The calendar could not be read in time: its repetitions are too many."
            ) from None
        if told.get("unreadable"):
            raise FeedError(
                "feed_unreadable", "What the address gave is no whole calendar in the iCalendar format."
            )
        return Feed(tuple(_occurrence(one) for one in told["occurrences"]), told["skipped"])


def _occurrence(told: dict[str, Any]) -> Occurrence:
    times = {name: datetime.fromisoformat(told[name]) for name in ("starts_at", "ends_at")}
    return Occurrence(**(told | times))
