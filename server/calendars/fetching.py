"""Fetches a feed from an address that a stranger gave, if it has changed since it was fetched last.

In: the address and what the server said of the version that was read last. Out: the bytes of a newer version
with what the server says of it, or that there is none. Each address on the way is checked as for webhooks,
also where a redirect leads. The address is a secret: it is in no error and in no log.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urljoin

import httpx

from server.calendars.reading import FeedError
from server.guarded.addresses import AddressRefused, HostUnknown
from server.guarded.requests import Requests
from server.notify.post import wish

LARGEST: Final = 20 << 20
"""Bytes of a feed: twenty years of a busy person have about half of it."""
SECONDS: Final = 60.0
"""For all of it."""
MOST_REDIRECTS: Final = 3
LONGEST_MARK: Final = 500
ACCEPT: Final = "text/calendar, text/plain;q=0.5, */*;q=0.1"
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Marks:
    """What a server says of a version of a feed (RFC 9110 §8.8), to be shown to it the next time."""

    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        """Of a request that wants only another version."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True, slots=True)
class Fetched:
    """`raw` is None where there is no other version."""

    raw: bytes | None
    marks: Marks


class FeedFetching:
    """Fetches from where `requests` may go."""

    def __init__(self, requests: Requests, *, seconds: float = SECONDS) -> None:
        self._requests = requests
        self._seconds = seconds

    async def __call__(self, url: str, marks: Marks) -> Fetched:
        """Raises `FeedError` for whatever goes wrong on the way."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._follow(url, marks)
        except TimeoutError:
            raise FeedError(
                "feed_too_slow", f"The calendar did not come within {self._seconds:g} seconds."
            ) from None
        except AddressRefused as error:
            raise FeedError("feed_refused", str(error)) from None
        except HostUnknown as error:
            raise FeedError("feed_unreachable", str(error)) from None
        except (httpx.HTTPError, OSError) as error:
            raise FeedError(
                "feed_unreachable", f"The connection to the calendar failed ({type(error).__name__})."
            ) from None

    async def _follow(self, url: str, marks: Marks) -> Fetched:
        headers = {"Accept": ACCEPT, "Accept-Encoding": "identity", **marks.headers()}
        for _ in range(MOST_REDIRECTS + 1):
            async with self._requests.answered("GET", url, headers) as answer:
                if answer.status_code == 304 and marks.headers():
                    return Fetched(None, marks)
                if answer.status_code == 200:
                    return Fetched(await _body(answer), _marks(answer.headers))
                if answer.status_code not in _REDIRECTS:
                    raise _refused(answer)
                url = _next(url, answer.headers.get("location", ""))
        raise FeedError("feed_unreachable", "The calendar's address leads on and on to others.")


async def _body(answer: httpx.Response) -> bytes:
    taken = bytearray()
    async for piece in answer.aiter_raw(1 << 16):
        taken += piece
        if len(taken) > LARGEST:
            raise FeedError("feed_too_big", f"The calendar has more than {LARGEST >> 20} MiB.")
    return bytes(taken)


def _marks(headers: Mapping[str, str]) -> Marks:
    given = (headers.get("etag"), headers.get("last-modified"))
    etag, modified = (one if one and one.isascii() and len(one) <= LONGEST_MARK else None for one in given)
    return Marks(etag, modified)


def _next(url: str, location: str) -> str:
    """Where a redirect leads; what is a secret under https goes over no other."""
    try:
        to = urljoin(url, location)
    except ValueError:
        to = ""
    if not location or (url.startswith("https:") and not to.startswith("https:")):
        raise FeedError("feed_unreachable", "The calendar's address leads to where no calendar is fetched.")
    return to


def _refused(answer: httpx.Response) -> FeedError:
    status = answer.status_code
    after = wish(answer.headers.get("retry-after", ""), datetime.now(UTC))
    if status in {401, 403}:
        return FeedError("feed_forbidden", f"The calendar's server answered {status}: is it still shared?")
    if status in {404, 410}:
        return FeedError(
            "feed_not_found", f"The calendar's server answered {status}: its address may have changed."
        )
    return FeedError("feed_unreachable", f"The calendar's server answered {status}.", after)
