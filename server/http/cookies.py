"""The cookie of a signed-in browser: where it is found in a call, and how a browser is given and rid of it.

No script can read it (`HttpOnly`), no other site's page makes the browser send it (`SameSite=Strict`). Over
https it is never sent in the clear and its name starts with `__Host-`, so that no other host can have set it.
"""

from datetime import timedelta
from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import Response

from server.access.place import Asked

NAME: Final = "steno"
SAFE_NAME: Final = "__Host-steno"
"""Over https."""
FIELD: Final = "x-steno-page"
"""What the pages send with calls that change something and have no body of JSON. Pages of other origins
cannot, unless the server let them, and it does not."""
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def cookie_of(connection: HTTPConnection) -> str | None:
    """The value of the cookie. Over https only the name that no other host can have set."""
    found = connection.cookies.get(SAFE_NAME)
    if found is None and connection.url.scheme not in {"https", "wss"}:
        found = connection.cookies.get(NAME)
    return found or None


def asked(connection: HTTPConnection) -> Asked:
    """How a call came."""
    headers = connection.headers
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return Asked(
        origin=headers.get("origin"),
        site=headers.get("sec-fetch-site"),
        socket=connection.scope["type"] == "websocket",
        changes=connection.scope.get("method", "GET") not in _SAFE_METHODS,
        marked=kind == "application/json" or FIELD in headers,
    )


def give(response: Response, connection: HTTPConnection, value: str, lasts: timedelta) -> None:
    """Let the browser keep the cookie for so long."""
    secure = _over_https(connection)
    response.set_cookie(
        SAFE_NAME if secure else NAME,
        value,
        max_age=int(lasts.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )


def take_back(response: Response) -> None:
    """Let the browser forget it."""
    response.delete_cookie(NAME, path="/", httponly=True, samesite="strict")
    response.delete_cookie(SAFE_NAME, path="/", secure=True, httponly=True, samesite="strict")


def _over_https(connection: HTTPConnection) -> bool:
    """Whether the page came over https, also where something before this server speaks it."""
    own = connection.url.scheme == "https"
    return own or connection.headers.get("origin", "").lower().startswith("https://")
