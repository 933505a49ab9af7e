"""What went wrong last is kept by code, the newest first, and no more than so many."""

from datetime import UTC, datetime, timedelta

from server import problems
from server.problems import Met, Problems

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def test_the_same_is_told_once_with_its_count() -> None:
    kept = Problems(Clock())
    kept.meet("overloaded", "stream")
    kept.meet("internal", "call")
    kept.meet("overloaded", "stream")
    first, second, third = (NOON + timedelta(seconds=number) for number in (1, 2, 3))
    assert kept.last() == (
        Met("overloaded", "stream", first, third, 2),
        Met("internal", "call", second, second),
    )


def test_a_code_of_a_stream_is_not_that_of_a_call_and_the_oldest_give_way() -> None:
    kept = Problems(Clock())
    kept.meet("internal", "call")
    for number in range(problems.MOST):
        kept.meet(f"code_{number}", "stream")
    last = kept.last()
    assert len(last) == problems.MOST
    assert last[0].code == f"code_{problems.MOST - 1}"
    assert all(met.where == "stream" for met in last)
