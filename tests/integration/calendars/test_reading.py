"""Feeds read in a process of their own, which ends when its time is over."""

from datetime import UTC, datetime, timedelta

import pytest

from server.calendars.occurrences import read_feed
from server.calendars.reading import FeedError, Reading
from tests.support.feeds import GOOGLE, feed, raw

SINCE = datetime(2026, 10, 25, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=8)
NEVER = "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30\nLOCATION:https://meet.jit.si/Room"


async def test_it_gives_what_the_feed_has() -> None:
    found = await Reading()(raw(GOOGLE), SINCE, UNTIL)
    assert found == read_feed(raw(GOOGLE), SINCE, UNTIL)
    assert found.occurrences


async def test_what_is_no_calendar_has_its_reason() -> None:
    with pytest.raises(FeedError) as told:
        await Reading()(b"<html>", SINCE, UNTIL)
    assert told.value.code == "feed_unreadable"


async def test_a_rule_that_comes_to_no_date_is_broken_off() -> None:
    busy = [f"UID:{number}\nDTSTART:19000101T090000Z\n{NEVER}" for number in range(20)]
    with pytest.raises(FeedError) as told:
        await Reading(seconds=2.0)(feed(*busy), SINCE, UNTIL)
    assert told.value.code == "feed_too_complex"
