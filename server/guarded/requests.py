"""One HTTP request to an address that a stranger gave: checked, and never followed elsewhere by itself.

In: method, URL, body, headers. Out: the answer's head, its body still to be read. The connection is made to
an address that was checked, the next one of the name where one cannot be reached; `Host` and the name in the
certificate stay those of the URL. How much is taken of the body, and how long, the caller bounds.
"""

import ssl
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import httpx

from server.guarded.addresses import AddressRefused, checked_addresses

SECONDS: Final = 15.0
"""For each step: sending, the answer, and the next piece of it."""
CONNECT_SECONDS: Final = 5.0
"""For one address; the next one of the name is tried then."""
PORTS: Final = {"http": 80, "https": 443}
USER_AGENT: Final = "Steno"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL leads: each of `addresses` was checked, and may be connected to instead of `host`."""

    url: httpx.URL
    host: str
    port: int
    addresses: tuple[str, ...]


async def target(url: str, ports: Mapping[str, int], *, allow_private: bool = False) -> Target:
    """Where a URL with one of the schemes of `ports` leads. Raises `AddressRefused`, `HostUnknown`."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        raise AddressRefused("The URL cannot be read.") from None
    if parsed.scheme not in ports or not parsed.host:
        raise AddressRefused(f"The URL must begin with {_either(ports)} and name a host.")
    host, port = parsed.raw_host.decode("ascii"), parsed.port or ports[parsed.scheme]
    addresses = await checked_addresses(host, port, allow_private=allow_private)
    return Target(parsed, host, port, tuple(addresses))


def _either(schemes: Collection[str]) -> str:
    *others, last = (f"{scheme}://" for scheme in sorted(schemes, reverse=True))
    return f"{', '.join(others)} or {last}" if others else last


class Requests:
    """Requests to public addresses; with `allow_private` to this machine and private networks too."""

    def __init__(
        self, *, allow_private: bool = False, seconds: float = SECONDS, tls: ssl.SSLContext | None = None
    ) -> None:
        self.allow_private = allow_private
        self._timeout = httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS))
        self._tls = tls or ssl.create_default_context()

    @asynccontextmanager
    async def answered(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> AsyncIterator[httpx.Response]:
        """The answer, of which nothing but the head was read. Raises `AddressRefused`, `HostUnknown`,
        `httpx.TransportError`, `OSError`."""
        to = await target(url, PORTS, allow_private=self.allow_private)
        # Neither proxies nor ~/.netrc of the environment: those connect elsewhere, this tells secrets.
        async with httpx.AsyncClient(verify=self._tls, trust_env=False, timeout=self._timeout) as client:
            response = await self._first(client, to, method, headers or {}, body)
            try:
                yield response
            finally:
                await response.aclose()

    async def _first(
        self,
        client: httpx.AsyncClient,
        to: Target,
        method: str,
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> httpx.Response:
        """The answer of the first address that can be connected to."""
        failed: httpx.TransportError = httpx.ConnectError("no address was tried")
        for address in to.addresses:
            request = client.build_request(
                method,
                to.url.copy_with(host=address),
                content=body,
                headers={"User-Agent": USER_AGENT, **headers, "Host": to.url.netloc.decode()},
                extensions={"sni_hostname": to.host},
            )
            try:
                return await client.send(request, stream=True, follow_redirects=False)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failed = error
        raise failed
