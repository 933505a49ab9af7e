"""One meeting's captions on their way to its viewers: numbering, replay, and an outbox for each viewer.

In: events in the order in which the ingest publishes them. Out: the same events numbered from 1, in each
viewer's outbox, and what a viewer who comes now must be told first. Pure: no loop, no clock, no store.

Bounds: an outbox keeps `OUTBOX` events; a newer partial replaces the older one of its segment, a newer speech
state the older one of its track; when finals alone are too many, the viewer is `slow` and gets nothing more.
A topic keeps the last `RECENT` finals of those that are not stored yet, and the `OPEN` newest open segments.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from server.store.records import StoredSegment
from streaming.events import Caption, Corrected, Edited, Ended, Gap, Renamed, Speech
from streaming.segments import Segment

Viewed = Caption | Speech | Gap | Ended | Edited
"""What viewers of a meeting are told."""

OUTBOX = 512
RECENT = 256
OPEN = 64
STRIDE = 1_000
"""How far numbers jump when a meeting is opened anew: a crash may have lost the count of partials that
viewers had already seen, and a number must never be given twice."""


def _nobody() -> None:
    """Nobody waits."""


@dataclass(slots=True, eq=False)
class Outbox:
    """What one viewer has yet to be sent, in order. `first_seq`: the first number ever offered."""

    limit: int = OUTBOX
    notify: Callable[[], None] = _nobody
    first_seq: int | None = None
    slow: bool = False
    _waiting: dict[tuple[str, str | int | None], Viewed] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._waiting)

    def offer(self, event: Viewed) -> None:
        """Take an event without waiting, whatever the viewer does."""
        if self.slow:
            return
        if isinstance(event, Caption):
            self.first_seq = self.first_seq or event.seq
            self._waiting.pop(("partial", event.segment.id), None)
        key = _key(event)
        self._waiting.pop(key, None)
        self._waiting[key] = event
        if len(self._waiting) > self.limit:
            self.slow = True
            self._waiting.clear()
        self.notify()

    def take(self) -> Viewed | None:
        """The next event, or None when there is nothing to send."""
        for key in self._waiting:
            return self._waiting.pop(key)
        return None


def _key(event: Viewed) -> tuple[str, str | int | None]:
    match event:
        case Caption(final=False):
            return "partial", event.segment.id
        case Caption():
            return "final", event.seq
        case Speech():
            return "speech", event.track
        case Gap():
            return "gap", f"{event.start}-{event.end}-{event.reason}"
        case Corrected():
            return "corrected", event.segment.id
        case Renamed():
            return "renamed", None
        case Ended():
            return "ended", None


@dataclass(slots=True, eq=False)
class Topic:
    """The live side of one meeting. `live` from `open` until `Ended` is published."""

    last_seq: int = 0
    live: bool = False
    outboxes: set[Outbox] = field(default_factory=set)
    names: Mapping[str, str] = field(default_factory=dict)
    _recent: dict[str, Caption] = field(default_factory=dict)
    _open: dict[str, Caption] = field(default_factory=dict)

    def open(self, last_seq: int) -> None:
        """Begin, or go on after a pause; numbers given before are never given again."""
        if not self.live:
            self.last_seq = max(self.last_seq, last_seq + STRIDE if last_seq else 0)
        self.live = True

    def publish(self, event: Viewed) -> int:
        """Number a caption, remember it and offer it to all. The number of the last caption comes back."""
        if isinstance(event, Caption):
            self.last_seq += 1
            event = replace(event, seq=self.last_seq, segment=event.segment.named(self.names))
            self._remember(event)
        elif isinstance(event, Ended):
            self.live = False
            self._recent.clear()
            self._open.clear()
        self._tell(event)
        return self.last_seq

    def rename(self, names: Mapping[str, str]) -> None:
        """Speakers have these names from now on, also in what was said before."""
        self.names = dict(names)
        for kept in (self._recent, self._open):
            for name, caption in kept.items():
                kept[name] = replace(caption, segment=caption.segment.named(names))
        self._tell(Renamed(self.names))

    def correct(self, segment: Segment) -> None:
        """A final is other than it was heard."""
        known = self._recent.get(segment.id)
        if known is not None:
            self._recent[segment.id] = replace(known, segment=segment)
        self._tell(Corrected(segment))

    def stored(self, segments: Iterable[str]) -> None:
        """The finals of these segments are in the store: whoever comes now finds them there."""
        for name in segments:
            self._recent.pop(name, None)

    def _tell(self, event: Viewed) -> None:
        for outbox in self.outboxes:
            outbox.offer(event)

    def _remember(self, caption: Caption) -> None:
        name = caption.segment.id
        self._open.pop(name, None)
        self._recent.pop(name, None)
        (self._recent if caption.final else self._open)[name] = caption
        for kept, bound in ((self._recent, RECENT), (self._open, OPEN)):
            if len(kept) > bound:
                del kept[next(iter(kept))]

    def snapshot(self) -> tuple[Caption, ...]:
        """Finals that the store may not have yet, and every open segment as it stands."""
        return (*self._recent.values(), *self._open.values())


def edits(
    stored: Sequence[StoredSegment], names: Mapping[str, str] | None, *, since: int
) -> Iterable[Edited]:
    """What a viewer who has seen everything up to `since` is told of what people did meanwhile: all of it,
    since edits have no numbers, and a viewer who knows one loses nothing by hearing it again."""
    if not since:
        return
    if names is not None:
        yield Renamed(names)
    yield from (Corrected(one.segment) for one in stored if one.segment.version and one.seq <= since)


def replay(
    stored: Sequence[StoredSegment],
    snapshot: Iterable[Caption],
    *,
    since: int,
    last_seq: int,
    before: int | None,
) -> list[Caption]:
    """What a viewer who has seen everything up to `since` is sent first, in order of numbers.

    `before` is the first number that already waits in the viewer's outbox: from there on nothing is repeated.
    A `since` beyond every known number belongs to another count: everything is sent.
    """
    latest: dict[str, Caption] = {}
    history = (Caption(final.seq, final.segment, final=True) for final in stored)
    for caption in (*history, *snapshot):
        known = latest.get(caption.segment.id)
        if known is None or _newness(caption) >= _newness(known):
            latest[caption.segment.id] = caption
    numbers = [last_seq, *(caption.seq for caption in latest.values())]
    # What waits in the outbox came after the viewer: nobody has seen it before.
    if since > max(numbers) or (before is not None and since >= before):
        since = 0
    wanted = (
        caption
        for caption in latest.values()
        if caption.seq > since and (before is None or caption.seq < before)
    )
    return sorted(wanted, key=lambda caption: caption.seq)


def _newness(caption: Caption) -> tuple[bool, int, int]:
    """What people made of a final goes before what was heard."""
    return caption.final, caption.segment.version, caption.seq
