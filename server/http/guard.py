"""The one place through which every call and every handshake comes in: who it is, what that one may do, how
often, and in which meetings.

In: a connection, and what the call needs. Out: `Access`, or an error that says why not. A key stands in
`Authorization: Bearer`, or among the subprotocols of a WebSocket as `bearer.<key>`; a wire with a place of
its own for keys hands over what it found there. From the address only tokens are taken, never keys, since
addresses are logged and passed on. The cookie of a signed-in browser counts where a call says so, and for the
pages of this server only. A meeting of another workspace is, word for word, one that does not exist.
"""

import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Final

from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket

from server.access.access import Access, Needed
from server.access.door import Door, Shown
from server.access.limits import Requests, too_many_requests
from server.access.presence import Presence, Presences
from server.access.remembered import Remembered
from server.access.tally import Tally
from server.access.watch import Watch
from server.http.cookies import asked, cookie_of
from server.store.postgres_access import AccessRecords
from streaming.errors import NotAllowed, NotFound
from streaming.protocols.native import SUBPROTOCOL

RATE_LIMIT: Final = "rate_limit"
"""In the state of a connection: the fields that tell what is left of the key's requests."""
OWNER_SECONDS: Final = 60.0
"""How long it is remembered whose a meeting is: that never changes, but the meeting may be deleted."""
_BEARER: Final = "bearer."
WorkspaceOf = Callable[[str], Awaitable[str | None]]


def now() -> datetime:
    """The time of day."""
    return datetime.now(UTC)


class Guard:
    """`workspace_of` tells whose a meeting is, None of one that there is not; `home` is the address under
    which people reach the server, if it is known."""

    clock = staticmethod(time.monotonic)

    def __init__(
        self,
        api_key: str | None,
        records: AccessRecords,
        workspace_of: WorkspaceOf,
        home: str | None = None,
    ) -> None:
        self.door = Door(api_key, records, clock=time.monotonic, now=now, home=home)
        self.wrong_keys = Requests()
        self._requests = Requests()
        self._presences = Presences()
        self._tally = Tally()
        self.watch = Watch(records, self._presences, self._tally, self.door.forget, now=now)

        async def owner(meeting: str) -> str:
            found = await workspace_of(meeting)
            if found is None:
                raise meeting_not_found()  # An error is not remembered.
            return found

        self._owners = Remembered(owner, time.monotonic, fresh_seconds=OWNER_SECONDS)

    async def admit(
        self,
        connection: HTTPConnection,
        scope: Needed,
        offered: str | None = None,
        *,
        by_cookie: bool = False,
    ) -> Access:
        """Let a call in, before anything is read from or sent to the peer. `offered` is the key or token that
        was found elsewhere than in the usual places; `by_cookie`: a signed-in browser may ask.

        Raises `NotAllowed` (401, 403), `QuotaReached` (429), `StoreUnavailable` (503).
        """
        access = await self.door.who(shown(connection, offered, by_cookie=by_cookie))
        self._tally.count(access, now())
        self._count(connection, access)
        access.require(scope)
        return access

    def _count(self, connection: HTTPConnection, access: Access) -> None:
        limit = access.quotas.requests
        if access.key is None or limit is None:
            return
        left, allowed = self._requests.take(access.key, limit, time.monotonic())
        connection.scope.setdefault("state", {})[RATE_LIMIT] = left.headers
        if not allowed:
            raise too_many_requests(left)

    async def enter(self, access: Access, meeting: str) -> None:
        """Let a caller into a meeting. Raises `NotFound` `meeting_not_found` also for another workspace's,
        and for any but a token's own."""
        if not access.sees(await self._owners.get(meeting), meeting):
            raise meeting_not_found()

    def present(self, access: Access, *, sends: bool = False) -> AbstractContextManager[Presence]:
        """Count an open socket in, so that it can be told when its access is over, and one that `sends` audio
        also when the key has used its hours."""
        return self._presences.present(access, sends=sends)

    async def accept(self, websocket: WebSocket) -> None:
        """Complete the handshake of one who was let in; of the offered subprotocols only `steno.v1` is
        answered."""
        known = SUBPROTOCOL in offered_subprotocols(websocket)
        await websocket.accept(subprotocol=SUBPROTOCOL if known else None)


def meeting_not_found() -> NotFound:
    """The error for a meeting that is not there, or not for this caller."""
    return NotFound("meeting_not_found", "There is no meeting with this id.")


def confined() -> NotAllowed:
    """The error for a token that is used for what concerns more than its meeting."""
    return NotAllowed("token_confined", "The token is for one meeting, and for nothing beside it.", 403)


def shown(connection: HTTPConnection, offered: str | None = None, *, by_cookie: bool = False) -> Shown:
    """What a call shows of itself."""
    headers = connection.headers
    return Shown(
        host=headers.get("host"),
        origin=headers.get("origin"),
        secret=offered or _secret(headers.get("authorization"), offered_subprotocols(connection)),
        token=connection.query_params.get("token"),
        same_site=headers.get("sec-fetch-site") == "same-origin",
        cookie=cookie_of(connection) if by_cookie else None,
        asked=asked(connection),
    )


def _secret(authorization: str | None, subprotocols: tuple[str, ...]) -> str | None:
    scheme, _, value = (authorization or "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    for name in subprotocols:
        if name.startswith(_BEARER) and len(name) > len(_BEARER):
            return name.removeprefix(_BEARER)
    return None


def offered_subprotocols(connection: HTTPConnection) -> tuple[str, ...]:
    """The subprotocols of a WebSocket handshake; none for an HTTP call."""
    if connection.scope["type"] != "websocket":
        return ()
    return tuple(connection.scope.get("subprotocols", ()))
