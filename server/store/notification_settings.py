"""Queries on a workspace's notifications, and on the keys for links and pushes, which all workspaces share:
one row, made when it is first asked for. Each takes the connection of the caller's transaction.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.delivery_records import NotificationSettings
from server.store.schema import notification_settings, silenced, workspaces

_ONE: Final = 1
Change = Callable[[Mapping[str, Any] | None], tuple[Mapping[str, Any], Collection[str]]]
"""From the targets to others, and the digests of the receivers that are new."""
UNSUBSCRIBED: Final = "unsubscribed"
"""The code of those who asked for it themselves; only they may undo it."""


async def get(
    connection: AsyncConnection, workspace: str, new_keys: Callable[[], Mapping[str, str]]
) -> NotificationSettings:
    """Of a workspace; the keys are those that were made first."""
    columns = notification_settings.c
    notify = select(workspaces.c.notify).where(workspaces.c.id == workspace).scalar_subquery()
    query = select(notify.label("notify"), columns.mail_key, columns.push_key)
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        made = postgresql.insert(notification_settings).values(id=_ONE, **new_keys())
        await connection.execute(made.on_conflict_do_nothing())
        row = (await connection.execute(query)).mappings().one()
    return NotificationSettings(**row)


async def put(
    connection: AsyncConnection, workspace: str, notify: Mapping[str, Any], digests: Collection[str]
) -> None:
    """Exchange the targets. Receivers of these digests that were gone are tried again."""
    await connection.execute(update(workspaces).where(workspaces.c.id == workspace).values(notify=notify))
    back = (silenced.c.workspace_id == workspace) & silenced.c.digest.in_(digests)
    back &= silenced.c.code != UNSUBSCRIBED
    await connection.execute(delete(silenced).where(back))


async def change(connection: AsyncConnection, workspace: str, change: Change) -> None:
    """Exchange the targets for what is made of them; who else changes them waits."""
    query = select(workspaces.c.notify).where(workspaces.c.id == workspace).with_for_update()
    notify, digests = change((await connection.execute(query)).scalar_one_or_none())
    await put(connection, workspace, notify, digests)
