"""Where mail is handed in, and in whose name: read from settings. Pure functions.

In: a URL, and an address as people write it. Out: their parts, or `InvalidMailServer`, whose sentence shows
no value, since the URL holds a password.
"""

from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Final
from urllib.parse import unquote, urlsplit

from server.notify.plain import one_line

PORTS: Final = {"smtp": 587, "smtps": 465}


class InvalidMailServer(ValueError):
    """The address of the mail server, or the sender, cannot be used. The text says what it
    must be, without the value."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in. `tls` from the first byte; otherwise STARTTLS where it is offered, and always
    before a password is told."""

    host: str
    port: int
    tls: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def mail_server(url: str) -> MailServer:
    """From smtp://user:password@host:port or smtps://…. Raises `InvalidMailServer`."""
    try:
        parts = urlsplit(url)
        port = parts.port if parts.port and parts.scheme in PORTS else PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise InvalidMailServer("must begin with smtp:// or smtps://") from None
    if not parts.hostname or parts.path.strip("/") or parts.query:
        raise InvalidMailServer("must be smtp://user:password@host:port, and nothing more")
    user, password = (unquote(one) if one else None for one in (parts.username, parts.password))
    return MailServer(parts.hostname, port, parts.scheme == "smtps", user, password)


def sender(text: str) -> Address:
    """From `Steno <steno@example.org>` or the address alone. Raises `InvalidMailServer`."""
    name, address = parseaddr(one_line(text))
    try:
        found = Address(name, addr_spec=address)
    except Exception:  # The parser has errors of its own that are no ValueError.
        found = Address()
    if not (found.username and found.domain and address.isascii()):
        raise InvalidMailServer("must be an address such as steno@example.org")
    return found
