"""One HTTP operation as data: from a table of these come the routes and the OpenAPI document alike."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from pydantic import BaseModel
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from server.access.access import Access, Needed
from server.http.errors import error_response
from server.http.guard import meeting_not_found
from server.http.models import ErrorOut
from server.http.services import Services
from server.store.records import Meeting
from streaming.errors import NotFound, StenoError

MEETING: Final = "/v1/meetings/{meeting_id}"
NO_MEETING: Final = {404: "`meeting_not_found`: there is no meeting with this id."}
"""Of calls on one meeting: their path, and what they answer where it is not there."""

NOBODY = Access("", frozenset())
"""The caller of a public operation."""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,160}")
_MEETING_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose query and body have been checked against the operation's models, by a caller who was
    let in, also into the meeting that the path names."""

    request: Request
    query: Any = None
    body: Any = None
    access: Access = NOBODY

    @property
    def workspace(self) -> str:
        """Whose rows the call is about."""
        return self.access.workspace

    @property
    def meeting_id(self) -> str:
        """The meeting named in the path. Raises `NotFound` for what cannot be an id."""
        return meeting_id(self.request.path_params["meeting_id"])

    def named(self, parameter: str, missing: NotFound) -> str:
        """Another name in the path. Raises `missing` for what cannot be one."""
        given: str = self.request.path_params[parameter]
        if not _NAME.fullmatch(given):
            raise missing
        return given


def meeting_id(given: str) -> str:
    """An id that may be asked for. Raises `NotFound` for what cannot be one."""
    if not _MEETING_ID.fullmatch(given):
        raise meeting_not_found()
    return given


async def found_meeting(services: Services, call: Call) -> Meeting:
    """The meeting named in the path. Raises `NotFound`."""
    meeting = await services.store.meeting(call.meeting_id)
    if meeting is None:
        raise meeting_not_found()
    return meeting


Handler = Callable[[Services, Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful response: a JSON model, or other media types by name."""

    description: str
    model: type[BaseModel] | None = None
    media: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path. `scope` is what the caller must have; None: nothing, not even a key. `errors`
    are the codes beside the usual ones. Where the clients of an address expect a form of their own, `refuse`
    writes errors, as `refusal` describes them, and `credential` finds the key or token that they show.
    Answers of `cross_origin` ones may be read by pages of any origin that have a key or a token. A token may
    call one that is `of_its_meeting` although its path names none: the token does. A signed-in browser may
    make the call unless `by_cookie` is False."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    path: str
    handler: Handler
    scope: Needed | None
    summary: str
    description: str = ""
    tag: str = "meetings"
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    answers: Mapping[int, Answer] = field(default_factory=dict)
    errors: Mapping[int, str] = field(default_factory=dict)
    cross_origin: bool = False
    of_its_meeting: bool = False
    by_cookie: bool = True
    extra: Mapping[str, Any] = field(default_factory=dict)
    refuse: Callable[[StenoError, HTTPConnection], Response] = error_response
    refusal: type[BaseModel] = ErrorOut
    credential: Callable[[HTTPConnection], str | None] = lambda _: None

    @property
    def name(self) -> str:
        """The handler's name: unique, and the operationId of the document."""
        return getattr(self.handler, "__name__", "").removeprefix("_")
