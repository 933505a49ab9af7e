"""What waits to be sent to one client, and what was sent lately. Pure and bounded.

A partial caption that has not been sent yet is replaced by a newer one of its segment, in place; finals
and all other events are kept in order. Sequence numbers are given when an event leaves, so they have no
holes. Full (a reader who does not read): `SlowReader`, and the caller closes the socket.

An event that was sent may not have arrived when the socket was lost. The newest of each kind are kept, and
`rewind` sends again what followed the last number that the client has seen. Finals that are stored are kept
only while they are among the last events.
"""

from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import replace
from itertools import count

from streaming.events import Ack, Caption, Event, Flushed, Gap, Load, Speech

MAX_EVENTS = 2_000
MAX_SENT = 1_000
LATELY = 100


class SlowReader(Exception):
    """The client does not read what it asked for."""


class Outbox:
    """Events in the order in which they will be sent; numbers go on after `seq`."""

    def __init__(self, limit: int = MAX_EVENTS, *, seq: int = 0, sent: int = MAX_SENT) -> None:
        self._limit = limit
        # bounded: `put` refuses beyond the limit.
        self._events: OrderedDict[object, Event] = OrderedDict()
        # bounded: by the finals of one session, and what was sent lately; filled by `rewind` only.
        self._again: deque[Event] = deque()
        # bounded: `_remember` drops the oldest beyond `sent`.
        self._sent: OrderedDict[object, tuple[int, Event]] = OrderedDict()
        self._sent_limit = sent
        # bounded: of those in `_sent`.
        self._stored: set[object] = set()
        self._keys = count()
        self._seq = seq
        self.forgotten = 0
        """The number of the newest final that `rewind` alone would not send again."""

    def __len__(self) -> int:
        return len(self._again) + len(self._events)

    @property
    def seq(self) -> int:
        """The number of the last caption that was taken to be sent."""
        return self._seq

    @property
    def expected_seq(self) -> int:
        """The number that the last caption put so far will have at the most."""
        return self._seq + len(self._captions())

    def number_of(self, segment_id: str) -> int:
        """The number under which the segment's newest caption was sent, or will be at the most."""
        waiting = [caption.segment.id for caption in self._captions()]
        if segment_id in waiting:
            return self._seq + len(waiting) - waiting[::-1].index(segment_id)
        number, _ = self._sent.get(("segment", segment_id), (0, None))
        return number or self._seq

    def put(self, event: Event) -> None:
        """Queue an event; raises `SlowReader` when full."""
        if isinstance(event, Caption):
            key: object = ("segment", event.segment.id)
            if event.final:
                # The final takes the end of the queue: events before it happened before it.
                self._events.pop(key, None)
        else:
            key = next(self._keys)
        if key not in self._events and len(self._events) >= self._limit:
            raise SlowReader
        self._events[key] = event

    def pop(self) -> Event | None:
        """The next event to send, a caption with its sequence number; None when there is none."""
        if self._again:
            event = self._again.popleft()
        elif self._events:
            _, event = self._events.popitem(last=False)
        else:
            return None
        if isinstance(event, Caption):
            self._seq += 1
            event = replace(event, seq=self._seq)
        self._remember(event)
        return event

    def stored(self, segments: Iterable[str]) -> None:
        """The finals of these segments are in the store, from where `missed` of `rewind` can come."""
        self._stored.update(key for name in segments if (key := ("segment", name)) in self._sent)

    def rewind(self, seq: int, missed: Iterable[Caption] = ()) -> None:
        """Go on after number `seq`, the last one that the client has seen.

        First come those `missed` that are not known here, then what was sent after `seq`, then what waits.
        """
        unseen = [
            event
            for number, event in self._sent.values()
            if number > seq or (number == seq and not isinstance(event, Caption))
        ]
        for event in unseen:
            del self._sent[self._kind(event)]
            self._stored.discard(self._kind(event))
        later = [*unseen, *self._again]
        known = {event.segment.id for event in (*later, *self._events.values()) if isinstance(event, Caption)}
        first = [caption for caption in missed if caption.segment.id not in known]
        self._again = deque([*first, *later])  # bounded: as above
        self._seq = seq

    def _captions(self) -> list[Caption]:
        waiting = [*self._again, *self._events.values()]
        return [event for event in waiting if isinstance(event, Caption)]

    def _remember(self, event: Event) -> None:
        kind = self._kind(event)
        if kind is None:
            return
        self._sent.pop(kind, None)
        self._sent[kind] = (self._seq, event)
        while len(self._sent) > self._sent_limit or (len(self._sent) > LATELY and self._oldest_is_stored()):
            oldest, (number, caption) = self._sent.popitem(last=False)
            self._stored.discard(oldest)
            if isinstance(caption, Caption) and caption.final:
                self.forgotten = max(self.forgotten, number)

    def _oldest_is_stored(self) -> bool:
        return next(iter(self._sent)) in self._stored

    @staticmethod
    def _kind(event: Event) -> object:
        """Of one kind the newest says all; None for events that concern one socket alone."""
        match event:
            case Caption():
                return "segment", event.segment.id
            case Speech():
                return "speech", event.track
            case Gap():
                return "gap", event.start, event.end, event.reason
            case Flushed():
                return "flushed", event.id, event.position
            case Ack() | Load():
                return type(event).__name__
            case _:
                return None
