"""Which bots are booked, moved and cancelled when a calendar changes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from server.calendars.occurrence import Occurrence
from server.calendars.plan import Booking, Filter, Plan, Standing, joins_at, planned

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
SOON = NOW + timedelta(hours=1)
ONE = Occurrence("a", "", "Launch", SOON, SOON + timedelta(hours=1), "jitsi", "https://meet.jit.si/A")
TWO = replace(ONE, uid="b", title="Budget", url="https://meet.jit.si/B")
ANY = Filter()


def booked(one: Occurrence, standing: Standing = "waiting") -> Booking:
    return Booking((one.uid, one.recurrence), f"bot_{one.uid}", one.title, one.url, one.starts_at, standing)


def test_a_new_meeting_is_booked() -> None:
    assert planned([ONE, TWO], [booked(TWO)], ANY, NOW) == Plan(book=(ONE,))


def test_the_bot_sets_out_two_minutes_ahead() -> None:
    assert joins_at(SOON) == SOON - timedelta(minutes=2)


def test_the_same_again_changes_nothing() -> None:
    assert planned([ONE, TWO], [booked(ONE), booked(TWO, "begun")], ANY, NOW) == Plan()


@pytest.mark.parametrize(
    "changed",
    [
        replace(ONE, starts_at=SOON + timedelta(hours=2), ends_at=SOON + timedelta(hours=3)),
        replace(ONE, url="https://meet.jit.si/C"),
        replace(ONE, title="Launch II"),
    ],
)
def test_a_changed_meeting_moves_its_bot_unless_that_has_begun(changed: Occurrence) -> None:
    assert planned([changed], [booked(ONE)], ANY, NOW) == Plan(move=(("bot_a", changed),))
    assert planned([changed], [booked(ONE, "begun")], ANY, NOW) == Plan()


def test_a_meeting_that_is_gone_loses_its_bot_unless_that_has_begun() -> None:
    assert planned([], [booked(ONE)], ANY, NOW) == Plan(cancel=("bot_a",))
    assert planned([], [booked(ONE, "begun"), booked(TWO, "over")], ANY, NOW) == Plan()


def test_a_bot_that_is_done_is_followed_by_another_only_for_a_later_time() -> None:
    later = replace(ONE, starts_at=SOON + timedelta(days=1), ends_at=SOON + timedelta(days=2))
    assert planned([later], [booked(ONE, "over")], ANY, NOW) == Plan(book=(later,))
    on = replace(ONE, starts_at=NOW - timedelta(minutes=5))
    assert planned([on], [booked(on, "over")], ANY, NOW) == Plan()


def test_what_goes_on_is_booked_and_what_is_over_is_not() -> None:
    on = replace(ONE, starts_at=NOW - timedelta(minutes=5))
    over = replace(TWO, starts_at=NOW - timedelta(hours=2), ends_at=NOW)
    assert planned([on, over], [], ANY, NOW) == Plan(book=(on,))


def test_one_link_at_one_time_is_one_meeting_and_keeps_the_bot_it_has() -> None:
    same = replace(ONE, uid="z")
    assert planned([ONE, same], [], ANY, NOW) == Plan(book=(ONE,))
    assert planned([ONE, same], [booked(same)], ANY, NOW) == Plan()
    assert planned([ONE, same], [booked(same, "begun")], ANY, NOW) == Plan()
    later = replace(same, starts_at=SOON + timedelta(hours=3), ends_at=SOON + timedelta(hours=4))
    assert planned([ONE, later], [], ANY, NOW) == Plan(book=(ONE, later))


@pytest.mark.parametrize(
    ("wanted", "taken"),
    [
        (Filter(), True),
        (Filter(titles=["launch"]), True),
        (Filter(titles=["budget", "LAUN"]), True),
        (Filter(titles=["budget"]), False),
        (Filter(without=["launch"]), False),
        (Filter(titles=["launch"], without=["la"]), False),
        (Filter(services=["jitsi"]), True),
        (Filter(services=["zoom", "teams"]), False),
    ],
)
def test_a_filter_takes_what_it_names(wanted: Filter, taken: bool) -> None:
    assert wanted.takes(ONE) is taken
    assert planned([ONE], [booked(ONE)], wanted, NOW) == (Plan() if taken else Plan(cancel=("bot_a",)))
