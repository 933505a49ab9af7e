"""The step that names whom to tell of a report: it makes deliveries, and sends nothing.

In: an end of a meeting, or a version of its report that was written. Out: a delivery for each receiver of
the meeting's and of the workspace's targets, made once for an end of the meeting, however often the step is
done. While a language model still writes, nobody is told; a version that somebody asked for is not told of.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from server.jobs.follow_up import Ending, Step
from server.notify.targets import REPORT_READY, Target, WebhookTarget, digest, read_notify, single
from server.store.api import Store
from server.store.delivery_records import NewDelivery
from server.store.postgres_notifications import PostgresNotifications
from streaming.errors import NotFound, ProtocolError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Announcer:
    """`wake` tells whoever sends that there is something to send."""

    store: Store
    notifications: PostgresNotifications
    wake: Callable[[], None]

    @property
    def after_end(self) -> Step:
        """The last step of a follow-up."""
        return Step("notify", lambda ending: self._announce(ending.meeting, ending.number))

    @property
    def after_writing(self) -> Step:
        """The last step of the writing of a report."""
        return Step("notify", self._written)

    async def _written(self, of: Ending) -> None:
        ending = await self.notifications.ending_of(of.meeting, of.number)
        if ending is not None:
            await self._announce(of.meeting, ending)

    async def _announce(self, meeting_id: str, ending: int) -> None:
        version = await self.notifications.announced(meeting_id, ending)
        meeting = await self.store.meeting(meeting_id)
        if version is None or meeting is None:
            return
        workspace = await self.notifications.notification_settings(meeting.workspace)
        new = [
            NewDelivery(target.kind, key, target.model_dump(mode="json"))
            for key, target in receivers(meeting.notify, workspace.notify).items()
        ]
        try:
            made = await self.notifications.add_deliveries(meeting_id, ending, version, new)
        except NotFound:  # It was deleted meanwhile.
            return
        if made:
            self.wake()


def receivers(*values: Mapping[str, Any] | None) -> dict[str, Target]:
    """Each receiver once, by digest; of two targets for one the first counts."""
    found: dict[str, Target] = {}
    for value in values:
        try:
            targets = single(read_notify(value))
        except ProtocolError:
            log.warning("notify_not_readable")
            continue
        for target in targets:
            if not isinstance(target, WebhookTarget) or REPORT_READY in target.events:
                found.setdefault(digest(target), target)
    return found
