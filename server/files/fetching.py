"""The bytes behind an address that a stranger gave: guarded as webhooks are, and never followed elsewhere.

In: a URL. Out: its bytes, piece by piece. The connection is made to an address that was checked; `Host` and
the name in the certificate stay those of the URL. How much is taken, and how long, the caller bounds.
"""

from collections.abc import AsyncIterator
from typing import Final

import httpx

from server.notify.addresses import AddressRefused, HostUnknown, checked_addresses
from streaming.errors import Close, ProtocolError

SECONDS: Final = 15.0
"""To connect, and between two pieces."""


class Fetching:
    """Fetches from public addresses; with `allow_private` from this machine and private networks too."""

    def __init__(self, *, allow_private: bool = False) -> None:
        self._allow_private = allow_private

    async def __call__(self, url: str) -> AsyncIterator[bytes]:
        """The bytes. Raises `ProtocolError` `remote_content_error` for whatever goes wrong on the way."""
        try:
            async for piece in self._fetch(httpx.URL(url)):
                yield piece
        except (AddressRefused, HostUnknown) as error:
            raise _failed(str(error)) from None
        except httpx.InvalidURL:
            raise _failed("The URL cannot be read.") from None
        except (httpx.HTTPError, OSError) as error:
            raise _failed(f"The connection failed ({type(error).__name__}).") from None

    async def _fetch(self, url: httpx.URL) -> AsyncIterator[bytes]:
        if url.scheme not in {"http", "https"} or not url.host:
            raise _failed("The URL must begin with https:// or http:// and name a host.")
        port = url.port or (443 if url.scheme == "https" else 80)
        host = url.raw_host.decode("ascii")
        addresses = await checked_addresses(host, port, allow_private=self._allow_private)
        # Neither proxies nor ~/.netrc of the environment: those connect elsewhere, this tells secrets.
        async with httpx.AsyncClient(trust_env=False, timeout=SECONDS) as client:
            request = client.build_request(
                "GET",
                url.copy_with(host=addresses[0]),
                headers={"User-Agent": "Steno", "Host": url.netloc.decode(), "Accept-Encoding": "identity"},
                extensions={"sni_hostname": host},
            )
            response = await client.send(request, stream=True, follow_redirects=False)
            try:
                if response.status_code != 200:
                    raise _failed(f"The server there answered {response.status_code}.")
                async for piece in response.aiter_raw(1 << 16):
                    yield piece
            finally:
                await response.aclose()


def _failed(sentence: str) -> ProtocolError:
    return ProtocolError(
        "remote_content_error", f"The recording was not fetched: {sentence}", Close.NOT_ALLOWED
    )
