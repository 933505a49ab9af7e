"""Where one session's results go: to its own client, to the meeting's viewers, and to the store.

The client gets every event; viewers get captions, speech marks and gaps on the meeting's clock; the store
gets finals with the number under which viewers saw them.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from server.live.hub import Hub, meeting_deleted
from server.store.api import Store
from server.store.records import Meeting, Progressed, Session, StoredSegment
from streaming.errors import Close, NotFound, ProtocolError, StenoError
from streaming.events import Caption, Event, Gap, Speech
from streaming.outbox import Outbox, SlowReader
from streaming.segments import Segment
from streaming.session import Checkpoint

Who = Callable[[float, float], str | None]
"""Who spoke from one second of a session to another, None where that is not known: for a track on which many
speak."""
UNKNOWN_PARTIALS = 10_000
"""Captions that a client may have been sent after the last ones of which the store knows."""


class SessionSink:
    """The sink of one session. `fail` is told when the client or the meeting is beyond help, or the session
    goes on in another process; `captioned` of each caption with words."""

    def __init__(
        self,
        session: Session,
        store: Store,
        hub: Hub,
        owner: str,
        fail: Callable[[StenoError], None],
        *,
        captioned: Callable[[Caption], None] = lambda _: None,
    ) -> None:
        self._session = session
        self._store = store
        self._hub = hub
        self._owner = owner
        self._fail = fail
        self._captioned = captioned
        self._outbox = Outbox()
        self.who: Who | None = None
        """Names the speaker of each segment, where the session has not one for all."""
        self.late = False
        """Whether the session ends because nobody resumed it."""
        self.meeting: Meeting | None = None
        """The meeting after the session was ended in the store."""
        self._something = asyncio.Event()
        self._closed = False
        self._numbers: dict[str, int] = {}  # bounded: finals that are not stored yet

    def publish(self, event: Event) -> None:
        """Take an event, in order."""
        if isinstance(event, Caption):
            event = replace(event, segment=self._named(event.segment))
        self.tell(event)
        if isinstance(event, Caption) and (event.segment.text or event.pending):
            self._captioned(event)
        if isinstance(event, Caption | Speech | Gap):
            self._show(event)

    def tell(self, event: Event) -> None:
        """Take an event that concerns this client alone."""
        if self._closed:
            return
        try:
            self._outbox.put(event)
        except SlowReader:
            self._closed = True
            self._fail(
                ProtocolError(
                    "slow_reader",
                    "Captions were not read as fast as they came; the transcript is kept.",
                    Close.SLOW_READER,
                )
            )
        self._something.set()

    async def save(self, checkpoint: Checkpoint) -> None:
        """Store finals and position in one transaction, with the last ones the end. Raises `StoreError`."""
        try:
            await self._save(checkpoint)
        except NotFound:
            self._fail(meeting_deleted())
        except ProtocolError as error:  # The session has another owner.
            self._fail(error)
            raise
        else:
            stored = [segment.id for segment in checkpoint.segments]
            self._hub.stored(self._session.meeting_id, stored)
            self._outbox.stored(stored)
        for segment in checkpoint.segments:
            self._numbers.pop(segment.id, None)

    async def _save(self, checkpoint: Checkpoint) -> None:
        offset = self._session.offset
        stored = [
            StoredSegment(
                self._named(segment).shifted(offset),
                self._session.id,
                self._numbers.get(segment.id, 0),
                self._outbox.number_of(segment.id),
            )
            for segment in checkpoint.segments
        ]
        progressed = Progressed(
            checkpoint.progress.as_json(),
            self._outbox.expected_seq,
            self._owner,
            self.late,
            checkpoint.intervals,
        )
        if checkpoint.ended is None:
            await self._store.save(
                self._session.id,
                stored,
                position=checkpoint.position,
                coverage=checkpoint.coverage,
                progressed=progressed,
            )
        else:
            self.meeting = await self._store.close_session(
                self._session.id,
                stored,
                position=checkpoint.position,
                duration=checkpoint.ended.duration,
                coverage=checkpoint.coverage,
                progressed=progressed,
            )

    def _named(self, segment: Segment) -> Segment:
        if self.who is None:
            return segment
        return replace(segment, speaker=self.who(segment.start, segment.end))

    def check(self, seq: int) -> None:
        """Refuse a number that no client can have seen. Raises `ProtocolError` `seq_unknown`."""
        if seq > self._outbox.seq:
            raise seq_unknown(seq, self._outbox.seq)

    async def rewind(self, seq: int) -> None:
        """Begin again after the last number that the client has seen. Raises what `check` raises."""
        self.check(seq)
        missed = await self._finals_after(seq) if seq < self._outbox.forgotten else ()
        self._outbox.rewind(seq, missed)
        self._something.set()

    async def begin_after(self, seq: int) -> None:
        """Go on with a session of another process, whose client has seen everything up to `seq`."""
        if seq > self._session.seq + UNKNOWN_PARTIALS:
            raise seq_unknown(seq, self._session.seq)
        self._outbox.rewind(seq, await self._finals_after(seq))

    async def _finals_after(self, seq: int) -> list[Caption]:
        """Stored finals that the client may not have seen."""
        found = await self._store.finals_after(self._session, seq)
        return [Caption(0, one.segment, final=True) for one in found]

    async def next(self) -> Event | None:
        """The next event for the client; None after `close` when all were taken."""
        while True:
            event = self._outbox.pop()
            if event is not None or self._closed:
                return event
            self._something.clear()
            await self._something.wait()

    @property
    def closed(self) -> bool:
        """Whether nothing more will be told."""
        return self._closed

    def close(self) -> None:
        """Nothing more will be told."""
        self._closed = True
        self._something.set()

    def _show(self, event: Caption | Speech | Gap) -> None:
        offset = self._session.offset
        shown: Caption | Speech | Gap
        if isinstance(event, Caption):
            shown = replace(event, segment=event.segment.shifted(offset))
        elif isinstance(event, Speech):
            shown = replace(event, at=event.at + offset)
        else:
            shown = replace(event, start=event.start + offset, end=event.end + offset)
        try:
            seq = self._hub.publish(self._session.meeting_id, shown)
        except NotFound:
            self._fail(meeting_deleted())
            return
        # Of a draft that came to nothing the last word is shown, but nothing is stored.
        if isinstance(event, Caption) and event.final and event.segment.text:
            self._numbers[event.segment.id] = seq


def seq_unknown(seq: int, last: int) -> ProtocolError:
    """The error for a number that was never given."""
    return ProtocolError(
        "seq_unknown",
        f"No event with the number {seq} was ever sent; the last one had about {last}.",
        Close.NOT_ALLOWED,
        409,
    )
