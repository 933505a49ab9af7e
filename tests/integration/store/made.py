"""Records for the tests of the store."""

from server.access.access import DEFAULT
from server.store.postgres import PostgresStore
from server.store.records import NewSession, StoredSegment
from streaming.segments import Segment, TimedWord


def a_session(session_id: str) -> NewSession:
    """A session of 16 kHz mono PCM."""
    return NewSession(session_id, encoding="pcm_s16le", sample_rate=16_000, channels=1)


def a_segment(segment_id: str, text: str, *, start: float = 0.0, seq: int = 1) -> StoredSegment:
    """A final of one second with its words."""
    words = tuple(TimedWord(word, start, start + 0.5, 0.9) for word in text.split())
    segment = Segment(segment_id, start, start + 1.0, text, "ru", words)
    return StoredSegment(segment, session_id="", seq=seq)


async def whole_list(store: PostgresStore, *, limit: int, q: str = "") -> list[str]:
    """The ids of all pages."""
    page = await store.meetings(DEFAULT, limit=limit, q=q)
    ids = [meeting.id for meeting in page.meetings]
    while page.next_cursor is not None:
        page = await store.meetings(DEFAULT, limit=limit, q=q, cursor=page.next_cursor)
        ids += [meeting.id for meeting in page.meetings]
    return ids
