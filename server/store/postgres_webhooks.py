"""Endpoints of webhooks and the events on their way to them, on PostgreSQL: one transaction a call."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from server.store import endpoints, event_queue
from server.store.delivery_records import Settled
from server.store.engine import transaction
from server.store.event_records import ClaimedEvent, Endpoint, EventDelivery, EventState

log = structlog.get_logger(__name__)


class Webhooks(Protocol):
    """What the HTTP calls need of it. All that names an endpoint raises `NotFound` `webhook_not_found` for
    one that is not the workspace's, and everything `StoreUnavailable` when the database cannot answer."""

    async def create(self, workspace: str, values: Mapping[str, Any]) -> Endpoint:
        """Make one. Raises `ProtocolError` `too_many_webhooks`."""
        ...

    async def endpoints(self, workspace: str) -> tuple[Endpoint, ...]:
        """All, the newest first."""
        ...

    async def endpoint(self, workspace: str, endpoint_id: str) -> Endpoint:
        """One."""
        ...

    async def change(
        self, workspace: str, endpoint_id: str, values: Mapping[str, Any], *, enabled: bool | None
    ) -> Endpoint:
        """Set fields, and switch it on or off."""
        ...

    async def rotate(self, workspace: str, endpoint_id: str, secret: str, overlap: float) -> Endpoint:
        """Take a new secret; the present one counts for another `overlap` seconds."""
        ...

    async def remove(self, workspace: str, endpoint_id: str) -> None:
        """Delete it with its history."""
        ...

    async def ping(self, workspace: str, endpoint_id: str) -> EventDelivery:
        """Send it a test. Raises `ProtocolError` `webhook_disabled`."""
        ...

    async def history(
        self, workspace: str, endpoint_id: str, *, cursor: str | None, limit: int, state: EventState | None
    ) -> tuple[tuple[EventDelivery, ...], str | None]:
        """A page of what it was told, and the next cursor. Raises `ProtocolError` `bad_cursor`."""
        ...

    async def replay(self, workspace: str, endpoint_id: str, delivery_id: str) -> EventDelivery:
        """Send one again. Raises `NotFound` `delivery_not_found`."""
        ...

    async def replay_since(self, workspace: str, endpoint_id: str, since: datetime) -> tuple[int, bool]:
        """Send again what was given up; how many, and whether there are more."""
        ...


class PostgresWebhooks:
    """See `Webhooks`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def create(self, workspace: str, values: Mapping[str, Any]) -> Endpoint:
        """Make one."""
        async with transaction(self._engine) as connection:
            return await endpoints.create(connection, workspace, values)

    async def endpoints(self, workspace: str) -> tuple[Endpoint, ...]:
        """All, the newest first."""
        async with transaction(self._engine) as connection:
            return await endpoints.listed(connection, workspace)

    async def endpoint(self, workspace: str, endpoint_id: str) -> Endpoint:
        """One."""
        async with transaction(self._engine) as connection:
            return await endpoints.get(connection, workspace, endpoint_id)

    async def change(
        self, workspace: str, endpoint_id: str, values: Mapping[str, Any], *, enabled: bool | None = None
    ) -> Endpoint:
        """Set fields, and switch it on or off."""
        async with transaction(self._engine) as connection:
            return await endpoints.change(connection, workspace, endpoint_id, values, enabled=enabled)

    async def rotate(self, workspace: str, endpoint_id: str, secret: str, overlap: float) -> Endpoint:
        """Take a new secret."""
        async with transaction(self._engine) as connection:
            return await endpoints.rotate(connection, workspace, endpoint_id, secret, overlap)

    async def remove(self, workspace: str, endpoint_id: str) -> None:
        """Delete it with its history, which may be long: first nobody tells it anything any more, so that
        no final waits for the rest."""
        async with transaction(self._engine) as connection:
            await endpoints.change(connection, workspace, endpoint_id, {}, enabled=False)
        more = True
        while more:
            async with transaction(self._engine) as connection:
                more = await endpoints.shorten(connection, endpoint_id)
        async with transaction(self._engine) as connection:
            await endpoints.remove(connection, workspace, endpoint_id)

    async def ping(self, workspace: str, endpoint_id: str) -> EventDelivery:
        """Send it a test."""
        async with transaction(self._engine) as connection:
            return await endpoints.ping(connection, workspace, endpoint_id)

    async def history(
        self,
        workspace: str,
        endpoint_id: str,
        *,
        cursor: str | None = None,
        limit: int = 50,
        state: EventState | None = None,
    ) -> tuple[tuple[EventDelivery, ...], str | None]:
        """A page of what it was told."""
        async with transaction(self._engine) as connection:
            return await endpoints.history(
                connection, workspace, endpoint_id, cursor=cursor, limit=limit, state=state
            )

    async def replay(self, workspace: str, endpoint_id: str, delivery_id: str) -> EventDelivery:
        """Send one again."""
        async with transaction(self._engine) as connection:
            return await endpoints.replay(connection, workspace, endpoint_id, delivery_id)

    async def replay_since(self, workspace: str, endpoint_id: str, since: datetime) -> tuple[int, bool]:
        """Send again what was given up."""
        async with transaction(self._engine) as connection:
            return await endpoints.replay_since(connection, workspace, endpoint_id, since)


class PostgresEvents:
    """The events on their way, as `server.notify.sender.Outbox` takes them."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def claim(self, limit: int, lease: float) -> tuple[ClaimedEvent, ...]:
        """Take what is due for `lease` seconds, after what dead processes left was given back."""
        async with transaction(self._engine) as connection:
            await event_queue.recover(connection)
            return await event_queue.claim(connection, limit, lease)

    async def settle(self, delivery: ClaimedEvent, outcome: Settled) -> bool:
        """Write what became of an attempt, and what that says of its endpoint; False if it is not the
        caller's any more."""
        async with transaction(self._engine) as connection:
            written, disabled = await event_queue.settle(connection, delivery, outcome)
        if disabled is not None:
            log.warning("webhook_disabled", webhook=delivery.endpoint_id, code=disabled)
        return written

    async def seconds_to_next(self) -> float | None:
        """Until something may be taken; None when nothing is open."""
        async with transaction(self._engine) as connection:
            return await event_queue.seconds_to_next(connection)

    async def count_waiting(self) -> None:
        """Count what waits for each endpoint, which bounds it."""
        async with transaction(self._engine) as connection:
            await event_queue.count_waiting(connection)

    async def forget(self) -> int:
        """Remove some of what happened long ago; how much."""
        async with transaction(self._engine) as connection:
            return await event_queue.forget(connection)
