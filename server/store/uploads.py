"""Queries on uploads. Each takes the connection of the caller's transaction.

A state that is the last one (`done`, `cancelled`, `failed`) never changes again.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.meetings import lock
from server.store.queue import UPLOAD, enqueue
from server.store.schema import meetings, sessions, uploads
from server.store.upload_records import OPEN, NewUpload, Upload, UploadState


async def add(connection: AsyncConnection, new: NewUpload) -> Upload:
    """Begin to receive a file. Raises `NotFound` `meeting_not_found`."""
    await lock(connection, new.meeting_id)
    await connection.execute(insert(uploads).values(asdict(new)))
    added = await get(connection, new.id)
    assert added is not None, "it was added in this transaction"  # noqa: S101
    return added


async def get(connection: AsyncConnection, upload_id: str) -> Upload | None:
    """One upload, or None."""
    row = (await connection.execute(_selected().where(uploads.c.id == upload_id))).mappings().one_or_none()
    return None if row is None else Upload(**row)


async def whole(connection: AsyncConnection, upload_id: str, seconds: float | None) -> bool:
    """The file is there and can be read: queue its hearing. False if it is not awaited any more."""
    changed = await connection.execute(
        update(uploads)
        .where(uploads.c.id == upload_id, uploads.c.state == "receiving")
        .values(state="waiting", seconds=seconds, updated_at=func.clock_timestamp())
        .returning(uploads.c.meeting_id, uploads.c.number, uploads.c.folder)
    )
    row = changed.one_or_none()
    if row is not None:
        await enqueue(connection, UPLOAD, row.meeting_id, row.number, queue=queue_of(row.folder))
    return row is not None


def queue_of(folder: str) -> str:
    """The queue of the processes that have this folder: no other one has the file."""
    return f"uploads-{folder}"


async def begin(connection: AsyncConnection, meeting_id: str, number: int) -> Upload | None:
    """The upload of a job, whose hearing begins or goes on if it waits for that; None if it was deleted."""
    mine = (uploads.c.meeting_id == meeting_id) & (uploads.c.number == number)
    await connection.execute(
        update(uploads)
        .where(mine, uploads.c.state == "waiting")
        .values(state="hearing", updated_at=func.clock_timestamp())
    )
    row = (await connection.execute(_selected().where(mine))).mappings().one_or_none()
    return None if row is None else Upload(**row)


async def keep(connection: AsyncConnection, upload_id: str, session_id: str, token: str) -> None:
    """The session in which it is heard; nobody else finishes that one, however long nothing is heard."""
    await _change(connection, upload_id, {"session_id": session_id, "token": token})
    await connection.execute(
        update(sessions)
        .where(sessions.c.id == session_id, sessions.c.status == "live")
        .values(resume_until=None)
    )


async def settle(
    connection: AsyncConnection, upload_id: str, state: UploadState, code: str | None, sentence: str | None
) -> bool:
    """The last state. False if it had one."""
    return await _change(
        connection, upload_id, {"state": state, "token": None, "code": code, "sentence": sentence}
    )


async def _change(connection: AsyncConnection, upload_id: str, changes: Mapping[str, Any]) -> bool:
    changed = await connection.execute(
        update(uploads)
        .where(uploads.c.id == upload_id, uploads.c.state.in_(OPEN))
        .values(**changes, updated_at=func.clock_timestamp())
    )
    return bool(changed.rowcount)


async def held(connection: AsyncConnection, folder: str) -> dict[str, int]:
    """The sizes of the files that a folder holds or awaits, by upload."""
    query = select(uploads.c.id, uploads.c.size).where(uploads.c.folder == folder, uploads.c.state.in_(OPEN))
    return {row.id: row.size for row in await connection.execute(query)}


async def expire(connection: AsyncConnection, folder: str, seconds: float) -> None:
    """Give up those of a folder that were not received in so many seconds."""
    age = func.make_interval(0, 0, 0, 0, 0, 0, seconds)
    await connection.execute(
        update(uploads)
        .where(
            uploads.c.folder == folder,
            uploads.c.state == "receiving",
            uploads.c.created_at < func.clock_timestamp() - age,
        )
        .values(state="failed", code="upload_over", sentence="The file was not sent whole within a day.")
    )


def _selected() -> Select[Any]:
    position = func.coalesce(sessions.c.position, 0).label("position")
    seq = func.coalesce(sessions.c.seq, 0).label("seq")
    workspace = meetings.c.workspace_id.label("workspace")
    return select(*uploads.c, workspace, position, seq).select_from(
        uploads.join(meetings, meetings.c.id == uploads.c.meeting_id).outerjoin(
            sessions, sessions.c.id == uploads.c.session_id
        )
    )
