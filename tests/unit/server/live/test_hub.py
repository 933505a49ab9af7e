"""The hub on a real loop: nothing is lost between history and live, and nobody is waited for."""

import asyncio

import pytest

from server.live.hub import Hub
from server.store.records import NewMeeting, NewSession, StoredSegment
from streaming.errors import NotFound, Overloaded
from streaming.events import Caption, Ended, Speech
from streaming.segments import Coverage, Segment
from tests.fakes.store import MemoryStore


class SlowStore(MemoryStore):
    """Reads segments only when it is let to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.go = asyncio.Event(), asyncio.Event()

    async def segments(
        self,
        meeting_id: str,
        *,
        since: float | None = None,
        until: float | None = None,
        words: bool = True,
    ) -> tuple[StoredSegment, ...]:
        self.asked.set()
        await self.go.wait()
        return await super().segments(meeting_id, since=since, until=until, words=words)


def final(name: str) -> Caption:
    return Caption(0, Segment(name, 0.0, 1.0, name, "en"), final=True)


async def live(store: MemoryStore, hub: Hub) -> str:
    meeting = await store.create_meeting(NewMeeting())
    await store.open_session(meeting.id, NewSession("s", "auto", None, None))
    hub.open(meeting.id, 0)
    return meeting.id


async def say(store: MemoryStore, hub: Hub, meeting: str, name: str) -> None:
    caption = final(name)
    seq = hub.publish(meeting, caption)
    await store.save("s", [StoredSegment(caption.segment, "s", seq)], position=0, coverage=Coverage())


async def test_what_is_said_while_history_is_read_comes_once() -> None:
    store = SlowStore()
    hub = Hub(store)
    meeting = await live(store, hub)
    await say(store, hub, meeting, "before")
    hub.publish(meeting, final("published, not yet stored"))
    seen: list[tuple[int, str]] = []

    async def view() -> None:
        async with hub.subscribe(meeting) as viewer:
            captions = [event async for event in viewer if isinstance(event, Caption)]
            seen.extend((caption.seq, caption.segment.text) for caption in captions)

    async with asyncio.TaskGroup() as group:
        group.create_task(view())
        await store.asked.wait()
        await say(store, hub, meeting, "meanwhile")
        store.go.set()
        await say(store, hub, meeting, "after")
        hub.publish(meeting, Ended(1.0, 4))
    assert seen == [(1, "before"), (2, "published, not yet stored"), (3, "meanwhile"), (4, "after")]
    assert hub.statistics() == {"topics": 0, "live": 0, "viewers": 0, "waiting": 0}


async def test_a_viewer_may_come_before_the_meeting_is_live() -> None:
    store = MemoryStore()
    hub = Hub(store)
    meeting = (await store.create_meeting(NewMeeting())).id
    async with hub.subscribe(meeting) as viewer:
        assert await viewer.get(0) is None
        hub.open(meeting, 0)
        hub.publish(meeting, Speech("started", 0.0))
        assert await viewer.get() == Speech("started", 0.0)
        hub.publish(meeting, Ended(0.0, 0))
        assert await viewer.get() == Ended(0.0, 0)
        with pytest.raises(StopAsyncIteration):
            await viewer.get()
    assert hub.statistics()["topics"] == 0


async def test_a_topic_outlives_its_viewers_only_while_the_meeting_is_live() -> None:
    store = MemoryStore()
    hub = Hub(store)
    meeting = await live(store, hub)
    async with hub.subscribe(meeting):
        pass
    assert hub.statistics()["topics"] == 1
    hub.publish(meeting, Ended(0.0, 0))
    assert hub.statistics()["topics"] == 0
    with pytest.raises(NotFound):
        hub.publish(meeting, final("too late"))


async def test_unknown_meetings_leave_no_trace() -> None:
    hub = Hub(MemoryStore())
    with pytest.raises(NotFound):
        async with hub.subscribe("nobody"):
            pass
    hub.end("nobody")
    assert hub.statistics()["topics"] == 0


async def test_viewers_are_bounded() -> None:
    store = MemoryStore()
    hub = Hub(store, max_viewers=1)
    meeting = await live(store, hub)
    async with hub.subscribe(meeting):
        with pytest.raises(Overloaded):
            async with hub.subscribe(meeting):
                pass
    async with hub.subscribe(meeting):
        assert hub.statistics()["viewers"] == 1
