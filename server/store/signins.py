"""Queries on sign-ins of browsers. Each takes the connection of the caller's transaction.

Who signs out tells all nodes by the notification of a changed key, so that none goes on with what it
remembers. What is over is removed when the next one signs in.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.signins import MOST_OF_A_KEY, SignIn
from server.store.keys import tell
from server.store.schema import sign_ins


async def add(connection: AsyncConnection, new: SignIn) -> None:
    """Store one. Those that are over go, and those beyond what a key may have, the oldest first."""
    await connection.execute(delete(sign_ins).where(sign_ins.c.expires_at <= new.created_at))
    mine = sign_ins.c.key_id.is_not_distinct_from(new.key)
    newest = select(sign_ins.c.hash).where(mine).order_by(sign_ins.c.created_at.desc(), sign_ins.c.hash)
    surplus = newest.offset(MOST_OF_A_KEY - 1)
    gone = await connection.execute(delete(sign_ins).where(sign_ins.c.hash.in_(surplus)))
    if gone.rowcount:
        await tell(connection)
    await connection.execute(
        insert(sign_ins).values(
            hash=new.hash,
            key_id=new.key,
            proof=new.proof,
            created_at=new.created_at,
            expires_at=new.expires_at,
        )
    )


async def by_hash(connection: AsyncConnection, value: str) -> SignIn | None:
    """The one with this hash, also when it is over."""
    row: Any = (await connection.execute(select(sign_ins).where(sign_ins.c.hash == value))).one_or_none()
    return None if row is None else SignIn(row.hash, row.key_id, row.proof, row.created_at, row.expires_at)


async def renew(connection: AsyncConnection, value: str, until: datetime) -> None:
    """Let one be good for longer; nothing where it was ended."""
    await connection.execute(update(sign_ins).where(sign_ins.c.hash == value).values(expires_at=until))
    await tell(connection)


async def end(connection: AsyncConnection, value: str) -> None:
    """Sign out; again, nothing changes."""
    await connection.execute(delete(sign_ins).where(sign_ins.c.hash == value))
    await tell(connection)


async def ended(connection: AsyncConnection, hashes: Collection[str]) -> frozenset[str]:
    """Those that are no more."""
    query = select(sign_ins.c.hash).where(sign_ins.c.hash.in_(hashes))
    return frozenset(hashes) - frozenset((await connection.execute(query)).scalars())
