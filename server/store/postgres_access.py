"""`PostgresAccess`: workspaces, keys, sign-ins and signing secrets on PostgreSQL, one transaction a call."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from server.access.keys import Key, NewKey
from server.access.signins import SignIn
from server.access.tally import Tally
from server.access.tokens import Secret
from server.store import keys, quotas, signins, usage
from server.store.engine import transaction
from server.store.usage import Usage


class AccessRecords(Protocol):
    """What the guard asks of it. Every method raises `StoreUnavailable` when the database cannot answer."""

    async def key_by_hash(self, value: str) -> Key | None:
        """The key with this hash."""
        ...

    async def key(self, key_id: str) -> Key | None:
        """The key with this id."""
        ...

    async def any_key_made(self) -> bool:
        """Whether a key was ever made."""
        ...

    async def signing_secret(self) -> Secret:
        """What tokens are signed with now."""
        ...

    async def accepted_secret(self, kid: str) -> Secret | None:
        """What a token of this name was signed with, if such tokens are still accepted."""
        ...

    async def revoked(self, ids: Collection[str]) -> frozenset[str]:
        """Those keys that were revoked."""
        ...

    async def sign_in(self, value: str) -> SignIn | None:
        """The sign-in whose cookie has this hash, also when it is over."""
        ...

    async def signed_out(self, hashes: Collection[str]) -> frozenset[str]:
        """Those sign-ins that are no more."""
        ...

    async def used_up(self, ids: Collection[str]) -> dict[str, float]:
        """Those keys whose hours of this month are used up, with the hours that they may use."""
        ...

    async def note(self, counted: Tally) -> None:
        """Write what was counted: requests by day, and when keys were last used."""
        ...


class PostgresAccess:
    """See `AccessRecords`, and `server.store.keys` for the rest."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add_workspace(self, workspace: str) -> None:
        """Make a workspace, unless it is there."""
        async with transaction(self._engine) as connection:
            await keys.add_workspace(connection, workspace)

    async def add_key(self, workspace: str, new: NewKey, secret: str) -> Key:
        """Store a key by its hash. Raises `ProtocolError` `too_many_keys`."""
        async with transaction(self._engine) as connection:
            return await keys.add(connection, workspace, new, secret)

    async def keys(self, workspace: str, limit: int = 200, cursor: str | None = None) -> tuple[Key, ...]:
        """Keys of a workspace, the newest first. Raises `ProtocolError` `bad_cursor`."""
        async with transaction(self._engine) as connection:
            return await keys.of_workspace(connection, workspace, limit, cursor)

    async def every_key(self) -> tuple[Key, ...]:
        """All keys of all workspaces."""
        async with transaction(self._engine) as connection:
            return await keys.every(connection)

    async def revoke_key(self, workspace: str | None, key_id: str) -> Key:
        """Revoke a key; None: of whatever workspace. Raises `NotFound` `key_not_found`."""
        async with transaction(self._engine) as connection:
            return await keys.revoke(connection, workspace, key_id)

    async def key_by_hash(self, value: str) -> Key | None:
        """The key with this hash."""
        async with transaction(self._engine) as connection:
            return await keys.by_hash(connection, value)

    async def key(self, key_id: str) -> Key | None:
        """The key with this id."""
        async with transaction(self._engine) as connection:
            return await keys.by_id(connection, key_id)

    async def any_key_made(self) -> bool:
        """Whether a key was ever made."""
        async with transaction(self._engine) as connection:
            return await keys.any_made(connection)

    async def signing_secret(self) -> Secret:
        """What tokens are signed with now."""
        async with transaction(self._engine) as connection:
            return await keys.signing(connection)

    async def accepted_secret(self, kid: str) -> Secret | None:
        """What a token of this name was signed with, if such tokens are still accepted."""
        async with transaction(self._engine) as connection:
            return await keys.accepted(connection, kid)

    async def rotate_signing(self, *, forget: bool = False) -> Secret:
        """Sign with a new secret; with `forget`, no token of a former one is accepted any more."""
        async with transaction(self._engine) as connection:
            return await keys.rotate_signing(connection, forget=forget)

    async def revoked(self, ids: Collection[str]) -> frozenset[str]:
        """Those keys that were revoked."""
        async with transaction(self._engine) as connection:
            return await keys.over(connection, ids)

    async def add_sign_in(self, new: SignIn) -> None:
        """Store a sign-in."""
        async with transaction(self._engine) as connection:
            await signins.add(connection, new)

    async def sign_in(self, value: str) -> SignIn | None:
        """The sign-in whose cookie has this hash, also when it is over."""
        async with transaction(self._engine) as connection:
            return await signins.by_hash(connection, value)

    async def renew_sign_in(self, value: str, until: datetime) -> None:
        """Let a sign-in be good for longer."""
        async with transaction(self._engine) as connection:
            await signins.renew(connection, value, until)

    async def end_sign_in(self, value: str) -> None:
        """Sign out; again, nothing changes."""
        async with transaction(self._engine) as connection:
            await signins.end(connection, value)

    async def signed_out(self, hashes: Collection[str]) -> frozenset[str]:
        """Those sign-ins that are no more."""
        async with transaction(self._engine) as connection:
            return await signins.ended(connection, hashes)

    async def used_up(self, ids: Collection[str]) -> dict[str, float]:
        """Those keys whose hours of this month are used up, with the hours that they may use."""
        async with transaction(self._engine) as connection:
            return await quotas.used_up(connection, ids)

    async def usage(
        self, workspace: str, first: date, last: date, key_id: str | None = None
    ) -> tuple[Usage, ...]:
        """What a workspace has used from a day to another, of one key or of all."""
        async with transaction(self._engine) as connection:
            return await usage.between(connection, workspace, first, last, key_id)

    async def note(self, counted: Tally) -> None:
        """Write what was counted: requests by day, and when keys were last used."""
        async with transaction(self._engine) as connection:
            await keys.used(connection, counted.used)
            await usage.add_requests(connection, counted.requests)
