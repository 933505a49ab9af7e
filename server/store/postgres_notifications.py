"""`PostgresNotifications`: deliveries and the notifications of workspaces on PostgreSQL, one transaction a
call."""

import base64
import secrets
from collections.abc import Collection, Mapping
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from server.notify.sealing import new_key
from server.notify.unsubscribe import KEY_BYTES
from server.store import deliveries, notification_settings
from server.store.delivery_records import Delivery, NewDelivery, NotificationSettings, Settled
from server.store.engine import transaction
from server.store.notification_settings import Change


class Notifications(Protocol):
    """What the HTTP calls need of it. Every method raises `StoreUnavailable` when the database cannot
    answer."""

    async def deliveries(
        self, meeting_id: str, limit: int = 200, cursor: str | None = None
    ) -> tuple[Delivery, ...]:
        """Of one meeting, the newest end first. Raises `ProtocolError` `bad_cursor`."""
        ...

    async def replay_delivery(self, workspace: str, delivery_id: str) -> Delivery:
        """Send it again. Raises `NotFound` `delivery_not_found`."""
        ...

    async def notification_settings(self, workspace: str) -> NotificationSettings:
        """A workspace's."""
        ...

    async def put_notifications(
        self, workspace: str, notify: Mapping[str, Any], digests: Collection[str]
    ) -> None:
        """Exchange a workspace's targets, whose digests are given."""
        ...

    async def change_notifications(self, workspace: str, change: Change) -> None:
        """Exchange a workspace's targets for what `change` makes of them, which nobody else changes
        meanwhile. Raises what it raises, and then changes nothing."""
        ...

    async def silence(self, workspace: str, digest: str, code: str) -> None:
        """Tell this receiver nothing of the workspace any more."""
        ...


class PostgresNotifications:
    """See `Notifications`, and for the rest `server.store.deliveries`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def announced(self, meeting_id: str, ending: int) -> int | None:
        """The version to tell of at this end of the meeting; None while it is being written."""
        async with transaction(self._engine) as connection:
            return await deliveries.announced(connection, meeting_id, ending)

    async def ending_of(self, meeting_id: str, version: int) -> int | None:
        """The end of the meeting that led to a version."""
        async with transaction(self._engine) as connection:
            return await deliveries.ending_of(connection, meeting_id, version)

    async def add_deliveries(
        self, meeting_id: str, number: int, version: int, new: Collection[NewDelivery]
    ) -> int:
        """Make those that are not there; how many."""
        async with transaction(self._engine) as connection:
            return await deliveries.add(connection, meeting_id, number, version, new)

    async def claim(self, limit: int, lease: float) -> tuple[Delivery, ...]:
        """Take what is due for `lease` seconds, after what dead processes left was given back."""
        async with transaction(self._engine) as connection:
            await deliveries.recover(connection)
            return await deliveries.claim(connection, limit, lease)

    async def settle(self, delivery: Delivery, outcome: Settled) -> bool:
        """Write what became of an attempt; False if it is not the caller's any more."""
        async with transaction(self._engine) as connection:
            return await deliveries.settle(connection, delivery, outcome)

    async def seconds_to_next(self) -> float | None:
        """Until something is due; None when nothing is open."""
        async with transaction(self._engine) as connection:
            return await deliveries.seconds_to_next(connection)

    async def deliveries(
        self, meeting_id: str, limit: int = 200, cursor: str | None = None
    ) -> tuple[Delivery, ...]:
        """Of one meeting, the newest end first. Raises `ProtocolError` `bad_cursor`."""
        async with transaction(self._engine) as connection:
            return await deliveries.of_meeting(connection, meeting_id, limit, cursor)

    async def replay_delivery(self, workspace: str, delivery_id: str) -> Delivery:
        """Send it again. Raises `NotFound` `delivery_not_found`."""
        async with transaction(self._engine) as connection:
            return await deliveries.replay(connection, workspace, delivery_id)

    async def notification_settings(self, workspace: str) -> NotificationSettings:
        """A workspace's; the keys are made when they are first asked for."""
        async with transaction(self._engine) as connection:
            return await notification_settings.get(connection, workspace, _new_keys)

    async def put_notifications(
        self, workspace: str, notify: Mapping[str, Any], digests: Collection[str]
    ) -> None:
        """Exchange a workspace's targets."""
        await self.notification_settings(workspace)
        async with transaction(self._engine) as connection:
            await notification_settings.put(connection, workspace, notify, digests)

    async def change_notifications(self, workspace: str, change: Change) -> None:
        """Exchange a workspace's targets for what `change` makes of them."""
        async with transaction(self._engine) as connection:
            await notification_settings.change(connection, workspace, change)

    async def silence(self, workspace: str, digest: str, code: str) -> None:
        """Tell this receiver nothing of the workspace any more."""
        async with transaction(self._engine) as connection:
            await deliveries.silence(connection, workspace, digest, code)

    async def silence_of(self, workspace: str, digest: str) -> str | None:
        """Why a receiver is told nothing of a workspace."""
        async with transaction(self._engine) as connection:
            return await deliveries.silence_of(connection, workspace, digest)


def _new_keys() -> dict[str, str]:
    mail_key = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    return {"mail_key": mail_key, "push_key": new_key()}
