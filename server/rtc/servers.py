"""The STUN and TURN servers that peers are told of (RFC 7064, RFC 7065), as one setting. Pure.

In: `stun:host:port turn:host:port?transport=udp&secret=…`, apart by spaces. Out: the values of WHIP's `Link`
headers (RFC 9725, section 4.6). Credentials of a TURN server are made for each peer from the secret that is
shared with it (coturn: `use-auth-secret`), and expire: nobody is given the secret.
"""

import base64
import hmac
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

LONGEST_SECONDS: Final = 6 * 3600
"""How long a credential opens new relays; one that is open stays."""
_SERVER: Final = re.compile(
    r"(?P<scheme>stuns?|turns?):(?P<host>[A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\])(?::(?P<port>\d{1,5}))?"
)


@dataclass(frozen=True, slots=True)
class IceServer:
    """`url` as a browser takes it; `secret` is what a TURN server shares with this one."""

    url: str
    secret: str | None = None

    def link(self, now: float, name: str) -> str:
        """The value of a `Link` header for a peer of this name at the Unix time `now`."""
        value = f'<{self.url}>; rel="ice-server"'
        if self.secret is None:
            return value
        username = f"{int(now) + LONGEST_SECONDS}:{name}"
        return (
            f'{value}; username="{username}"; credential="{_credential(self.secret, username)}"; '
            'credential-type="password"'
        )


def ice_servers(given: str) -> tuple[IceServer, ...]:
    """The servers of a setting. Raises `ValueError` for what names none; the secret is not in its words."""
    return tuple(_server(one) for one in given.split())


def _server(given: str) -> IceServer:
    address, _, query = given.partition("?")
    found = _SERVER.fullmatch(address)
    if found is None or not 0 < int(found["port"] or 1) < 1 << 16:
        raise ValueError(f"must be like stun:host:3478 or turn:host:3478?secret=…, not {address[:100]!r}")
    asked = dict(parse_qsl(query, keep_blank_values=True))
    secret, transport = asked.pop("secret", None), asked.pop("transport", None)
    if asked:
        raise ValueError(f"must not ask for {min(asked)[:40]!r} in {address!r}")
    relays = found["scheme"].startswith("turn")
    if relays != bool(secret):
        raise ValueError(
            f"must have the secret that {address!r} shares with this server, as ?secret=…"
            if relays
            else f"must have no secret in {address!r}: STUN has none"
        )
    if transport is not None and (not relays or transport not in {"udp", "tcp"}):
        raise ValueError(f"must be reached by transport=udp or transport=tcp in {address!r}")
    return IceServer(f"{address}?transport={transport}" if transport else address, secret)


def _credential(secret: str, username: str) -> str:
    """As coturn computes it (draft-uberti-behave-turn-rest)."""
    return base64.b64encode(hmac.digest(secret.encode(), username.encode(), "sha1")).decode()
