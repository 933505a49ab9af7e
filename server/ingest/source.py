"""What may be heard: an address to fetch a stream from, or a kind of stream to listen for. Pure but for the
look-up of the name.

In: what a caller asks. Out: a `Source`, or an error that says what is wrong with it. An address may hold a
password; `shown` is what may be told of it.
"""

import secrets
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from server.guarded.addresses import AddressRefused, HostUnknown
from server.guarded.requests import PORTS as HTTP_PORTS
from server.guarded.requests import target
from server.store.ingest_records import Listen
from streaming.errors import Close, ProtocolError

RTSP_PORTS: Final = {"rtsp": 554, "rtsps": 322}
PORTS: Final = {**HTTP_PORTS, **RTSP_PORTS}
LONGEST_URL: Final = 2_000
PATHS: Final[dict[Listen, str]] = {"rtmp": "live/", "rtsp": "", "http": ""}


@dataclass(frozen=True, slots=True)
class Source:
    """One of the two is given."""

    url: str | None = None
    listen: Listen | None = None


async def check(url: str, *, allow_private: bool) -> None:
    """Refuse an address that leads to where nothing may go. Raises `ProtocolError` `address_refused`. A name
    without an address just now passes."""
    try:
        await target(url, PORTS, allow_private=allow_private)
    except AddressRefused as error:
        raise ProtocolError("address_refused", str(error), Close.NOT_ALLOWED) from None
    except HostUnknown:
        return


def new_secret() -> str:
    """What a sender must show: 144 random bits, which are good in any address."""
    return secrets.token_urlsafe(18)


def shown(url: str) -> str:
    """The address without password and query, in which keys may stand."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}{parts.path}"


def address(listen: Listen, host: str, port: int, secret: str) -> str:
    """Where to send a stream that is listened for."""
    name = f"[{host}]" if ":" in host else host
    return f"{listen}://{name}:{port}/{PATHS[listen]}{secret}"
