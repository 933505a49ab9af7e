"""Who is here: the open sockets and streams of events, each with the access that it was let in by.

Whoever serves one holds a `Presence` for as long, and leaves when it is over: the key was revoked, or the
time of the key or token has passed. Pure of clocks and of the database: both are told.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime

from server.access.access import Access
from server.access.keys import key_expired, key_revoked
from server.access.signins import signed_out
from server.access.tokens import token_expired
from streaming.errors import StenoError


class Presence:
    """One open socket; it `sends` audio or only reads. `over` is set when it must be closed, and `error` then
    says why."""

    def __init__(self, access: Access, *, sends: bool = False) -> None:
        self.access = access
        self.sends = sends
        self.over = asyncio.Event()
        self.error: StenoError | None = None
        # bounded: by the blocks that are held.
        self._cuts: set[Callable[[], None]] = set()

    def end(self, error: StenoError) -> None:
        """Close it; the first reason stands."""
        self.error = self.error or error
        self.over.set()
        for cut in tuple(self._cuts):
            cut()

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Cut the block short when the access is over. Raises `error` then."""
        limit = asyncio.timeout(None)

        def cut() -> None:
            limit.reschedule(asyncio.get_running_loop().time())

        try:
            async with limit:
                self._cuts.add(cut)
                if self.error is not None:
                    cut()
                yield
        except TimeoutError:
            if limit.expired() and self.error is not None:
                raise self.error from None
            raise
        finally:
            self._cuts.discard(cut)


class Presences:
    """All of this process."""

    def __init__(self) -> None:
        # bounded: by the sockets that are served.
        self._here: set[Presence] = set()

    @contextmanager
    def present(self, access: Access, *, sends: bool = False) -> Iterator[Presence]:
        """Count a socket in for the length of the block."""
        presence = Presence(access, sends=sends)
        self._here.add(presence)
        try:
            yield presence
        finally:
            self._here.discard(presence)

    def keys(self) -> frozenset[str]:
        """The keys that somebody is here by, themselves or by a token."""
        return frozenset(one.access.key for one in self._here if one.access.key is not None)

    def revoke(self, keys: Collection[str]) -> None:
        """Send away who is here by these keys."""
        for one in tuple(self._here):
            if one.access.key in keys:
                one.end(key_revoked())

    def sign_ins(self) -> frozenset[str]:
        """The sign-ins that somebody is here by."""
        return frozenset(one.access.sign_in for one in self._here if one.access.sign_in is not None)

    def sign_out(self, sign_ins: Collection[str]) -> None:
        """Send away who is here by these sign-ins."""
        for one in tuple(self._here):
            if one.access.sign_in in sign_ins:
                one.end(signed_out())

    def stop(self, key: str, error: StenoError) -> None:
        """Send away who sends audio by this key."""
        for one in tuple(self._here):
            if one.access.key == key and one.sends:
                one.end(error)

    def expire(self, now: datetime) -> None:
        """Send away whose time is over."""
        for one in tuple(self._here):
            access = one.access
            if access.expires_at is not None and access.expires_at <= now:
                one.end(_expired(access))

    def next_expiry(self) -> datetime | None:
        """When the next one's time is over, if anybody's ever is."""
        times = [one.access.expires_at for one in self._here if not one.over.is_set()]
        return min((at for at in times if at is not None), default=None)


def _expired(access: Access) -> StenoError:
    if access.sign_in is not None:
        return signed_out()
    return key_expired() if access.expires_at == access.key_expires_at else token_expired()
