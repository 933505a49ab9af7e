"""Where one session's results go: to its own client, to the meeting's viewers, and to the store.

The client gets every event; viewers get captions, speech marks and gaps on the meeting's clock; the store
gets finals with the number under which viewers saw them.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from server.live.hub import Hub
from server.store.api import Store
from server.store.records import Session, StoredSegment
from streaming.errors import Close, NotFound, ProtocolError, StenoError
from streaming.events import Caption, Event, Gap, Speech
from streaming.outbox import Outbox, SlowReader
from streaming.session import Checkpoint


class SessionSink:
    """The sink of one session. `fail` is told when the client or the meeting is beyond help."""

    def __init__(self, session: Session, store: Store, hub: Hub, fail: Callable[[StenoError], None]) -> None:
        self._session = session
        self._store = store
        self._hub = hub
        self._fail = fail
        self._outbox = Outbox()
        self._something = asyncio.Event()
        self._closed = False
        self._numbers: dict[str, int] = {}  # bounded: finals that are not stored yet

    def publish(self, event: Event) -> None:
        """Take an event, in order."""
        self.tell(event)
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
        """Store finals and position in one transaction. Raises `StoreError`."""
        offset = self._session.offset
        stored = [
            StoredSegment(
                segment.shifted(offset),
                self._session.id,
                self._numbers.get(segment.id, 0),
            )
            for segment in checkpoint.segments
        ]
        try:
            await self._store.save(
                self._session.id, stored, position=checkpoint.position, coverage=checkpoint.coverage
            )
        except NotFound:
            self._fail(_deleted())
        for segment in checkpoint.segments:
            self._numbers.pop(segment.id, None)

    async def next(self) -> Event | None:
        """The next event for the client; None after `close` when all were taken."""
        while True:
            event = self._outbox.pop()
            if event is not None or self._closed:
                return event
            self._something.clear()
            await self._something.wait()

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
            self._fail(_deleted())
            return
        if isinstance(event, Caption) and event.final:
            self._numbers[event.segment.id] = seq


def _deleted() -> ProtocolError:
    return ProtocolError(
        "meeting_deleted", "The meeting was deleted while it was streamed.", Close.NOT_ALLOWED, 404
    )
