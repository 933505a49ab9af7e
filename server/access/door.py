"""Who somebody is, by what was shown: the server's own key, a key or a token of the database, the cookie of
a sign-in, or nobody.

In: what a call shows of itself. Out: `Access`, or `NotAllowed`. The server's own key (`STENO_API_KEY`) opens
the workspace `default` with all scopes and needs no database. Where there is none, and no key was ever made,
programs and pages of this machine need none. As soon as one was made, everybody is asked for a key, also on
this machine, and also when that key is revoked.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from server.access.access import Access, everything
from server.access.keys import Key, hash_of, key_not_known
from server.access.place import Asked, by_origin, by_page, by_place
from server.access.remembered import Remembered
from server.access.signins import MOST_CHARACTERS, proof_of, signed_out
from server.access.tokens import Claims, kid_of, looks_like_token, read, token_not_valid
from server.store.postgres_access import AccessRecords
from streaming.errors import NotAllowed

OPEN: Final = "open"
"""Who made a token where no key was asked for."""
ENVIRONMENT: Final = "environment"
"""Who made a token with the server's own key."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a call shows; absent things are None. `secret` is a key or a token, `token` was in the address,
    `cookie` is that of a sign-in, where the call may come by one, and `asked` how it came then."""

    host: str | None
    origin: str | None = None
    secret: str | None = None
    token: str | None = None
    same_site: bool = False
    cookie: str | None = None
    asked: Asked = field(default_factory=Asked)


class Door:
    """`clock` gives seconds that never go back, `now` the time of day, aware; `home` is the address under
    which people reach the server, if it is known."""

    def __init__(
        self,
        api_key: str | None,
        records: AccessRecords,
        *,
        clock: Callable[[], float],
        now: Callable[[], datetime],
        home: str | None = None,
    ) -> None:
        self._api_key = api_key
        self._now = now
        self._home = home
        self._by_hash = Remembered(records.key_by_hash, clock)
        self._by_id = Remembered(records.key, clock)
        self._secrets = Remembered(records.accepted_secret, clock)
        self._sign_ins = Remembered(records.sign_in, clock)

        async def any_key_made(_: None) -> bool:
            return await records.any_key_made()

        self._any_key_made = Remembered(any_key_made, clock)

    def forget(self) -> None:
        """Ask the database anew: a key has changed."""
        for remembered in (self._by_hash, self._by_id, self._secrets, self._any_key_made, self._sign_ins):
            remembered.forget()

    async def asks_for_key(self) -> bool:
        """Whether everybody must show a key. Raises `StoreUnavailable` when that was never known."""
        return self._api_key is not None or await self._any_key_made.get(None)

    async def who(self, shown: Shown) -> Access:
        """Raises `NotAllowed`, `StoreUnavailable`."""
        secret, token = shown.secret, shown.token
        if secret is not None and self.is_own(secret):
            return everything(ENVIRONMENT)
        if secret is not None and looks_like_token(secret):
            return await self._by_token(secret, shown)
        if secret is None and token is not None:
            return await self._by_token(token, shown)
        if not await self.asks_for_key():
            if refusal := by_place(shown.host, shown.origin):
                raise refusal
            return everything(OPEN)
        if secret is not None:
            return await self.by_key(secret)
        if shown.cookie is not None:
            return await self._by_cookie(shown.cookie, shown)
        raise NotAllowed("key_missing", "Show the API key in the header `Authorization: Bearer <key>`.")

    def is_own(self, secret: str) -> bool:
        """Whether it is the server's own key."""
        return self._api_key is not None and _same(secret, self._api_key)

    async def by_key(self, secret: str) -> Access:
        """Who has a key. Raises `NotAllowed`, `StoreUnavailable`."""
        if self.is_own(secret):
            return everything(ENVIRONMENT)
        return self._judged(await self._by_hash.get(hash_of(secret)), key_not_known()).access()

    def from_here(self, shown: Shown) -> None:
        """Raises `NotAllowed` for what a page of another origin sends, as far as its browser says so."""
        asked = shown.asked
        if asked.origin is not None or asked.site is not None:
            self.allow(shown)

    def allow(self, shown: Shown) -> None:
        """Raises `NotAllowed` for a call which a cookie of this server does not count for."""
        if refusal := by_page(shown.asked, shown.host, self._home):
            raise refusal

    async def _by_cookie(self, cookie: str, shown: Shown) -> Access:
        self.allow(shown)
        sign_in = await self._sign_ins.get(hash_of(cookie)) if len(cookie) <= MOST_CHARACTERS else None
        if sign_in is None or sign_in.expires_at <= self._now():
            raise signed_out()
        if sign_in.key is not None:
            access = self._judged(await self._by_id.get(sign_in.key), signed_out()).access()
        elif self._api_key is None or sign_in.proof != proof_of(cookie, self._api_key):
            raise signed_out()
        else:
            access = everything(ENVIRONMENT)
        return replace(access, expires_at=access.until(sign_in.expires_at), sign_in=sign_in.hash)

    async def pages_of(self, token: str) -> tuple[str, ...]:
        """The origins of the pages that a token is for; none of one for all, or of one that is not valid."""
        try:
            secret = await self._secrets.get(kid_of(token))
            return read(token, secret, self._now()).origins if secret is not None else ()
        except NotAllowed:
            return ()

    def _judged(self, key: Key | None, unknown: NotAllowed) -> Key:
        if key is None:
            raise unknown
        if fault := key.fault(self._now()):
            raise fault
        return key

    async def _by_token(self, token: str, shown: Shown) -> Access:
        secret = await self._secrets.get(kid_of(token))
        if secret is None:
            raise token_not_valid()
        claims = read(token, secret, self._now())
        if refusal := by_origin(claims.origins, shown.host, shown.origin, same_site=shown.same_site):
            raise refusal
        giver = await self._giver(claims)
        if giver.workspace != claims.workspace or claims.scope not in giver.scopes:
            raise token_not_valid()
        return replace(
            giver,
            scopes=frozenset({claims.scope}),
            meeting=claims.meeting,
            expires_at=giver.until(claims.expires_at),
        )

    async def _giver(self, claims: Claims) -> Access:
        """What whoever made a token may do now: a token is worth no more."""
        if claims.by == ENVIRONMENT and self._api_key is not None:
            return everything(ENVIRONMENT)
        if claims.by == OPEN and not await self.asks_for_key():
            return everything(OPEN)
        return self._judged(await self._by_id.get(claims.by), token_not_valid()).access()


def _same(one: str, other: str) -> bool:
    """In constant time, so that nobody can guess on; as bytes, since text beyond ASCII is not taken."""
    return hmac.compare_digest(one.encode(errors="replace"), other.encode(errors="replace"))
