"""Who may call: the holder of the key, or, when no key is set, only pages and programs of this machine.

In: the headers of a call. Out: nothing, or `NotAllowed`. Without a key a hostile web page is the danger: its
requests carry its own `Origin`, and a name that it points at this machine (DNS rebinding) stands in `Host`;
both are refused. A key is never read from the address. Knows no user and no workspace.
"""

import hmac
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket

from streaming.errors import NotAllowed
from streaming.protocols.native import SUBPROTOCOL

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_BEARER = "bearer."


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a call shows of itself; absent headers are None."""

    host: str | None
    origin: str | None
    authorization: str | None
    subprotocols: tuple[str, ...] = ()


def decide(api_key: str | None, shown: Credentials) -> NotAllowed | None:
    """Why the call is refused, or None when it is welcome."""
    return _by_key(api_key, shown) if api_key is not None else _by_place(shown)


def _by_key(api_key: str, shown: Credentials) -> NotAllowed | None:
    offered = _key(shown)
    if offered is None:
        return NotAllowed("key_missing", "Show the API key in the header `Authorization: Bearer <key>`.")
    # Bytes, because compare_digest takes no text beyond ASCII; constant time, so that nobody can guess on.
    if not hmac.compare_digest(offered.encode(), api_key.encode()):
        return NotAllowed("key_not_known", "The API key is not known to this server.")
    return None


def _key(shown: Credentials) -> str | None:
    scheme, _, value = (shown.authorization or "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    for name in shown.subprotocols:
        if name.startswith(_BEARER) and len(name) > len(_BEARER):
            return name.removeprefix(_BEARER)
    return None


def _by_place(shown: Credentials) -> NotAllowed | None:
    here = _authority(f"//{shown.host or ''}")
    if here is None or here[0] not in LOOPBACK:
        return NotAllowed(
            "host_not_allowed",
            "Without an API key only this machine is served: call localhost, or set STENO_API_KEY.",
            status=403,
        )
    if shown.origin is None:
        return None
    there = _authority(shown.origin)
    default = 443 if shown.origin.lower().startswith("https:") else 80
    if there is None or (there[0], there[1] or default) != (here[0], here[1] or default):
        return NotAllowed(
            "origin_not_allowed",
            "Without an API key pages of other origins are refused: set STENO_API_KEY and send it.",
            status=403,
        )
    return None


def _authority(address: str) -> tuple[str, int | None] | None:
    """Host in lower case and port of an address; None when it has none or is malformed."""
    try:
        parts = urlsplit(address)
        name, port = parts.hostname, parts.port
    except ValueError:
        return None
    return (name, port) if name and "@" not in parts.netloc else None


class Guard:
    """The edge of `decide` for HTTP calls and WebSocket handshakes alike."""

    def __init__(self, api_key: str | None) -> None:
        self._api_key = api_key

    def check(self, connection: HTTPConnection, offered: str | None = None) -> None:
        """Raises `NotAllowed`; call it before anything is read from or sent to the peer.

        `offered` is a credential that the call shows in another way than the ones that are read here.
        """
        headers = connection.headers
        refusal = decide(
            self._api_key,
            Credentials(
                host=headers.get("host"),
                origin=headers.get("origin"),
                authorization=headers.get("authorization") if offered is None else f"Bearer {offered}",
                subprotocols=offered_subprotocols(connection),
            ),
        )
        if refusal is not None:
            raise refusal

    async def accept(self, websocket: WebSocket) -> None:
        """Check, then complete the handshake; of the offered subprotocols only `steno.v1` is answered.

        Raises `NotAllowed` before the handshake: the error handler answers it with the same HTTP status.
        """
        self.check(websocket)
        known = SUBPROTOCOL in offered_subprotocols(websocket)
        await websocket.accept(subprotocol=SUBPROTOCOL if known else None)


def offered_subprotocols(connection: HTTPConnection) -> tuple[str, ...]:
    """The subprotocols of a WebSocket handshake; none for an HTTP call."""
    if connection.scope["type"] != "websocket":
        return ()
    return tuple(connection.scope.get("subprotocols", ()))
