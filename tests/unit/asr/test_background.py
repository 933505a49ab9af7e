"""When windows of files go, and how many of them."""

import numpy as np

from asr.background import CALM, LONGEST, PATIENCE, REST
from asr.job import Job
from asr.scheduler import Scheduler
from asr.types import DecodeRequest, Kind


def window(key: str, *, background: bool = True, batch: str = "same", queued: float = 100.0) -> Job:
    """A queued final, due in the order in which it came."""
    audio = np.zeros(160, np.float32)
    return Job(DecodeRequest(key, 1, Kind.FINAL, audio, 0, queued, background=background), batch, queued)


def live(key: str, *, queued: float = 100.0) -> Job:
    """A window that somebody waits for."""
    return window(key, background=False, queued=queued)


def filled(*jobs: Job) -> Scheduler:
    """A scheduler in which these wait."""
    scheduler = Scheduler(8)
    for job in jobs:
        assert scheduler.add(job) is None
    return scheduler


def taken(scheduler: Scheduler, now: float = 100.0) -> list[str]:
    """The utterances of the next batch."""
    return [job.request.key for job in scheduler.next_batch(now=now)]


def run(scheduler: Scheduler, began: float, seconds: float) -> list[str]:
    """Decode the next batch in so many seconds."""
    batch = scheduler.next_batch(now=began)
    scheduler.ended(batch, began, began + seconds)
    return [job.request.key for job in batch]


def test_live_windows_go_first_and_share_no_batch() -> None:
    scheduler = filled(window("file"), live("live"))
    assert taken(scheduler) == ["live"]
    assert len(scheduler) == 1


def test_one_batch_of_the_background_runs_at_a_time() -> None:
    scheduler = filled(window("a"), window("b"))
    batch = scheduler.next_batch(now=100.0)
    assert [job.request.key for job in batch] == ["a"]
    assert taken(scheduler, 200.0) == []
    assert scheduler.due_in(200.0) is None
    scheduler.ended(batch, 100.0, 101.0)
    assert taken(scheduler, 200.0) == ["b"]


def test_a_batch_is_as_large_as_the_model_was_measured_to_take_in_a_moment() -> None:
    scheduler = filled(*(window(str(number)) for number in range(20)))
    assert len(run(scheduler, 100.0, LONGEST / 4)) == 1, "nothing was measured yet"
    assert len(run(scheduler, 101.0, 8 * LONGEST)) == 4
    assert len(run(scheduler, 110.0, 0.001)) == 1, "the model has become slow"
    assert len(run(scheduler, 111.0, 0.001)) == 8, "no larger than batches may be"


def test_a_batch_holds_windows_of_one_key() -> None:
    scheduler = filled(window("a"), window("other", batch="other"), window("b"), window("c"))
    run(scheduler, 100.0, LONGEST / 8)
    assert run(scheduler, 101.0, 0.1) == ["other"]
    assert run(scheduler, 102.0, 0.1) == ["b", "c"]


def test_while_somebody_speaks_the_model_rests_from_files() -> None:
    scheduler = filled(window("a"), window("b"), live("live"))
    assert run(scheduler, 100.0, 0.1) == ["live"]
    assert run(scheduler, 100.1, 0.2) == ["a"]
    rested = 100.3 + REST * 0.2
    for tick in range(4):
        scheduler.add(live("live", queued=100.3 + tick / 2))
        assert run(scheduler, 100.3 + tick / 2, 0.1) == ["live"]
    assert taken(scheduler, rested - 0.05) == []
    due = scheduler.due_in(rested - 0.05)
    assert due is not None
    assert 0 < due <= 0.0501
    assert taken(scheduler, rested + 0.01) == ["b"]


def test_when_nobody_speaks_any_more_it_does_not_rest() -> None:
    scheduler = filled(live("live"), window("a"), window("b"))
    assert run(scheduler, 100.0, 0.1) == ["live"]
    assert run(scheduler, 100.1, 5.0) == ["a"]
    assert 100.0 + CALM < 105.1
    assert taken(scheduler, 105.1) == ["b"]


def test_files_do_not_starve_behind_live_windows_without_end() -> None:
    scheduler = filled(window("a"), window("b"))
    order = []
    for tick in range(250):
        scheduler.add(live("live", queued=100.0 + tick / 10))
        scheduler.add(live("live", queued=100.0 + tick / 10))
        order += [(key, tick) for key in run(scheduler, 100.0 + tick / 10, 0.1) if key != "live"]
    assert order == [("a", round(10 * PATIENCE)), ("b", round(20 * PATIENCE) + 1)]


def test_a_window_whose_asker_has_gone_is_forgotten() -> None:
    gone = window("gone")
    scheduler = filled(gone)
    scheduler.discard(gone.request)
    assert len(scheduler) == 0
    assert taken(scheduler) == []


def test_what_the_model_failed_on_is_asked_again_in_the_background() -> None:
    scheduler = filled(window("a"), window("b"))
    batch = scheduler.next_batch(now=100.0)
    assert scheduler.add_again(batch[0])
    scheduler.ended(batch, 100.0, 100.1)
    assert sorted(run(scheduler, 101.0, 0.1) + run(scheduler, 102.0, 0.1)) == ["a", "b"]


def test_files_that_wait_are_no_sign_of_congestion() -> None:
    assert filled(window("a", queued=1.0)).oldest_wait(100.0) == 0.0
