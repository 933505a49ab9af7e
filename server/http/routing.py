"""From the table of operations to Starlette's routes.

In: services, operations. Out: one route for each path (so that a wrong method is answered with every right
one), which checks the caller, the query and the body in this order and then calls the handler.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from server.access.access import Access
from server.http.envelope import Envelope
from server.http.errors import EXCEPTION_HANDLERS, error_response, note
from server.http.guard import confined
from server.http.operations import NOBODY, Call, Operation, meeting_id
from server.http.reading import read_body, read_query
from server.http.services import Services
from server.http.table import OPERATIONS
from server.live.captions import watch_socket
from streaming.errors import StenoError

__all__ = ["EXCEPTION_HANDLERS", "MIDDLEWARE", "build_routes"]

MIDDLEWARE = [Middleware(Envelope)]
"""For `Starlette(middleware=...)`, before any other."""
PREFLIGHT_SECONDS = 7_200
"""How long a browser may remember that it may ask; none of them remembers longer."""

_OF_WHIP = ("Location", "ETag", "Link", "Accept-Post", "Accept-Patch", "Access-Control-Allow-Methods")


def build_routes(services: Services, operations: Sequence[Operation] = OPERATIONS) -> list[BaseRoute]:
    """Routes of all HTTP operations and of the viewers' WebSocket."""
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        by_path.setdefault(operation.path, {})[operation.method] = operation
    routes: list[BaseRoute] = [_route(services, path, methods) for path, methods in by_path.items()]
    return [
        *routes,
        WebSocketRoute("/v1/meetings/{meeting_id}/captions", partial(watch_socket, services)),
    ]


def _route(services: Services, path: str, methods: dict[str, Operation]) -> Route:
    endpoint = partial(_dispatch, services, methods)
    shared = [method for method, operation in methods.items() if operation.cross_origin]
    if not shared:
        return Route(path, endpoint, methods=list(methods))
    # A browser asks with OPTIONS first; the middleware answers that, and lets errors be read as well.
    # Pages of other origins cannot send cookies in these calls, so any may be named: it still needs a key
    # or a token.
    readable = Middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=shared,
        allow_headers=["Authorization", "Last-Event-ID", "Content-Type", "If-Match", "ETag"],
        expose_headers=["Retry-After", "X-Request-Id", *_OF_WHIP],
        max_age=PREFLIGHT_SECONDS,
    )
    return Route(path, endpoint, methods=[*{*methods, "OPTIONS"}], middleware=[readable])


async def _dispatch(services: Services, methods: dict[str, Operation], request: Request) -> Response:
    operation = methods.get("GET" if request.method == "HEAD" else request.method)
    if operation is None:
        raise HTTPException(405, headers={"Allow": ", ".join(methods)})
    try:
        return await _served(services, operation, request)
    except StenoError as error:
        if operation.refuse is error_response:
            raise
        note(request, error)
        return operation.refuse(error, request)


async def _served(services: Services, operation: Operation, request: Request) -> Response:
    access = NOBODY
    if operation.scope is not None:
        access = await services.guard.admit(
            request, operation.scope, operation.credential(request), by_cookie=operation.by_cookie
        )
        await _enter(services, operation, access, request)
    query: Any = read_query(request.query_params, operation.query) if operation.query else None
    body: Any = await read_body(request, operation.body) if operation.body else None
    return await operation.handler(services, Call(request, query, body, access))


async def _enter(services: Services, operation: Operation, access: Access, request: Request) -> None:
    """Let nobody pass to a meeting that is not the caller's, nor a token beyond its meeting."""
    given = request.path_params.get("meeting_id")
    if given is not None:
        await services.guard.enter(access, meeting_id(given))
    elif access.meeting is not None and not operation.of_its_meeting:
        raise confined()
