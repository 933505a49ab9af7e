"""Queries on workspaces, their keys, and what tokens are signed with. Each takes the connection of the
caller's transaction.

Whoever changes a key tells all nodes by a notification in the same transaction, so that none goes on with
what it remembers. A revoked key stays, since it is known by its name; that any key was ever made is what ends
the time in which none is asked for.
"""

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, Select, delete, func, insert, or_, select, text, tuple_, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.access import Quotas
from server.access.keys import SHOWN, Key, NewKey, hash_of
from server.access.tokens import LONGEST_SECONDS, SKEW_SECONDS, Secret
from server.store.cursor import read_cursor
from server.store.leases import until
from server.store.schema import api_keys, signing_keys, workspaces
from streaming.errors import NotFound, ProtocolError

CHANNEL: Final = "steno_access"
"""Where changes of keys are told."""
MOST: Final = 1_000
"""Keys of a workspace, the revoked ones among them."""
_LOCK_SIGNING: Final = text("SELECT pg_advisory_xact_lock(hashtext('signing_keys'))")


def key_not_found() -> NotFound:
    """The error for a key that is not there, or another workspace's."""
    return NotFound("key_not_found", "There is no key with this id.")


async def add_workspace(connection: AsyncConnection, workspace: str) -> None:
    """Make a workspace, unless it is there."""
    made = postgresql.insert(workspaces).values(id=workspace)
    await connection.execute(made.on_conflict_do_nothing())


async def add(connection: AsyncConnection, workspace: str, new: NewKey, secret: str) -> Key:
    """Store a key by its hash. Raises `ProtocolError` `too_many_keys`."""
    locked = select(workspaces.c.id).where(workspaces.c.id == workspace).with_for_update(key_share=True)
    await connection.execute(locked)
    count = select(func.count()).where(api_keys.c.workspace_id == workspace)
    if (await connection.execute(count)).scalar_one() >= MOST:
        raise ProtocolError("too_many_keys", f"A workspace has {MOST} keys at the most.", status=409)
    made = insert(api_keys).values(
        id=f"key_{secrets.token_hex(8)}",
        workspace_id=workspace,
        name=new.name,
        prefix=secret[:SHOWN],
        hash=hash_of(secret),
        scopes=new.scopes,
        expires_at=new.expires_at,
        streams=new.quotas.streams,
        requests_per_minute=new.quotas.requests,
        hours_per_month=new.quotas.hours,
    )
    row = (await connection.execute(made.returning(api_keys))).mappings().one()
    await tell(connection)
    return _key(row)


async def tell(connection: AsyncConnection) -> None:
    """Tell all nodes, when the transaction is committed, that a key has changed."""
    await connection.execute(select(func.pg_notify(CHANNEL, "")))


async def of_workspace(
    connection: AsyncConnection, workspace: str, limit: int, cursor: str | None = None
) -> tuple[Key, ...]:
    """Keys, the newest first. Raises `ProtocolError` (`bad_cursor`)."""
    place = (api_keys.c.created_at, api_keys.c.id)
    newest = (column.desc() for column in place)
    query = _all().where(api_keys.c.workspace_id == workspace).order_by(*newest).limit(limit)
    if cursor is not None:
        query = query.where(tuple_(*place) < tuple_(*read_cursor(cursor)))
    return tuple(_key(row) for row in (await connection.execute(query)).mappings())


async def every(connection: AsyncConnection) -> tuple[Key, ...]:
    """All keys of all workspaces."""
    order = (api_keys.c.workspace_id, api_keys.c.created_at.desc(), api_keys.c.id)
    return tuple(_key(row) for row in (await connection.execute(_all().order_by(*order))).mappings())


async def by_hash(connection: AsyncConnection, value: str) -> Key | None:
    """The key with this hash."""
    return await _one(connection, _all().where(api_keys.c.hash == value))


async def by_id(connection: AsyncConnection, key_id: str) -> Key | None:
    """The key with this id."""
    return await _one(connection, _all().where(api_keys.c.id == key_id))


async def any_made(connection: AsyncConnection) -> bool:
    """Whether a key was ever made."""
    return bool((await connection.execute(select(select(api_keys.c.id).exists()))).scalar_one())


async def revoke(connection: AsyncConnection, workspace: str | None, key_id: str) -> Key:
    """Revoke a key at once; again, nothing changes. None: of whatever workspace. Raises `NotFound`."""
    mine = api_keys.c.id == key_id
    if workspace is not None:
        mine &= api_keys.c.workspace_id == workspace
    now = func.coalesce(api_keys.c.revoked_at, func.clock_timestamp())
    revoked = update(api_keys).where(mine).values(revoked_at=now).returning(api_keys)
    row = (await connection.execute(revoked)).mappings().one_or_none()
    if row is None:
        raise key_not_found()
    await tell(connection)
    return _key(row)


async def over(connection: AsyncConnection, ids: Collection[str]) -> frozenset[str]:
    """Those keys that were revoked."""
    query = select(api_keys.c.id).where(api_keys.c.id.in_(ids), api_keys.c.revoked_at.is_not(None))
    return frozenset((await connection.execute(query)).scalars())


async def used(connection: AsyncConnection, times: Mapping[str, datetime]) -> None:
    """Note when keys were last used; an older time changes nothing."""
    for key_id, at in sorted(times.items()):
        newer = or_(api_keys.c.last_used_at.is_(None), api_keys.c.last_used_at < at)
        await connection.execute(
            update(api_keys).where(api_keys.c.id == key_id, newer).values(last_used_at=at)
        )


async def signing(connection: AsyncConnection) -> Secret:
    """What tokens are signed with now; made when it is first asked for."""
    current = (
        select(signing_keys.c.id, signing_keys.c.secret)
        .where(signing_keys.c.accepted_until.is_(None))
        .order_by(signing_keys.c.created_at.desc())
        .limit(1)
    )
    row = (await connection.execute(current)).one_or_none()
    if row is None:
        await connection.execute(_LOCK_SIGNING)
        row = (await connection.execute(current)).one_or_none()
    return await _new_signing(connection) if row is None else Secret(*row)


async def rotate_signing(connection: AsyncConnection, *, forget: bool) -> Secret:
    """Sign with a new secret from now on. The former is accepted until its tokens have expired, or, with
    `forget`, no longer."""
    await connection.execute(_LOCK_SIGNING)
    longest = 0.0 if forget else LONGEST_SECONDS + SKEW_SECONDS
    retired = update(signing_keys).values(accepted_until=until(longest))
    if not forget:
        retired = retired.where(signing_keys.c.accepted_until.is_(None))
    await connection.execute(retired)
    now = func.clock_timestamp()
    await connection.execute(delete(signing_keys).where(signing_keys.c.accepted_until <= now))
    made = await _new_signing(connection)
    await tell(connection)
    return made


async def accepted(connection: AsyncConnection, kid: str) -> Secret | None:
    """What a token of this name was signed with, if such tokens are still accepted."""
    ends = signing_keys.c.accepted_until
    query = select(signing_keys.c.id, signing_keys.c.secret).where(
        signing_keys.c.id == kid, or_(ends.is_(None), ends > func.clock_timestamp())
    )
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else Secret(*row)


async def _new_signing(connection: AsyncConnection) -> Secret:
    made = Secret(f"sig_{secrets.token_hex(8)}", secrets.token_urlsafe(32))
    await connection.execute(insert(signing_keys).values(id=made.kid, secret=made.value))
    return made


def _all() -> Select[Any]:
    return select(api_keys)


async def _one(connection: AsyncConnection, query: Select[Any]) -> Key | None:
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _key(row)


def _key(row: RowMapping) -> Key:
    same = ("id", "name", "prefix", "created_at", "expires_at", "last_used_at", "revoked_at")
    return Key(
        **{name: row[name] for name in same},
        workspace=row["workspace_id"],
        scopes=tuple(row["scopes"]),
        quotas=Quotas(row["streams"], row["requests_per_minute"], row["hours_per_month"]),
    )
