"""One POST to an address that a stranger gave, bounded in time.

In: URL, body, headers. Out: the status and what the receiver asks us to wait for, or an outcome where there
was no answer. The answer is its head: of the body, which may never end, nothing is read.
"""

import asyncio
import email.utils
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import httpx

from server.guarded.addresses import AddressRefused, HostUnknown
from server.guarded.requests import Requests
from server.notify.outcome import PASSING, Gone, Later, Outcome, Refused, Sent

SECONDS: Final = 15.0
"""For all of it: name, connection, sending and the head of the answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an answer. `retry_after` in seconds."""

    status: int
    retry_after: float | None = None


class Post:
    """Sends to public addresses; with `allow_private` to this machine and private networks too."""

    def __init__(
        self,
        *,
        allow_private: bool = False,
        seconds: float = SECONDS,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._seconds = seconds
        self._requests = Requests(allow_private=allow_private, seconds=seconds, tls=tls)

    async def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer | Later | Refused:
        """Post the bytes as they are. Raises nothing for what the other side does."""
        try:
            async with asyncio.timeout(self._seconds):
                async with self._requests.answered("POST", url, headers, body) as response:
                    wait = wish(response.headers.get("retry-after", ""), datetime.now(UTC))
                    return Answer(response.status_code, wait)
        except TimeoutError:
            return Later(f"The receiver did not answer within {self._seconds:g} seconds.")
        except AddressRefused as error:
            return Refused(str(error))
        except HostUnknown as error:
            return Later(str(error))
        except (httpx.TransportError, OSError) as error:
            return Later(f"The connection to the receiver failed ({type(error).__name__}).")


def wish(header: str, now: datetime) -> float | None:
    """The seconds that a `Retry-After` header asks for, as a number or as a date (RFC 9110 §10.2.3)."""
    if header.isascii() and header.isdigit() and len(header) < 10:
        return float(header)
    try:
        then = email.utils.parsedate_to_datetime(header)
        return max(0.0, (then - now).total_seconds())
    except (ValueError, TypeError):
        return None


def outcome_of(answer: Answer, *, gone: frozenset[int]) -> Outcome:
    """What an answer means to one who delivers. `gone`: the statuses that end a target."""
    status = answer.status
    if 200 <= status < 300:
        return Sent()
    if status in gone:
        return Gone(f"The receiver answered {status}: it wants no more messages.")
    if status >= 500 or status in PASSING:
        return Later(f"The receiver answered {status}.", answer.retry_after)
    if 300 <= status < 400:
        return Refused(f"The receiver answered {status}, and redirects are not followed.")
    return Refused(f"The receiver answered {status}.")
