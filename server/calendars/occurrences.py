"""From the bytes of an iCalendar feed (RFC 5545) to the meetings that it has in a window of time. Pure.

In: what a calendar publishes, and the window. Out: each occurrence that has a time of day and a link into a
meeting, repetitions unfolded, exceptions followed, what was cancelled left out. A series that cannot be read
is left out and counted. How long it takes depends on the feed: a stranger's is read by `server.calendars.
reading`, which bounds that.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import icalendar
import recurring_ical_events

from server.calendars.links import first_link
from server.calendars.occurrence import Feed, Occurrence
from server.calendars.trim import FeedUnreadable, trimmed

MOST: Final = 500
"""Meetings of one feed in a window; the earliest count."""
LONGEST_TITLE: Final = 300
LONGEST_UID: Final = 500
USUAL: Final = timedelta(hours=1)
"""How long a meeting is taken to last that does not say it."""
_FINE: Final = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
"""No meeting repeats so often; whoever unfolds them is busy for long."""
_LINKS: Final = (
    *("X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL", "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK"),
    *("X-TELEMOST-CONFERENCE", "CONFERENCE", "URL", "LOCATION", "DESCRIPTION", "X-ALT-DESC"),
)
"""Where a link may stand; what programs write comes before what people write."""


def read_feed(raw: bytes, since: datetime, until: datetime) -> Feed:
    """The meetings that go on or begin between two aware times. Raises `FeedUnreadable`."""
    try:
        calendar = icalendar.Calendar.from_ical(trimmed(raw, since))
    except FeedUnreadable:
        raise
    except Exception:
        raise FeedUnreadable from None
    if not isinstance(calendar, icalendar.Calendar):
        raise FeedUnreadable
    found: list[Occurrence] = []
    skipped = 0
    for events in _series(calendar):
        try:
            found.extend(_unfolded(calendar, events, since, until))
        except Exception:
            skipped += 1
    found.sort(key=lambda one: (one.starts_at, one.uid, one.recurrence))
    return Feed(tuple(found[:MOST]), skipped)


def _series(calendar: icalendar.Calendar) -> Iterable[list[icalendar.Event]]:
    """Events that belong together: a rule and its exceptions."""
    found: dict[str, list[icalendar.Event]] = {}
    for event in calendar.events:
        found.setdefault(str(event.get("UID", "")), []).append(event)
    return found.values()


def _unfolded(
    calendar: icalendar.Calendar, events: list[icalendar.Event], since: datetime, until: datetime
) -> Iterator[Occurrence]:
    if any(_too_fine(event) for event in events):
        raise FeedUnreadable
    alone = icalendar.Calendar()
    # Google gives the zone of what has none in a property of its own; the library reads it.
    for name in ("X-WR-TIMEZONE", "CALSCALE"):
        if name in calendar:
            alone[name] = calendar[name]
    alone.subcomponents = list(events)
    repeats = any(name in event for event in events for name in ("RRULE", "RDATE", "RECURRENCE-ID"))
    for event in recurring_ical_events.of(alone).between(since, until):
        occurrence = _occurrence(event, repeats=repeats)
        if occurrence is not None and occurrence.starts_at < until and occurrence.ends_at > since:
            yield occurrence


def _too_fine(event: icalendar.Event) -> bool:
    rules = event.get("RRULE", [])
    return any(
        str(frequency).upper() in _FINE
        for rule in (rules if isinstance(rules, list) else [rules])
        for frequency in rule.get("FREQ", [])
    )


def _occurrence(event: Any, *, repeats: bool) -> Occurrence | None:
    """None for what is no meeting at a time, was cancelled or has no link."""
    starts = event["DTSTART"].dt
    if not isinstance(starts, datetime) or str(event.get("STATUS", "")).upper() == "CANCELLED":
        return None
    if str(event.get("X-MICROSOFT-CDO-ALLDAYEVENT", "")).upper() == "TRUE":
        return None
    link = first_link(_texts(event))
    if link is None:
        return None
    ends = event["DTEND"].dt if "DTEND" in event else starts
    named = event["RECURRENCE-ID"].dt if repeats and "RECURRENCE-ID" in event else None
    starts_at, ends_at = _utc(starts), _utc(ends)
    return Occurrence(
        str(event.get("UID", ""))[:LONGEST_UID],
        "" if named is None else _utc(named).strftime("%Y%m%dT%H%M%SZ"),
        " ".join(str(event.get("SUMMARY", "")).split())[:LONGEST_TITLE],
        starts_at,
        ends_at if ends_at > starts_at else starts_at + USUAL,
        link.service,
        link.url,
    )


def _texts(event: Any) -> Iterator[str]:
    for name in _LINKS:
        value = event.get(name)
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                yield str(one)


def _utc(moment: date) -> datetime:
    """A time without a zone is taken for UTC, a day for its beginning."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
