"""Feeds turned into meetings: repetitions, exceptions, zones, and what is left out."""

from datetime import UTC, datetime, timedelta

import pytest

from server.calendars.occurrence import Feed
from server.calendars.occurrences import MOST, read_feed
from server.calendars.trim import MOST_EVENTS, FeedUnreadable, trimmed
from tests.support.feeds import GOOGLE, OUTLOOK, YANDEX, feed, raw

SINCE = datetime(2026, 10, 25, tzinfo=UTC)
ROOM = "LOCATION:https://meet.jit.si/Room"


def read(given: bytes, since: datetime = SINCE, days: int = 8) -> Feed:
    return read_feed(given, since, since + timedelta(days=days))


def begins(given: bytes, since: datetime = SINCE, days: int = 8) -> list[str]:
    return [one.starts_at.strftime("%d %H:%M") for one in read(given, since, days).occurrences]


def test_google_a_series_with_an_exception_and_a_day_left_out() -> None:
    found = read(raw(GOOGLE)).occurrences
    assert [(one.title, one.starts_at, one.recurrence) for one in found] == [
        # Summer time ended on the 25th: ten o'clock in Berlin is nine.
        ("Stand-up, later", datetime(2026, 10, 26, 14, tzinfo=UTC), "20261026T090000Z"),
    ]
    assert found[0].url == "https://meet.google.com/abc-defg-hij"
    assert found[0].ends_at - found[0].starts_at == timedelta(minutes=30)


def test_google_times_follow_the_zone_over_the_change_of_the_clock() -> None:
    assert begins(raw(GOOGLE), datetime(2026, 10, 19, tzinfo=UTC), 16) == [
        *("19 08:00", "21 08:00", "26 14:00", "02 09:00"),
    ]


def test_outlook_names_of_zones_and_links_of_teams() -> None:
    (found,) = read(raw(OUTLOOK)).occurrences
    assert (found.service, found.title) == ("teams", "Sprint review")
    assert found.url.startswith("https://teams.microsoft.com/l/meetup-join/19%3ameeting_NzQ%40thread.v2/0?")
    assert (found.starts_at, found.recurrence) == (datetime(2026, 10, 27, 7, tzinfo=UTC), "20261027T070000Z")
    assert begins(raw(OUTLOOK), days=31) == ["27 07:00", "10 07:00", "24 07:00"]


def test_outlook_a_link_in_the_description_alone_is_unwrapped() -> None:
    text = OUTLOOK.replace("X-MICROSOFT-SKYPETEAMSMEETINGURL", "X-OTHER")
    (found,) = read(raw(text)).occurrences
    assert found.url == (
        "https://teams.microsoft.com/l/meetup-join/19%3ameeting_NzQ%40thread.v2/0?context=%7b%22Tid%22%3a%22x%22%7d"
    )


def test_yandex_telemost_and_the_calendars_own_zone() -> None:
    first, second = read(raw(YANDEX)).occurrences
    assert (first.service, first.title) == ("telemost", "Планирование")
    assert first.starts_at == datetime(2026, 10, 29, 8, 30, tzinfo=UTC)
    assert (second.service, second.starts_at) == ("sber_jazz", datetime(2026, 10, 29, 12, tzinfo=UTC))


def test_what_does_not_repeat_is_named_by_its_uid_alone() -> None:
    (found, _) = read(raw(YANDEX)).occurrences
    assert (found.uid, found.recurrence) == ("BF4Tq1yandex.ru", "")


def test_a_cancelled_one_of_a_series_is_left_out() -> None:
    series = f"UID:a\nDTSTART:20261026T090000Z\nDTEND:20261026T100000Z\nRRULE:FREQ=DAILY;COUNT=3\n{ROOM}"
    gone = "UID:a\nRECURRENCE-ID:20261027T090000Z\nDTSTART:20261027T090000Z\nSTATUS:CANCELLED\n" + ROOM
    assert begins(feed(series, gone)) == ["26 09:00", "28 09:00"]


def test_all_that_follow_may_be_moved() -> None:
    series = f"UID:a\nDTSTART:20261026T090000Z\nDTEND:20261026T100000Z\nRRULE:FREQ=DAILY;COUNT=4\n{ROOM}"
    moved = "UID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261028T090000Z\nDTSTART:20261028T110000Z\n" + (
        f"DTEND:20261028T120000Z\n{ROOM}"
    )
    assert begins(feed(series, moved)) == ["26 09:00", "27 09:00", "28 11:00", "29 11:00"]


def test_dates_that_are_added_count() -> None:
    series = f"UID:a\nDTSTART:20261026T090000Z\nDTEND:20261026T100000Z\nRDATE:20261030T090000Z\n{ROOM}"
    assert begins(feed(series)) == ["26 09:00", "30 09:00"]


def test_what_goes_on_at_the_beginning_counts_and_what_is_over_does_not() -> None:
    on = f"UID:a\nDTSTART:20261024T233000Z\nDTEND:20261025T003000Z\n{ROOM}"
    over = f"UID:b\nDTSTART:20261024T220000Z\nDTEND:20261024T230000Z\n{ROOM}"
    assert begins(feed(on, over)) == ["24 23:30"]


def test_a_meeting_without_an_end_is_taken_to_last_an_hour() -> None:
    (found,) = read(feed(f"UID:a\nDTSTART:20261026T090000Z\n{ROOM}")).occurrences
    assert found.ends_at - found.starts_at == timedelta(hours=1)


@pytest.mark.parametrize(
    "bad",
    [
        f"UID:b\nDTSTART:20261026T080000Z\nRRULE:FREQ=SECONDLY\n{ROOM}",
        f"UID:b\nDTSTART:20261026T080000Z\nRRULE:FREQ=MINUTELY\nRRULE:FREQ=DAILY\n{ROOM}",
        f"UID:b\nDTSTART:20261099T080000Z\nRRULE:FREQ=DAILY\n{ROOM}",
        f"UID:b\nDTSTART:20261026T080000Z\nDTEND:20261020T080000Z\nRRULE:FREQ=DAILY;BYDAY=XX\n{ROOM}",
    ],
)
def test_one_bad_series_hides_no_other(bad: str) -> None:
    found = read(feed(bad, f"UID:a\nSUMMARY:A\nDTSTART:20261026T090000Z\n{ROOM}"))
    assert [one.title for one in found.occurrences] == ["A"]


def test_a_zone_that_nobody_knows_reads_no_file() -> None:
    found = read(feed(f"UID:a\nDTSTART;TZID=../../../etc/passwd:20261026T090000\n{ROOM}"))
    assert [one.starts_at.hour for one in found.occurrences] in ([], [9])


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"<html>Sign in</html>",
        b"BEGIN:VCALENDAR\r\n",
        raw(GOOGLE)[:-40],
        b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\n",
        b"BEGIN:VEVENT\r\n" * 100_000,
        b"\xff\xfe" * 1_000,
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
    ],
)
def test_what_is_no_whole_calendar_is_refused(given: bytes) -> None:
    with pytest.raises(FeedUnreadable):
        read(given)


def test_an_empty_calendar_has_no_meetings() -> None:
    assert read(feed()) == Feed(())


def test_only_so_many_events_are_read_and_so_many_meetings_given() -> None:
    one = f"UID:%d\nDTSTART:20261026T090000Z\n{ROOM}"
    daily = [one % number for number in range(MOST + 1)]
    assert len(read(feed(*daily)).occurrences) == MOST
    with pytest.raises(FeedUnreadable):
        trimmed(feed(*([one % 1] * (MOST_EVENTS + 1))), SINCE)


def test_a_long_past_costs_nothing() -> None:
    old = [f"UID:{number}\nDTSTART:20200101T090000Z\n{ROOM}" for number in range(2 * MOST_EVENTS)]
    kept = trimmed(feed(*old, f"UID:a\nDTSTART:20261026T090000Z\n{ROOM}"), SINCE)
    assert kept.count("BEGIN:VEVENT") == 1
    assert begins(feed(*old)) == []


def test_what_is_no_event_is_not_read() -> None:
    kept = trimmed(
        raw(GOOGLE.replace("BEGIN:VEVENT", "BEGIN:VTODO\nSUMMARY:X\nEND:VTODO\nBEGIN:VEVENT", 1)), SINCE
    )
    assert "VTODO" not in kept
    assert "VALARM" not in kept
    assert "X-WR-TIMEZONE:Europe/Berlin" in kept
