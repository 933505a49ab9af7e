"""What waits to be sent to one client. Pure and bounded.

A partial caption that has not been sent yet is replaced by a newer one of its segment, in place; finals
and all other events are kept in order. Sequence numbers are given when an event leaves, so they have no
holes. Full (a reader who does not read): `SlowReader`, and the caller closes the socket.
"""

from collections import OrderedDict
from dataclasses import replace
from itertools import count

from streaming.events import Caption, Event

MAX_EVENTS = 2_000


class SlowReader(Exception):
    """The client does not read what it asked for."""


class Outbox:
    """Events in the order in which they will be sent."""

    def __init__(self, limit: int = MAX_EVENTS) -> None:
        self._limit = limit
        # bounded: `put` refuses beyond the limit.
        self._events: OrderedDict[object, Event] = OrderedDict()
        self._keys = count()
        self._seq = 0

    def __len__(self) -> int:
        return len(self._events)

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
        if not self._events:
            return None
        _, event = self._events.popitem(last=False)
        if isinstance(event, Caption):
            self._seq += 1
            return replace(event, seq=self._seq)
        return event
