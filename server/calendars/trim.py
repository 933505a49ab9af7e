"""Takes out of an iCalendar feed what the reading of meetings needs: all else may be large, old or hostile.

In: bytes. Out: text with the calendar's own properties, time zones, and those events that repeat or are not
long over, each without its alarms. Pure; it looks at lines only, in one pass.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

MOST_EVENTS: Final = 5_000
"""Events that repeat or are still to come. Of those that are over a calendar may have any number."""
LONGEST_EVENT: Final = 2_000
"""Lines."""
OLD: Final = timedelta(days=7)
"""A single event that began longer ago than this before the window is over."""
_DEEPEST: Final = 4
_ENDS: Final = re.compile(r"\r\n|\n|\r")
_REPEATS: Final = ("RRULE", "RDATE", "RECURRENCE-ID")
_STARTS: Final = re.compile(r"DTSTART[^:]*:(\d{8})")
_KEPT: Final = frozenset({"VEVENT", "VTIMEZONE", "STANDARD", "DAYLIGHT", "VCALENDAR"})


class FeedUnreadable(Exception):
    """What came is no calendar, or none that can be read within the bounds."""


def trimmed(raw: bytes, since: datetime) -> str:
    """Raises `FeedUnreadable` for what is no calendar, is cut off, or has too many events."""
    lines = _ENDS.split(raw.decode("utf-8-sig", "replace").replace("\0", ""))
    kept: list[str] = []
    event: list[str] = []
    oldest = (since - OLD).strftime("%Y%m%d")
    events = 0
    for line, inside in _with_place(lines):
        if "VEVENT" not in inside:
            kept.append(line)
            continue
        event.append(line)
        if line.rstrip().upper() == "END:VEVENT":
            if len(event) <= LONGEST_EVENT and _matters(event, oldest):
                kept.extend(event)
                events += 1
            event = []
        if events > MOST_EVENTS:
            raise FeedUnreadable
    return "\r\n".join((*kept, ""))


def _with_place(lines: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Lines of what is kept, each with the components around it, its own included."""
    inside: tuple[str, ...] = ()
    ended = False
    for line in lines:
        name, _, value = line.partition(":")
        component = value.strip().upper()
        if (begins := name.upper() == "BEGIN") and (ended or len(inside) >= _DEEPEST):
            raise FeedUnreadable
        if begins:
            inside = (*inside, component)
        elif not inside and line.strip():
            raise FeedUnreadable
        if inside and _KEPT.issuperset(inside):
            yield line.rstrip() if begins else line, inside
        if name.upper() == "END":
            if not inside or component != inside[-1]:
                raise FeedUnreadable
            inside = inside[:-1]
            ended = not inside
    if not ended:
        raise FeedUnreadable


def _matters(event: list[str], oldest: str) -> bool:
    for line in event:
        if line.upper().startswith(_REPEATS):
            return True
    starts = next((found for line in event if (found := _STARTS.match(line.upper()))), None)
    return starts is not None and starts[1] >= oldest
