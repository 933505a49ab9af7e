"""Requests a minute, on a clock that is set."""

import pytest

from server.access import limits
from server.access.limits import Requests, too_many_requests


def test_a_limit_is_for_a_minute_that_begins_with_the_first_request() -> None:
    requests = Requests()
    taken = [requests.take("a", 2, now) for now in (100.0, 110.0, 159.5, 160.0)]
    assert [allowed for _, allowed in taken] == [True, True, False, True]
    assert [left.remaining for left, _ in taken] == [1, 0, 0, 1]
    assert [left.reset for left, _ in taken] == [60.0, 50.0, 0.5, 60.0]


def test_keys_are_counted_apart() -> None:
    requests = Requests()
    assert requests.take("a", 1, 0.0)[1]
    assert requests.take("b", 1, 0.0)[1]
    assert not requests.take("a", 1, 0.0)[1]


def test_the_answer_tells_what_is_left() -> None:
    requests = Requests()
    requests.take("a", 2, 0.0)
    left, _ = requests.take("a", 2, 30.5)
    assert left.headers == {"RateLimit-Policy": '"requests";q=2;w=60', "RateLimit": '"requests";r=0;t=30'}
    error = too_many_requests(left)
    assert (error.status, error.retry_after) == (429, 29.5)


def test_what_is_counted_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST", 3)
    requests = Requests()
    for number in range(10):
        requests.take(f"key_{number}", 1, float(number))
    assert list(requests._windows) == ["key_7", "key_8", "key_9"]
