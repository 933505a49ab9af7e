"""What browsers show, and what it is made of: the pages, and the files that pages of any origin may load.

In: nothing of a meeting; the pages read that by the calls, with the reader's own key or token. Out: routes.
Only the page with nothing but the captions may stand in a frame, and only in one of this server's own origin.
"""

from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from server.http.envelope import CONTENT_SECURITY

WEB = Path(__file__).resolve().parents[2] / "web"
FRAMED = CONTENT_SECURITY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
SHARED = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
"""For files that are the same for everybody: pages of other origins load the widget from here."""


class SharedFiles(StaticFiles):
    """The files of the pages, for pages of any origin."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """With the headers by which a browser hands them to other origins."""
        response = super().file_response(*args, **kwargs)
        response.headers.update(SHARED)
        return response


def pages() -> list[BaseRoute]:
    """The routes of all pages and their files."""
    return [
        _page("/", "index.html"),
        _page("/meetings/{meeting_id}", "meeting.html"),
        _page("/widget", "widget/about.html"),
        _page("/embed/{meeting_id}", "embed.html", {"Content-Security-Policy": FRAMED}),
        Mount("/static", SharedFiles(directory=WEB)),
    ]


def _page(path: str, file: str, headers: dict[str, str] | None = None) -> Route:
    async def page(_: Request) -> Response:
        return FileResponse(WEB / file, headers={"Cache-Control": "no-cache", **(headers or {})})

    return Route(path, page)
