"""A peer's clock is believed as far as real time bears it out."""

from server.rtc.pace import AHEAD, Pace

FRAME = 0.02


def test_a_hole_of_a_real_stream_is_believed() -> None:
    pace, now, believed = Pace(), 0.0, 0.0
    for number in range(3_000):
        now = number * FRAME
        if number % 20 == 19:  # Lost.
            continue
        gap = FRAME if number % 20 == 0 and number else 0.0
        believed += pace.allow(gap, FRAME, now)
    assert round(believed / FRAME) == 149


def test_what_was_held_back_for_seconds_and_comes_at_once_is_believed() -> None:
    pace = Pace()
    assert pace.allow(0.0, FRAME, 10.0) == 0.0
    assert pace.allow(AHEAD - 1, FRAME, 10.0) == AHEAD - 1


def test_nobody_can_claim_hours_in_a_second() -> None:
    pace = Pace()
    claimed = sum(pace.allow(59.0, FRAME, number * FRAME) for number in range(50))
    assert claimed <= AHEAD + 1.0


def test_a_stream_that_is_ahead_loses_no_frame_of_its_own() -> None:
    pace = Pace()
    assert [pace.allow(1.0, 1.0, 0.0) for _ in range(6)] == [1.0, 1.0, 1.0, 0.0, 0.0, 0.0]
