"""Queries on ingests. Each takes the connection of the caller's transaction.

One process looks after each that is open: it renews that it does, and one that does no more is taken over by
whoever claims it first. A state that is the last one (`ended`, `failed`) never changes again.
"""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.ingest_records import OPEN, Ingest, NewIngest, Progress
from server.store.leases import until
from server.store.meetings import lock
from server.store.records import Lease
from server.store.schema import api_keys, ingests, meetings, sessions

_NEW = tuple(NewIngest.__dataclass_fields__)
_PROGRESS = tuple(Progress.__dataclass_fields__)


async def add(connection: AsyncConnection, new: NewIngest, lease: Lease) -> Ingest:
    """Begin one, whose session is finished by nobody else, however long nothing is heard. Raises `NotFound`
    `meeting_not_found`."""
    await lock(connection, new.meeting_id)
    await connection.execute(insert(ingests).values(**asdict(new), **_owned(lease)))
    await connection.execute(
        update(sessions)
        .where(sessions.c.id == new.session_id, sessions.c.status == "live")
        .values(resume_until=None)
    )
    added = await get(connection, new.id)
    assert added is not None, "it was added in this transaction"  # noqa: S101
    return added


async def get(connection: AsyncConnection, ingest_id: str) -> Ingest | None:
    """One, or None."""
    row = (await connection.execute(_selected().where(ingests.c.id == ingest_id))).mappings().one_or_none()
    return None if row is None else _ingest(row)


async def of_meeting(connection: AsyncConnection, meeting_id: str, most: int) -> tuple[Ingest, ...]:
    """The newest of a meeting."""
    newest = _selected().where(ingests.c.meeting_id == meeting_id)
    query = newest.order_by(ingests.c.created_at.desc(), ingests.c.id).limit(most)
    return tuple(_ingest(row) for row in (await connection.execute(query)).mappings())


async def note(connection: AsyncConnection, ingest_id: str, owner: str, progress: Progress) -> bool:
    """How far it is, by its owner. False if it has another one, or was over."""
    values: dict[str, Any] = asdict(progress)
    if progress.state not in OPEN:
        values["token"] = None
    changed = await connection.execute(
        update(ingests)
        .where(ingests.c.id == ingest_id, ingests.c.owner == owner, ingests.c.state.in_(OPEN))
        .values(**values, updated_at=func.clock_timestamp())
    )
    return bool(changed.rowcount)


async def moved(connection: AsyncConnection, ingest_id: str, owner: str, port: int) -> None:
    """Its owner listens at another port."""
    await connection.execute(
        update(ingests).where(ingests.c.id == ingest_id, ingests.c.owner == owner).values(port=port)
    )


async def ask_to_stop(connection: AsyncConnection, ingest_id: str) -> None:
    """Its owner stops it when it looks next."""
    await connection.execute(
        update(ingests)
        .where(ingests.c.id == ingest_id, ingests.c.state.in_(OPEN))
        .values(stopping=True, updated_at=func.clock_timestamp())
    )


async def renew(connection: AsyncConnection, lease: Lease) -> dict[str, bool]:
    """Those that this owner looks after, and still does, each with whether it is to be stopped."""
    renewed = await connection.execute(
        update(ingests)
        .where(ingests.c.owner == lease.owner, ingests.c.state.in_(OPEN))
        .values(_owned(lease))
        .returning(ingests.c.id, ingests.c.stopping)
    )
    return {row.id: row.stopping for row in renewed}


async def claim(connection: AsyncConnection, lease: Lease, most: int) -> tuple[Ingest, ...]:
    """Look after those that nobody looks after any more, the oldest first."""
    free = (
        select(ingests.c.id)
        .where(ingests.c.state.in_(OPEN), ingests.c.owned_until < func.clock_timestamp())
        .order_by(ingests.c.created_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    names = tuple((await connection.execute(free)).scalars())
    if not names:
        return ()
    mine = ingests.c.id.in_(names)
    await connection.execute(update(ingests).where(mine).values(_owned(lease)))
    return tuple(_ingest(row) for row in (await connection.execute(_selected().where(mine))).mappings())


async def release(connection: AsyncConnection, ingest_id: str, owner: str) -> None:
    """Look after it no more: another one may at once."""
    await connection.execute(
        update(ingests)
        .where(ingests.c.id == ingest_id, ingests.c.owner == owner)
        .values(owner=None, owned_until=func.clock_timestamp())
    )


def _owned(lease: Lease) -> dict[str, Any]:
    return {"owner": lease.owner, "owned_until": until(lease.seconds)}


def _selected() -> Select[Any]:
    workspace = meetings.c.workspace_id.label("workspace")
    seq = func.coalesce(sessions.c.seq, 0).label("seq")
    return select(*ingests.c, workspace, seq, api_keys.c.expires_at.label("key_expires_at")).select_from(
        ingests.join(meetings, meetings.c.id == ingests.c.meeting_id)
        .outerjoin(sessions, sessions.c.id == ingests.c.session_id)
        .outerjoin(api_keys, api_keys.c.id == ingests.c.key_id)
    )


def _ingest(row: Any) -> Ingest:
    new = {name: row[name] for name in _NEW} | {"token": row["token"] or ""}
    return Ingest(
        NewIngest(**new),
        Progress(**{name: row[name] for name in _PROGRESS}),
        row["workspace"],
        row["stopping"],
        row["created_at"],
        row["updated_at"],
        row["seq"],
        row["key_expires_at"],
    )
