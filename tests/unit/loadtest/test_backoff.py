"""How long a client waits before it tries again, and when it stops trying."""

import pytest

from loadtest.backoff import FIRST, LONGEST, Backoff


def test_waits_double_up_to_a_bound_and_half_of_each_is_chance() -> None:
    backoff = Backoff("a", patience=1e6)
    for attempt in range(12):
        step = min(FIRST * 2**attempt, LONGEST)
        wait = backoff.wait(0.0)
        assert wait is not None
        assert step / 2 <= wait <= step


def test_clients_do_not_come_back_together_but_each_as_before() -> None:
    waits = [Backoff(f"client {number}").wait(0.0) for number in range(100)]
    assert len(set(waits)) == 100
    assert waits[7] == Backoff("client 7").wait(0.0)


def test_a_server_that_says_when_is_not_asked_sooner_nor_by_all_at_once() -> None:
    waits = [Backoff(f"client {number}").wait(0.0, 5.0) or 0.0 for number in range(100)]
    assert all(5 <= wait <= 5 + FIRST for wait in waits)
    assert max(waits) - min(waits) > FIRST / 2


def test_it_gives_up_in_time_and_begins_anew_after_success() -> None:
    backoff = Backoff("a", patience=10)
    assert backoff.wait(100.0) is not None
    assert backoff.wait(109.0, 2.0) is None
    backoff.found()
    first = backoff.wait(200.0)
    assert first == pytest.approx(FIRST, abs=FIRST / 2)
