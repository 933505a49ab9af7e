"""Endpoints that listen to events, and what became of each delivery: for tests over a real database.

In: a store, its address. Out: endpoints with secrets, a running sender, and a way to wait for states.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from prometheus_client import CollectorRegistry

from server.metrics import Metrics
from server.notify.targets import new_secret
from server.notify.wiring import Notices, telling
from server.store.event_records import EVENT_TYPES, Endpoint
from server.store.postgres import PostgresStore
from server.store.records import NewMeeting, StoredSegment
from streaming.segments import Coverage
from tests.integration.store.made import a_segment, a_session
from tests.support.told import Deliveries, watching

WORKSPACE = "default"
ADDRESS = "https://steno.example"


async def listens(
    store: PostgresStore, url: str = "https://hooks.example/", *events: str, workspace: str = WORKSPACE
) -> Endpoint:
    """An endpoint; for all events where none is named."""
    values = {
        "url": url,
        "description": "",
        "events": list(events or EVENT_TYPES),
        "secret": new_secret(),
    }
    await store.access.add_workspace(workspace)
    return await store.webhooks.create(workspace, values)


async def a_live_meeting(store: PostgresStore, title: str = "Launch") -> str:
    """With one open session, `ses-<id>`."""
    meeting = await store.create_meeting(NewMeeting(title=title, metadata={"crm": "deal-17"}))
    await store.open_session(meeting.id, a_session(f"ses-{meeting.id}"))
    return meeting.id


async def say(store: PostgresStore, meeting: str, *numbers: int, text: str = "мы начинаем") -> None:
    """Store finals of the meeting's session in one transaction."""
    said: list[StoredSegment] = [
        a_segment(f"ses-{meeting}-{number}", f"{text} {number}", start=float(number), seq=number)
        for number in numbers
    ]
    await store.save(f"ses-{meeting}", said, position=0, coverage=Coverage())


async def end(store: PostgresStore, meeting: str) -> None:
    """End the session and with it the meeting."""
    await store.close_session(f"ses-{meeting}", position=0, duration=5.0, coverage=Coverage())


async def told(database: asyncpg.Connection, endpoint: Endpoint) -> list[tuple[str, str]]:
    """Type and state of all deliveries of an endpoint, in the order of what happened."""
    rows = await database.fetch(
        "SELECT events.type, event_deliveries.state FROM event_deliveries JOIN events "
        "ON events.id = event_id WHERE endpoint_id = $1 ORDER BY event_deliveries.seq",
        endpoint.id,
    )
    return [(row["type"], row["state"]) for row in rows]


class EventDeliveries(Deliveries):
    """Those of events."""

    async def settled(self) -> None:
        """Wait until nothing is open."""
        await self._until("NOT EXISTS (SELECT FROM event_deliveries WHERE state IN ('pending', 'sending'))")

    async def attempted(self) -> None:
        """Wait until something has failed and is to be tried again."""
        await self._until(_WAITS)

    async def hurry(self) -> None:
        """What has failed is to be tried again at once: wait until it has, and make it due."""
        await self.attempted()
        await self.connection.execute(
            "UPDATE event_deliveries SET next_at = now(), failure = NULL WHERE failure IS NOT NULL"
        )

    async def _until(self, condition: str) -> None:
        async def so() -> bool:
            return bool(await self.connection.fetchval(f"SELECT {condition}"))

        await self.until_it_holds(so)


_WAITS = "EXISTS (SELECT FROM event_deliveries WHERE state = 'pending' AND failure IS NOT NULL)"


@asynccontextmanager
async def watched_events(url: str) -> AsyncIterator[EventDeliveries]:
    """Watch the deliveries of events of the database at `url`."""
    async with watching(url, "event_deliveries", EventDeliveries) as deliveries:
        yield deliveries


@asynccontextmanager
async def told_by(store: PostgresStore, *, allow_private: bool = True) -> AsyncIterator[None]:
    """Send events, also to this machine, until the block ends."""
    metrics = Metrics(CollectorRegistry())
    async with telling(store, metrics, Notices(ADDRESS, allow_private=allow_private)):
        yield
