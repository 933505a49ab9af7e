"""When a batch is taken for hung: by its audio and by what the machine can do. The time is an argument."""

import numpy as np

from asr.job import Job
from asr.types import SAMPLE_RATE, DecodeRequest, Kind
from asr.watchdog import FLOOR, LEAST_AUDIO, MARGIN, MOST_STUCK, UNKNOWN_PACE, Watchdog


def batch(windows: int = 1, seconds: float = 10.0) -> list[Job]:
    audio = np.zeros(round(seconds * SAMPLE_RATE), np.float32)
    return [Job(DecodeRequest(str(at), 1, Kind.FINAL, audio, 0, 0.0), None, 0.0) for at in range(windows)]


def paced(seconds_for_ten: float, batches: int = 9) -> Watchdog:
    """One that has seen batches of ten seconds of audio."""
    watchdog = Watchdog()
    for _ in range(batches):
        watchdog.end(watchdog.begin("lane", batch(), 0.0), seconds_for_ten)
    return watchdog


def test_a_batch_may_take_its_limit_and_no_more() -> None:
    watchdog = paced(0.1)
    run = watchdog.begin("lane", batch(8), 100.0)
    assert run.limit == FLOOR
    assert watchdog.overdue(100.0 + FLOOR) == []
    assert watchdog.overdue(100.1 + FLOOR) == [run]
    assert watchdog.overdue(200.0 + FLOOR) == [], "it is given up once"


def test_a_slow_machine_has_longer_limits_for_longer_batches() -> None:
    watchdog = paced(20.0)
    assert watchdog.limit(batch(8, 30.0)) == MARGIN * 2.0 * 240.0
    assert watchdog.limit(batch(4, 30.0)) == MARGIN * 2.0 * 120.0


def test_before_anything_was_measured_much_is_allowed() -> None:
    assert Watchdog().limit(batch(8, 20.0)) == MARGIN * UNKNOWN_PACE * 160.0


def test_a_short_window_counts_for_what_it_is_padded_to() -> None:
    watchdog = paced(20.0)
    assert watchdog.limit(batch(3, 0.5)) == watchdog.limit(batch(3, LEAST_AUDIO))


def test_one_stall_does_not_change_what_is_usual() -> None:
    watchdog = paced(0.1)
    watchdog.end(watchdog.begin("lane", batch(), 0.0), 40.0)
    assert watchdog.limit(batch(8)) == FLOOR


def test_a_thread_that_was_given_up_counts_as_stuck_until_it_comes_back() -> None:
    watchdog = Watchdog()
    run, other = watchdog.begin("one", batch(), 0.0), watchdog.begin("other", batch(), 30.0)
    assert watchdog.overdue(run.limit + 1.0) == [run]
    assert watchdog.stuck == 1
    assert watchdog.end(other, 60.0), "the other lane goes on"
    assert not watchdog.end(run, 60.0), "what it brings comes too late"
    assert watchdog.stuck == 0


def test_a_late_batch_tells_nothing_of_the_pace() -> None:
    watchdog = paced(0.1, batches=1)
    for _ in range(9):
        run = watchdog.begin("lane", batch(), 0.0)
        watchdog.overdue(1e3)
        watchdog.end(run, 1e4)
    assert watchdog.limit(batch(8)) == FLOOR


def test_only_so_many_threads_may_be_stuck() -> None:
    watchdog = Watchdog()
    runs = [watchdog.begin(str(lane), batch(), 0.0) for lane in range(MOST_STUCK)]
    assert not watchdog.exhausted
    watchdog.overdue(1e3)
    assert watchdog.exhausted
    watchdog.end(runs[0], 1e3)
    assert not watchdog.exhausted
