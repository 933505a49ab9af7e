"""A resumed stream tells each thing once."""

from typing import Any

from loadtest.replay import Replay
from tests.support.scripted_wire import caption


def told(*messages: dict[str, Any]) -> list[Any]:
    replay = Replay()
    return [replay.is_new(message) for message in messages]


def test_what_was_heard_before_is_no_news() -> None:
    one, two = caption("a", seq=1), caption("a b", seq=2, final=True)
    assert told(one, two, one, two, caption("c", seq=3, segment="b")) == [True, True, False, False, True]


def test_a_final_is_news_even_under_a_number_that_was_heard() -> None:
    assert told(caption("a", seq=9), caption("a", seq=4, segment="z", final=True)) == [True, True]


def test_a_segment_that_is_final_stays_as_it_is() -> None:
    assert told(caption("a", seq=1, final=True), caption("b", seq=2)) == [True, False]


def test_a_gap_is_told_once() -> None:
    gap = {"type": "gap", "start": 1.0, "end": 2.0, "reason": "loss"}
    assert told(gap, gap, {**gap, "start": 4.0, "end": 5.0}) == [True, False, True]


def test_everything_else_is_told_and_the_highest_number_is_kept() -> None:
    replay = Replay()
    assert replay.is_new({"type": "speech", "state": "started", "at": 0.0})
    for seq in (3, 7, 5):
        replay.is_new(caption("a", seq=seq))
    assert replay.seq == 7


RESUMED = {"type": "resumed", "session": "s", "position": 16_000}


def test_what_a_killed_server_hears_again_is_told_once() -> None:
    kept = caption("kept", seq=1, segment="a", final=True, start=0.0, end=1.0)
    lost = caption("lost", seq=2, segment="b", final=True, start=1.1, end=2.0)
    again = {**lost, "seq": 3, "segment": "c", "start": 1.0}
    other = {**again, "seq": 4, "segment": "d", "text": "Lost, it says."}
    later = {**lost, "seq": 5, "segment": "e", "start": 5.0, "end": 6.0}
    same_as_kept = {**kept, "seq": 6, "segment": "f", "start": 0.9, "end": 1.4}
    assert told(kept, lost, RESUMED, again, other, later, same_as_kept) == [
        *(True, True, True),
        *(False, True, True, True),
    ]
