"""Chunks of a track follow on one another unless something is missing between them."""

import pytest

from server.recorder.placing import Placing


def test_chunks_that_come_a_little_late_or_early_follow_on() -> None:
    placing = Placing()
    gaps = [placing.gap(at, 0.1) for at in (5.0, 5.13, 5.19, 5.32, 5.40)]
    assert gaps == [0.0] * 5


def test_what_is_missing_keeps_its_time() -> None:
    placing = Placing()
    assert placing.gap(1.0, 0.1) == 0.0
    assert placing.gap(3.1, 0.1) == pytest.approx(2.0)
    assert placing.gap(3.2, 0.1) == 0.0


def test_a_clock_that_goes_back_begins_anew() -> None:
    placing = Placing()
    placing.gap(100.0, 0.1)
    assert placing.gap(1.0, 0.1) == 0.0
    assert placing.gap(1.1, 0.1) == 0.0
