"""What is missed is as long as the source was away, and nothing runs far ahead of the day."""

import pytest

from server.ingest.clock import AHEAD, Clock
from server.ingest.records import Over
from server.ingest.retrying import FIRST_DELAY, LONGEST_DELAY, Patience, delay, is_final


def test_the_difference_to_the_time_of_day_was_missed() -> None:
    clock = Clock()
    assert clock.connected(0.0, 1000.0, None, continuous=False) == 0.0
    assert clock.connected(10.0, 1014.5, 0.0, continuous=False) == pytest.approx(4.5)
    assert clock.connected(30.0, 1020.0, 0.0, continuous=False) == 0.0


def test_it_goes_on_after_a_restart() -> None:
    assert Clock(began=1000.0).connected(60.0, 1075.0, None, continuous=False) == pytest.approx(15.0)


def test_time_stamps_that_outlast_a_connection_say_it_exactly() -> None:
    clock = Clock()
    clock.connected(0.0, 1000.0, 50.0, continuous=True)
    assert clock.connected(10.0, 1014.0, 62.5, continuous=True) == pytest.approx(2.5)
    assert clock.connected(14.0, 1014.0, 61.0, continuous=True) == pytest.approx(-3.0)


def test_those_of_another_broadcast_are_not_believed() -> None:
    clock = Clock()
    clock.connected(0.0, 1000.0, 5000.0, continuous=True)
    assert clock.connected(10.0, 1014.0, 0.0, continuous=True) == pytest.approx(4.0)
    assert clock.connected(20.0, 1024.0, 8.0, continuous=True) == pytest.approx(2.0)


def test_what_comes_too_early_is_held_back() -> None:
    clock = Clock()
    assert clock.early(5.0, 1.0) == 0.0
    clock.connected(0.0, 1000.0, None, continuous=False)
    assert clock.early(AHEAD, 1000.0) == 0.0
    assert clock.early(AHEAD + 3.0, 1001.0) == pytest.approx(2.0)


def test_tries_are_further_and_further_apart_up_to_a_bound() -> None:
    assert [delay(number, 0.0) for number in (1, 2, 3)] == [FIRST_DELAY, 2 * FIRST_DELAY, 4 * FIRST_DELAY]
    assert delay(1, 0.999) < 2 * FIRST_DELAY
    assert delay(10_000, 0.999) <= LONGEST_DELAY


@pytest.mark.parametrize(
    ("how", "before", "after"),
    [("ended", True, True), ("refused", True, True), ("unfit", True, False), ("lost", False, False)],
)
def test_what_cannot_be_heard_is_final_unless_it_was_heard_before(
    how: str, before: bool, after: bool
) -> None:
    over = Over(how)  # type: ignore[arg-type]
    assert (is_final(over, heard=False), is_final(over, heard=True)) == (before, after)


def test_a_sender_is_awaited_longer_than_a_server() -> None:
    patience = Patience(first=1, away=2, sender=3)
    found = [
        patience.of(heard=heard, listens=listens) for heard in (False, True) for listens in (False, True)
    ]
    assert found == [1, 3, 2, 2]
