"""What browsers show, and what it is made of: the pages, and the files that pages of any origin may load.

In: nothing of a meeting; the pages read that by the calls, with the reader's own key or token. Out: routes.
Only the page with nothing but the captions may stand in a frame: of this server's own origin, and of the
origins that the token in its address is for.
"""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from server.http.envelope import CONTENT_SECURITY
from server.http.preloading import preloaded

PagesOf = Callable[[str], Awaitable[tuple[str, ...]]]
"""From a token to the origins of the pages that it is for."""
WEB = Path(__file__).resolve().parents[2] / "web"
_ORIGIN: Final = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
SHARED = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
"""For files that are the same for everybody: pages of other origins load the widget from here."""


class SharedFiles(StaticFiles):
    """The files of the pages, for pages of any origin."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """With the headers by which a browser hands them to other origins."""
        response = super().file_response(*args, **kwargs)
        response.headers.update(SHARED)
        return response


def pages(pages_of: PagesOf) -> list[BaseRoute]:
    """The routes of all pages and their files."""

    frame = _text("embed.html")

    async def embed(request: Request) -> Response:
        token = request.query_params.get("token")
        allowed = await pages_of(token) if token is not None else ()
        return _html(frame, {"Content-Security-Policy": framed(allowed)})

    return [
        _page("/", "index.html"),
        _page("/meetings", "meetings.html"),
        _page("/meetings/{meeting_id}", "meeting.html"),
        _page("/settings", "settings.html"),
        _page("/admin", "admin.html"),
        _page("/widget", "widget/about.html"),
        Route("/embed/{meeting_id}", embed),
        Mount("/static", SharedFiles(directory=WEB)),
    ]


def framed(origins: tuple[str, ...]) -> str:
    """The policy of a page that may stand in frames of these origins and of its own."""
    sources = " ".join(["'self'", *(one for one in origins if _ORIGIN.fullmatch(one))])
    return CONTENT_SECURITY.replace("frame-ancestors 'none'", f"frame-ancestors {sources}")


def _page(path: str, file: str) -> Route:
    text = _text(file)

    async def page(_: Request) -> Response:
        return _html(text, {})

    return Route(path, page)


def _text(file: str) -> str:
    return preloaded((WEB / file).read_text("utf-8"), WEB)


def _html(text: str, headers: dict[str, str]) -> Response:
    return HTMLResponse(text, headers={"Cache-Control": "no-cache", **headers})
