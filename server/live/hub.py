"""Every live meeting's captions, fanned out to viewers in this process.

In: `publish` on the event loop, from whoever ingests a meeting. Out: a `Subscription` for each viewer, which
begins with what was said so far and goes on live, nothing twice and nothing left out. Publishing never waits
for a viewer. Bounds: see `server/live/topic.py`; `max_viewers` in all
and `max_per_meeting` of one meeting, beyond which `Overloaded` is raised.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager

from server.live.topic import OUTBOX, Outbox, Topic, Viewed, edits, replay
from server.store.api import Store
from streaming.errors import Close, NotFound, Overloaded, ProtocolError, StenoError
from streaming.events import Ended
from streaming.segments import Segment

MAX_VIEWERS = 5_000
MAX_PER_MEETING = 2_000
NOTHING_LEFT = Ended(duration=0.0, segments=0)


def meeting_deleted() -> ProtocolError:
    """The error for whoever streams to a meeting that is deleted, or watches it."""
    return ProtocolError("meeting_deleted", "The meeting was deleted.", Close.NOT_ALLOWED, 404)


class Subscription:
    """One viewer's side. `failed` is set as soon as the viewer must be sent away, even in mid-write,
    and `error` then says why."""

    def __init__(self, limit: int = OUTBOX) -> None:
        self.failed = asyncio.Event()
        self.outbox = Outbox(limit, self._wake)
        # bounded: by the finals of one meeting, filled once.
        self.replaying: deque[Viewed] = deque()
        self._something = asyncio.Event()
        self.error: StenoError | None = None
        self._over = False

    def _wake(self) -> None:
        self._something.set()
        if self.outbox.slow:
            self.fail(
                ProtocolError(
                    "slow_reader",
                    "Captions were not read as fast as they came; connect again with since=<last seq seen>.",
                    Close.SLOW_READER,
                    status=408,
                )
            )

    def fail(self, error: StenoError) -> None:
        """Send the viewer away: the next `get` raises `error`."""
        self.error = self.error or error
        self.failed.set()
        self._something.set()

    async def get(self, within: float | None = None) -> Viewed | None:
        """The next event, or None when nothing came `within` seconds. The last one is `Ended`.

        Raises `ProtocolError` `slow_reader` or `Overloaded` `restarting`; `StopAsyncIteration` after `Ended`.
        """
        if self._over:
            raise StopAsyncIteration
        try:
            async with asyncio.timeout(within):
                event = await self._next()
        except TimeoutError:
            return None
        self._over = isinstance(event, Ended)
        return event

    async def _next(self) -> Viewed:
        while True:
            if self.error is not None:
                raise self.error
            event = self.replaying.popleft() if self.replaying else self.outbox.take()
            if event is not None:
                return event
            self._something.clear()
            await self._something.wait()

    def __aiter__(self) -> AsyncIterator[Viewed]:
        return self

    async def __anext__(self) -> Viewed:
        event = await self.get()
        assert event is not None, "without a time limit get() waits for an event"  # noqa: S101
        return event


class Hub:
    """All topics of this process. Not thread-safe: call it on the event loop."""

    def __init__(
        self,
        store: Store,
        *,
        max_viewers: int = MAX_VIEWERS,
        max_per_meeting: int = MAX_PER_MEETING,
        outbox: int = OUTBOX,
    ) -> None:
        self._store = store
        self._topics: dict[str, Topic] = {}
        self._viewers: set[Subscription] = set()
        self._told: list[Callable[[str], None]] = []  # bounded: one for each part of the process
        self._max_viewers = max_viewers
        self._max_per_meeting = max_per_meeting
        self._outbox = outbox

    def open(self, meeting_id: str, last_seq: int, names: Mapping[str, str] | None = None) -> None:
        """A session of this meeting begins. `last_seq` is what the store knows of its numbers, `names` what
        people called its speakers, by label."""
        topic = self._topics.setdefault(meeting_id, Topic())
        if not topic.live:
            topic.names = dict(names or {})
        topic.open(last_seq)

    def rename(self, meeting_id: str, names: Mapping[str, str]) -> None:
        """Speakers have these names from now on; tell whoever watches."""
        if meeting_id in self._topics:
            self._topics[meeting_id].rename(names)

    def correct(self, meeting_id: str, segment: Segment) -> None:
        """A stored final is other than it was heard; tell whoever watches."""
        if meeting_id in self._topics:
            self._topics[meeting_id].correct(segment)

    def publish(self, meeting_id: str, event: Viewed) -> int:
        """Number the event if it is a caption, and offer it to every viewer.

        Publish `Ended` once, when the meeting itself has ended: it is the last thing that viewers are told.
        Raises `NotFound` when the meeting is not open (never opened, ended, or deleted).
        """
        topic = self._topics.get(meeting_id)
        if topic is None or not topic.live:
            raise NotFound("meeting_not_live", "The meeting is not live: it has ended or was deleted.")
        seq = topic.publish(event)
        self._forget(meeting_id)
        return seq

    def stored(self, meeting_id: str, segments: Iterable[str]) -> None:
        """The finals of these segments are in the store, committed."""
        if meeting_id in self._topics:
            self._topics[meeting_id].stored(segments)

    def on_delete(self, told: Callable[[str], None]) -> None:
        """Have `told` called with the id of each meeting that is known to be deleted."""
        self._told.append(told)

    def delete(self, meeting_id: str) -> None:
        """Send everybody away from a meeting that is deleted, and forget what was said in it."""
        for told in self._told:
            told(meeting_id)
        topic = self._topics.get(meeting_id)
        if topic is not None:
            for viewer in tuple(self._viewers):
                if viewer.outbox in topic.outboxes:
                    viewer.fail(meeting_deleted())
                    viewer.replaying.clear()
            topic.publish(NOTHING_LEFT)
            self._forget(meeting_id)

    def known(self) -> set[str]:
        """The meetings that are streamed or watched here."""
        return set(self._topics)

    def end(self, meeting_id: str, ended: Ended = NOTHING_LEFT) -> None:
        """Tell viewers that the meeting is over: it was finished in its absence; nothing if nobody knows it
        here."""
        if meeting_id in self._topics:
            self._topics[meeting_id].publish(ended)
            self._forget(meeting_id)

    def leave(self, meeting_id: str) -> None:
        """No session of this meeting is in this process any more, though the meeting goes on."""
        if meeting_id in self._topics:
            self._topics[meeting_id].live = False
            self._forget(meeting_id)

    @asynccontextmanager
    async def subscribe(self, meeting_id: str, since: int = 0) -> AsyncIterator[Subscription]:
        """Watch a meeting from after number `since`.

        Raises `NotFound` `meeting_not_found`, `Overloaded` when there are too many viewers, `StoreError`.
        """
        if len(self._viewers) >= self._max_viewers:
            raise Overloaded("There are too many viewers at the moment.", retry_after=10.0)
        watched = self._topics.get(meeting_id)
        if watched is not None and len(watched.outboxes) >= self._max_per_meeting:
            raise Overloaded(
                f"The meeting has no room for another viewer: it takes {self._max_per_meeting} at once.",
                retry_after=10.0,
                code="too_many_viewers",
            )
        subscription = Subscription(self._outbox)
        topic = self._topics.setdefault(meeting_id, Topic())
        topic.outboxes.add(subscription.outbox)
        self._viewers.add(subscription)
        try:
            await self._catch_up(subscription, topic, meeting_id, since)
            yield subscription
        finally:
            self._viewers.discard(subscription)
            topic.outboxes.discard(subscription.outbox)
            self._forget(meeting_id)

    async def _catch_up(self, viewer: Subscription, topic: Topic, meeting_id: str, since: int) -> None:
        """Fill the replay. The outbox is attached already, so what is published meanwhile is kept there."""
        snapshot, counted = topic.snapshot(), topic.last_seq
        meeting = await self._store.meeting(meeting_id)
        if meeting is None:
            raise NotFound("meeting_not_found", "There is no meeting with this id.")
        stored = await self._store.segments(meeting_id)
        # From here to the end nothing is awaited: the outbox cannot change under our hands.
        ended = meeting.status == "ended"
        known = max(counted, meeting.last_seq)
        before = None if ended else viewer.outbox.first_seq
        viewer.replaying.extend(edits(stored, meeting.speakers, since=since))
        viewer.replaying.extend(replay(stored, snapshot, since=since, last_seq=known, before=before))
        if ended:
            viewer.replaying.append(Ended(meeting.duration, len(stored), meeting.coverage))

    def _forget(self, meeting_id: str) -> None:
        topic = self._topics.get(meeting_id)
        if topic is not None and not topic.live and not topic.outboxes:
            del self._topics[meeting_id]

    def close(self) -> None:
        """Send every viewer away because this process stops; they may connect to another one."""
        for viewer in tuple(self._viewers):
            error = Overloaded("The server restarts; connect again.", retry_after=1.0, code="restarting")
            error.close = Close.RESTART
            viewer.fail(error)

    def statistics(self) -> dict[str, int]:
        """Counts for metrics."""
        live = sum(topic.live for topic in self._topics.values())
        waiting = sum(len(viewer.outbox) for viewer in self._viewers)
        return {
            "topics": len(self._topics),
            "live": live,
            "viewers": len(self._viewers),
            "waiting": waiting,
        }
