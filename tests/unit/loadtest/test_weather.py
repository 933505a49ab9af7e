"""Messages come late as planned, never out of order, and lateness finds its cause."""

from itertools import islice, pairwise

import pytest

from loadtest.plan import Network
from loadtest.weather import Pace, Weather


def test_a_good_network_changes_nothing() -> None:
    weather = Weather(Network(), "a")
    assert [weather.arrives(at) for at in (0.0, 0.04, 7.0)] == [0.0, 0.04, 7.0]


def test_jitter_stays_within_its_bounds_and_keeps_the_order() -> None:
    network = Network(delay=0.1, jitter=0.5)
    moments = [at / 25 for at in range(500)]
    weather = Weather(network, "a")
    arrivals = [weather.arrives(at) for at in moments]
    assert arrivals == sorted(arrivals)
    assert all(0.1 <= there - here <= 0.6 for here, there in zip(moments, arrivals, strict=True))
    again = Weather(network, "a")
    assert arrivals == [again.arrives(at) for at in moments]


def test_a_stall_holds_messages_and_lets_them_go_at_once() -> None:
    weather = Weather(Network(stall_every=10, stall_seconds=2), "a")
    moments = [at / 10 for at in range(300)]
    late = [weather.arrives(at) - at for at in moments]
    held = [delay for delay in late if delay > 1e-9]
    assert len(held) == pytest.approx(60, abs=2)
    assert max(held) == pytest.approx(2.0, abs=0.11)


def test_cuts_come_as_often_as_planned_and_the_same_each_time() -> None:
    network = Network(cut_every=10)
    moments = list(islice(Weather(network, "a").cuts(), 100))
    assert all(5 <= after - before <= 15 for before, after in pairwise(moments))
    assert moments[-1] == pytest.approx(1000, rel=0.1)
    assert moments == list(islice(Weather(network, "a").cuts(), 100))
    assert list(Weather(Network(), "a").cuts()) == []


def pace() -> Pace:
    return Pace(Weather(Network(), "a"), 100.0, 1.0)


def test_a_piece_that_this_process_forgot_is_its_own_fault_and_so_are_those_behind_it() -> None:
    clock = pace()
    assert clock.plan(0.04) == pytest.approx(100.04)
    assert clock.leave(100.14) == pytest.approx((0.1, 0.0))
    clock.sent(100.14)
    clock.plan(0.08)
    assert clock.leave(100.14) == pytest.approx((0.06, 0.0))


def test_a_piece_behind_one_that_the_server_did_not_take_is_the_servers_fault() -> None:
    clock = pace()
    clock.plan(0.04)
    assert clock.leave(100.04) == pytest.approx((0.0, 0.0))
    clock.sent(101.04)
    clock.plan(0.08)
    assert clock.leave(101.04) == pytest.approx((0.0, 0.96))
    clock.sent(101.04)
    clock.plan(0.12)
    assert clock.leave(101.05) == pytest.approx((0.01, 0.92))


def test_twice_the_speed_is_half_the_time() -> None:
    clock = Pace(Weather(Network(), "a"), 100.0, 2.0)
    assert clock.plan(1.0) == 100.5
