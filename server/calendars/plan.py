"""What to do so that bots are booked for the meetings of a calendar, and for no others. Pure.

In: the meetings that a feed has now, what is booked for it, and the time. Out: bookings to make, to change
and to cancel. A meeting is the same one as long as its `uid` and `recurrence` are. A bot that has begun to
join is never touched: who moves a meeting while it is held does not want it thrown out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from server.calendars.links import Service
from server.calendars.occurrence import Occurrence

AHEAD: Final = timedelta(minutes=2)
"""How long before a meeting its bot sets out."""

Standing = Literal["waiting", "begun", "over"]
"""Of a bot: its time has not come, it is on its way or in the meeting, or it is done for whatever reason."""
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which meetings get a bot: those whose title has one of `titles` in it (of no title: any), none of
    `without`, and that are held at one of `services` (of none: any). Case is nothing."""

    titles: Sequence[str] = ()
    without: Sequence[str] = ()
    services: Sequence[Service] = ()

    def takes(self, one: Occurrence) -> bool:
        """Whether a bot is wanted."""
        title = one.title.casefold()
        return (
            (not self.titles or any(part.casefold() in title for part in self.titles))
            and not any(part.casefold() in title for part in self.without)
            and (not self.services or one.service in self.services)
        )


@dataclass(frozen=True, slots=True)
class Booking:
    """A bot that is booked for a meeting of the calendar."""

    key: Key
    bot: str
    title: str
    url: str
    starts_at: datetime
    standing: Standing = "waiting"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do. `move` names the bots."""

    book: tuple[Occurrence, ...] = ()
    move: tuple[tuple[str, Occurrence], ...] = ()
    cancel: tuple[str, ...] = ()


def key_of(one: Occurrence) -> Key:
    """What names a meeting."""
    return one.uid, one.recurrence


def joins_at(starts_at: datetime) -> datetime:
    """When the bot of a meeting sets out."""
    return starts_at - AHEAD


def planned(found: Iterable[Occurrence], booked: Iterable[Booking], wanted: Filter, now: datetime) -> Plan:
    """`found` is all that the feed has from `now` on, in order of time."""
    have = {one.key: one for one in booked}
    want = _wanted(found, wanted, now, {one.key for one in have.values() if one.standing != "over"})
    book: list[Occurrence] = []
    move: list[tuple[str, Occurrence]] = []
    for key, one in want.items():
        there = have.get(key)
        if there is None or (there.standing == "over" and one.starts_at > max(there.starts_at, now)):
            book.append(one)
        elif there.standing == "waiting" and _differs(there, one):
            move.append((there.bot, one))
    cancel = tuple(one.bot for one in have.values() if one.standing == "waiting" and one.key not in want)
    return Plan(tuple(book), tuple(move), cancel)


def _wanted(
    found: Iterable[Occurrence], wanted: Filter, now: datetime, kept: set[Key]
) -> dict[Key, Occurrence]:
    """One of each meeting: a link at the same time in two events is one meeting. The one that has a bot is
    taken before one that has none."""
    taken: dict[tuple[str, datetime], Occurrence] = {}
    for one in found:
        if one.ends_at <= now or not wanted.takes(one):
            continue
        place = (one.url, one.starts_at)
        if place not in taken or (key_of(one) in kept and key_of(taken[place]) not in kept):
            taken[place] = one
    return {key_of(one): one for one in taken.values()}


def _differs(there: Booking, one: Occurrence) -> bool:
    return (there.title, there.url, there.starts_at) != (one.title, one.url, one.starts_at)
