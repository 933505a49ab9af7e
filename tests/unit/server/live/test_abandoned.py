"""Leases of others, watched by a process whose own clock is the only one that it trusts."""

from datetime import UTC, datetime, timedelta

from server.live.abandoned import Abandoned
from server.store.records import Lease, Standing

BEAT, LENGTH = 10.0, 70.0
NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)


def watching() -> Abandoned:
    return Abandoned(BEAT, Lease("here", LENGTH))


def standing(seconds: float, *, over: bool) -> dict[str, Standing]:
    """One session, its lease until so many seconds after noon."""
    return {"s": Standing(NOON + timedelta(seconds=seconds), over)}


def test_a_lease_that_is_over_is_looked_at_again_before_its_session_is_finished() -> None:
    one = watching()
    assert one.judge(standing(60, over=True), 0.0) == {}
    assert one.judge(standing(60, over=True), BEAT) == {}
    assert one.judge(standing(60, over=True), 2 * BEAT) == {"s": NOON + timedelta(seconds=60)}


def test_a_clock_that_jumps_ahead_takes_no_session_from_a_living_owner() -> None:
    one = watching()
    assert one.judge(standing(60, over=False), 0.0) == {}
    assert one.judge(standing(60, over=True), BEAT) == {}
    assert one.judge(standing(7_200, over=False), 2 * BEAT) == {}
    for beat in range(3, 20):
        assert one.judge(standing(7_200 + 10 * beat, over=False), beat * BEAT) == {}


def test_a_clock_that_jumps_back_leaves_no_session_open_for_hours() -> None:
    one = watching()
    hours_away = standing(7_200, over=False)
    for beat in range(int(LENGTH / BEAT)):
        assert one.judge(hours_away, beat * BEAT) == {}
    assert list(one.judge(hours_away, LENGTH)) == ["s"]


def test_a_time_without_the_store_counts_for_nobody() -> None:
    one = watching()
    one.judge(standing(60, over=True), 0.0)
    one.forget()
    assert one.judge(standing(60, over=True), 10 * BEAT) == {}
    assert one.judge(standing(170, over=False), 11 * BEAT) == {}


def test_what_is_live_no_more_is_forgotten() -> None:
    one = watching()
    one.judge(standing(60, over=True), 0.0)
    one.judge({}, BEAT)
    assert one.judge(standing(60, over=True), 2 * BEAT) == {}
