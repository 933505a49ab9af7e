"""Which windows go next, and with whom."""

import numpy as np
import pytest

from asr.job import Job
from asr.scheduler import Scheduler
from asr.types import DecodeRequest, Kind


def job(
    key: str, kind: Kind = Kind.PARTIAL, *, deadline: float = 0.0, batch: str = "same", queued: float = 0.0
) -> Job:
    """A queued window."""
    request = DecodeRequest(key, 1, kind, np.zeros(160, np.float32), 0, deadline)
    return Job(request, batch, queued)


def final(key: str, *, deadline: float = 0.0, batch: str = "same", queued: float = 0.0) -> Job:
    """A queued final."""
    return job(key, Kind.FINAL, deadline=deadline, batch=batch, queued=queued)


def filled(*jobs: Job, max_batch: int = 8) -> Scheduler:
    """A scheduler in which these wait."""
    scheduler = Scheduler(max_batch)
    for one in jobs:
        scheduler.add(one)
    return scheduler


def keys(batch: list[Job]) -> list[str]:
    """The utterances of a batch, in its order."""
    return [one.request.key for one in batch]


def test_nothing_waits_nothing_goes() -> None:
    assert Scheduler(4).next_batch() == []


def test_finals_go_before_partials_however_late_they_are_due() -> None:
    scheduler = filled(job("p", deadline=0.0), final("f", deadline=9.0))
    assert keys(scheduler.next_batch()) == ["f", "p"]


def test_within_a_kind_the_earliest_deadline_goes_first() -> None:
    scheduler = filled(
        job("p2", deadline=2),
        final("f3", deadline=3),
        job("p1", deadline=1),
        final("f1", deadline=1),
        final("f2", deadline=2),
    )
    assert keys(scheduler.next_batch()) == ["f1", "f2", "f3", "p1", "p2"]


def test_equal_deadlines_keep_the_order_of_arrival() -> None:
    scheduler = filled(final("a"), final("b"), final("c"))
    assert keys(scheduler.next_batch()) == ["a", "b", "c"]


def test_a_newer_partial_replaces_the_older_one_which_is_told() -> None:
    older, newer = job("u"), job("u")
    scheduler = filled(older)
    assert scheduler.add(newer) is older
    assert scheduler.next_batch() == [newer]
    assert len(scheduler) == 0


def test_a_partial_of_another_utterance_replaces_nothing() -> None:
    scheduler = filled(job("u"))
    assert scheduler.add(job("v")) is None
    assert len(scheduler) == 2


def test_a_final_removes_the_waiting_partial_of_its_utterance_alone() -> None:
    mine, other = job("u"), job("v")
    scheduler = filled(mine, other)
    last = final("u")
    assert scheduler.add(last) is mine
    assert scheduler.next_batch() == [last, other]


def test_finals_are_never_replaced() -> None:
    scheduler = filled(final("u"), final("u"))
    assert scheduler.add(job("u")) is None
    assert keys(scheduler.next_batch()) == ["u", "u", "u"]


def test_a_batch_holds_only_what_the_model_can_take_together() -> None:
    scheduler = filled(final("a", batch="long"), final("b", batch="short"), final("c", batch="long"))
    assert keys(scheduler.next_batch()) == ["a", "c"]
    assert keys(scheduler.next_batch()) == ["b"]


def test_a_batch_is_no_larger_than_allowed_and_the_rest_waits() -> None:
    scheduler = filled(*(final(str(index), deadline=index) for index in range(5)), max_batch=2)
    assert [keys(scheduler.next_batch()) for _ in range(4)] == [["0", "1"], ["2", "3"], ["4"], []]


def test_a_pause_goes_after_finals_and_before_partials() -> None:
    scheduler = filled(job("p"), job("q", Kind.PAUSE, deadline=5), final("f", deadline=9))
    assert keys(scheduler.next_batch()) == ["f", "q", "p"]


def test_a_pause_replaces_the_waiting_partial_and_is_replaced_by_the_next_window() -> None:
    partial, pause, later = job("u"), job("u", Kind.PAUSE), job("u")
    scheduler = filled(partial)
    assert scheduler.add(pause) is partial
    assert scheduler.add(later) is pause
    assert scheduler.next_batch() == [later]


def test_what_is_served_at_once_is_shared_out() -> None:
    scheduler = filled(*(final(str(index), deadline=index) for index in range(5)))
    assert [keys(scheduler.next_batch(shares)) for shares in (2, 1)] == [["0", "1", "2"], ["3", "4"]]


def test_what_is_discarded_is_not_decoded() -> None:
    gone, stays, partial = final("a"), final("a"), job("p")
    scheduler = filled(gone, stays, partial)
    scheduler.discard(gone.request)
    scheduler.discard(partial.request)
    assert scheduler.next_batch() == [stays]


def test_discarding_a_replaced_partial_leaves_its_successor() -> None:
    older, newer = job("u"), job("u")
    scheduler = filled(older, newer)
    scheduler.discard(older.request)
    assert scheduler.next_batch() == [newer]


def test_the_oldest_wait_counts_from_when_the_window_came() -> None:
    scheduler = filled(job("p", queued=3.0), final("f", queued=5.0))
    assert scheduler.oldest_wait(7.5) == pytest.approx(4.5)
    scheduler.next_batch()
    assert scheduler.oldest_wait(7.5) == 0.0
