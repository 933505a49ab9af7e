"""A token bucket lets bursts pass and holds the mean."""

from streaming.rate import TokenBucket


def test_a_burst_passes_and_what_follows_it_does_not() -> None:
    bucket = TokenBucket(rate=10, burst=3, now=5.0)
    assert [bucket.take(5.0) for _ in range(4)] == [True, True, True, False]


def test_tokens_come_back_with_time_and_no_more_than_a_burst() -> None:
    bucket = TokenBucket(rate=10, burst=3, now=0.0)
    assert all(bucket.take(0.0) for _ in range(3))
    assert bucket.take(0.1)
    assert not bucket.take(0.1)
    assert [bucket.take(100.0) for _ in range(4)] == [True, True, True, False]


def test_a_clock_that_falls_back_brings_nothing() -> None:
    bucket = TokenBucket(rate=10, burst=1, now=10.0)
    assert bucket.take(10.0)
    assert not bucket.take(3.0)
