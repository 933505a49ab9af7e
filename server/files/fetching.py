"""The bytes of a recording behind an address that a stranger gave.

In: a URL. Out: its bytes, piece by piece. How much is taken, and how long, the caller bounds.
"""

from collections.abc import AsyncIterator

import httpx

from server.guarded.addresses import AddressRefused, HostUnknown
from server.guarded.requests import Requests
from streaming.errors import Close, ProtocolError


class Fetching:
    """Fetches from public addresses; with `allow_private` from this machine and private networks too."""

    def __init__(self, *, allow_private: bool = False) -> None:
        self._requests = Requests(allow_private=allow_private)

    async def __call__(self, url: str) -> AsyncIterator[bytes]:
        """The bytes. Raises `ProtocolError` `remote_content_error` for whatever goes wrong on the way."""
        try:
            async with self._requests.answered("GET", url, {"Accept-Encoding": "identity"}) as response:
                if response.status_code != 200:
                    raise _failed(f"The server there answered {response.status_code}.")
                async for piece in response.aiter_raw(1 << 16):
                    yield piece
        except (AddressRefused, HostUnknown) as error:
            raise _failed(str(error)) from None
        except (httpx.HTTPError, OSError) as error:
            raise _failed(f"The connection failed ({type(error).__name__}).") from None


def _failed(sentence: str) -> ProtocolError:
    return ProtocolError(
        "remote_content_error", f"The recording was not fetched: {sentence}", Close.NOT_ALLOWED
    )
