"""A sink tells, stores and then forgets."""

from server.live.hub import Hub
from server.live.sink import SessionSink
from server.store.records import Lease, NewMeeting, NewSession
from streaming.errors import StenoError
from streaming.events import Caption
from streaming.progress import Progress
from streaming.segments import Coverage, Segment
from streaming.session import Checkpoint
from tests.fakes.store import MemoryStore
from tests.support.kept import kept

ENOUGH = 1_100
"""Finals that fill what is remembered for those who come back."""


def refuse(error: StenoError) -> None:
    """No sink fails here."""
    raise error


async def begun() -> tuple[SessionSink, MemoryStore, Hub]:
    store = MemoryStore()
    hub = Hub(store)
    meeting = await store.create_meeting(NewMeeting())
    session = await store.open_session(
        meeting.id, NewSession("s", "pcm_s16le", 16_000, 1), Lease("node", 60.0)
    )
    hub.open(meeting.id, 0)
    return SessionSink(session, store, hub, "node", refuse), store, hub


async def tell(sink: SessionSink, first: int, number: int) -> None:
    """Finals, of which every second came to nothing and is never stored."""
    for index in range(first, first + number):
        segment = Segment(f"s-{index:05d}", index, index + 0.5, "word" * (index % 2), "en")
        sink.publish(Caption(0, segment, "", final=True))
        assert await sink.next() is not None
        stored = (segment,) if segment.text else ()
        await sink.save(Checkpoint(stored, index, Coverage(), Progress(index, index, ())))


async def test_what_was_told_and_stored_is_not_kept_for_ever() -> None:
    sink, store, hub = await begun()
    await tell(sink, 10_000, ENOUGH)
    before = kept(sink, store) - kept(hub, store)
    await tell(sink, 20_000, 3_000)
    after = kept(sink, store) - kept(hub, store)
    # A table of the same length may take twice the place.
    assert after - before < 64_000
