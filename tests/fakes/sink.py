"""A sink that remembers what it was told and checks the order in which it was told so.

In: events and checkpoints. Out: what a client and a store would have seen. Storing may be slow or fail as
the test scripts it. A final that is stored before it was shown, or an acknowledgement of what is not stored,
fails the test there and then.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from streaming.errors import StoreUnavailable
from streaming.events import Ack, Caption, Event
from streaming.segments import Segment
from streaming.session import Checkpoint

T = TypeVar("T")


class ScriptedSink:
    """`delay` is how long storing takes; `fails` says whether the n-th attempt (from 0) does."""

    def __init__(self, delay: float = 0.0, fails: Callable[[int], bool] = lambda _: False) -> None:
        self.delay = delay
        self.fails = fails
        self.events: list[Event] = []
        self.saved: list[Checkpoint] = []
        self.attempts = 0

    def publish(self, event: Event) -> None:
        """Take an event."""
        if isinstance(event, Ack):
            assert event.position <= self.position, "acknowledged before it was stored"
        self.events.append(event)

    async def save(self, checkpoint: Checkpoint) -> None:
        """Store, slowly. Raises `StoreUnavailable` as scripted."""
        shown = {caption.segment.id for caption in self.of(Caption) if caption.final}
        assert {segment.id for segment in checkpoint.segments} <= shown, "stored before it was shown"
        attempt, self.attempts = self.attempts, self.attempts + 1
        await asyncio.sleep(self.delay)
        if self.fails(attempt):
            raise StoreUnavailable
        self.saved.append(checkpoint)

    @property
    def position(self) -> int:
        """All audio before this is stored."""
        return max((checkpoint.position for checkpoint in self.saved), default=0)

    @property
    def segments(self) -> list[Segment]:
        """What was stored, in order."""
        return [segment for checkpoint in self.saved for segment in checkpoint.segments]

    def of(self, kind: type[T]) -> list[T]:
        """The events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def finals(self) -> list[str]:
        """The texts of the final captions."""
        return [caption.segment.text for caption in self.of(Caption) if caption.final]

    @property
    def shown(self) -> list[str]:
        """What people read before the finals: settled and tentative words."""
        captions = [caption for caption in self.of(Caption) if not caption.final]
        return [" ".join([caption.segment.text, caption.pending]).strip() for caption in captions]
