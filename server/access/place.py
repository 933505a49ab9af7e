"""From where a call may come: pure decisions over its `Host` and `Origin`.

Where no key is asked for, a hostile web page is the danger: its requests carry its own `Origin`, and a name
that it points at this machine (DNS rebinding) stands in `Host`; both are refused. A token may be for pages of
certain origins only. A cookie is sent by the browser whoever asks, so it counts for the pages of this server
alone.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from streaming.errors import NotAllowed

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def by_place(host: str | None, origin: str | None) -> NotAllowed | None:
    """Why a call without a key is refused; None for programs and pages of this machine."""
    here = _authority(f"//{host or ''}")
    if here is None or here[0] not in LOOPBACK:
        return NotAllowed(
            "host_not_allowed",
            "Without an API key only this machine is served: call localhost, or set STENO_API_KEY.",
            status=403,
        )
    if origin is None:
        return None
    there = _authority(origin)
    default = _default_port(origin)
    if there is None or (there[0], there[1] or default) != (here[0], here[1] or default):
        return NotAllowed(
            "origin_not_allowed",
            "Without an API key pages of other origins are refused: set STENO_API_KEY and send it.",
            status=403,
        )
    return None


def by_origin(
    allowed: Collection[str], host: str | None, origin: str | None, *, same_site: bool
) -> NotAllowed | None:
    """Why a token for pages of these origins is refused; none allowed: for all.

    A browser leaves `Origin` out of a page's calls to its own server, and says so (`same_site`, of the field
    `Sec-Fetch-Site`): such a page's origin is the server's own.
    """
    if not allowed:
        return None
    if origin is None and same_site:
        own = _authority(f"//{host or ''}")
        if own is not None and any(_full(one) == (own[0], own[1] or _default_port(one)) for one in allowed):
            return None
    elif origin is not None and normal_origin(origin) in allowed:
        return None
    return NotAllowed("origin_not_allowed", "The token is for pages of other origins.", status=403)


@dataclass(frozen=True, slots=True)
class Asked:
    """How a call came that has a cookie. `site` is the field `Sec-Fetch-Site`, which no page can forge; it
    `changes` something unless its method is safe (RFC 9110 §9.2.1); `marked` says that it carries what a form
    of another page cannot send: a body of JSON, or the pages' own field."""

    origin: str | None = None
    site: str | None = None
    socket: bool = False
    changes: bool = False
    marked: bool = False


def by_page(asked: Asked, host: str | None, home: str | None) -> NotAllowed | None:
    """Why a call with a cookie is refused; None for what the pages of this server ask, and for what a person
    opens by its address. `home` is the address under which people reach the server, if it is known.

    The cookie is `SameSite=Strict` as well; that keeps away other sites, but not other ports of this host.
    """
    own = asked.origin is not None and _is_own(asked.origin, host, home)
    if asked.socket:
        # Not every browser says the site of a handshake; all of them name the origin.
        return None if own else _of_another_page()
    if asked.site is not None:
        theirs = asked.site != "same-origin" and (asked.changes or asked.site != "none")
    else:
        theirs = not own and (asked.changes or asked.origin is not None)
    if theirs or (asked.changes and not asked.marked):
        return _of_another_page()
    return None


def _is_own(origin: str, host: str | None, home: str | None) -> bool:
    here, there = _authority(f"//{host or ''}"), _full(origin)
    if here is not None and there == (here[0], here[1] or _default_port(origin)):
        return True
    return home is not None and there is not None and there == _full(home)


def _of_another_page() -> NotAllowed:
    return NotAllowed(
        "origin_not_allowed",
        "A sign-in counts for the pages of this server only; others send a key or a token.",
        status=403,
    )


def normal_origin(origin: str) -> str | None:
    """`scheme://host` or `scheme://host:port`, in lower case and without a default port; None for anything
    that is no origin of a page."""
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return None
    rest = (parts.path, parts.query, parts.fragment, parts.username)
    if parts.scheme not in {"http", "https"} or not parts.hostname or any(rest) or not origin.isascii():
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    plain = f"{parts.scheme}://{host}"
    return plain if port in {None, _default_port(plain)} else f"{plain}:{port}"


def _full(origin: str) -> tuple[str, int] | None:
    there = _authority(origin)
    return None if there is None else (there[0], there[1] or _default_port(origin))


def _default_port(origin: str) -> int:
    return 443 if origin.lower().startswith("https:") else 80


def _authority(address: str) -> tuple[str, int | None] | None:
    """Host in lower case and port of an address; None when it has none or is malformed."""
    try:
        parts = urlsplit(address)
        name, port = parts.hostname, parts.port
    except ValueError:
        return None
    return (name, port) if name and "@" not in parts.netloc else None
