"""No notifications and no webhooks: what the store gives where nothing was stored. It takes nothing."""

from typing import cast

from server.store.deliveries import delivery_not_found
from server.store.delivery_records import Delivery
from server.store.endpoints import webhook_not_found
from server.store.event_records import Endpoint
from server.store.notification_settings import Change
from server.store.postgres_notifications import Notifications
from server.store.postgres_webhooks import Webhooks


class _NoNotifications:
    async def deliveries(
        self, meeting_id: str, limit: int = 200, cursor: str | None = None
    ) -> tuple[Delivery, ...]:
        return ()

    async def replay_delivery(self, workspace: str, delivery_id: str) -> Delivery:
        raise delivery_not_found()

    async def change_notifications(self, workspace: str, change: Change) -> None:
        change(None)


def no_notifications() -> Notifications:
    """Reads find nothing; a write is a mistake of the test, and there is no method for it."""
    return cast("Notifications", _NoNotifications())


class _NoWebhooks:
    async def endpoints(self, workspace: str) -> tuple[Endpoint, ...]:
        return ()

    async def endpoint(self, workspace: str, endpoint_id: str) -> Endpoint:
        raise webhook_not_found()


def no_webhooks() -> Webhooks:
    """The same for webhooks."""
    return cast("Webhooks", _NoWebhooks())
