"""Partials thin out at once and come back only when it has been calm for a while."""

import pytest

from streaming.load import (
    CALM_SECONDS,
    FINALS_ONLY_ABOVE,
    LONGEST_INTERVAL,
    PER_WAIT,
    RARE_ABOVE,
    SHORTEST_INTERVAL,
    Level,
    LoadPolicy,
)


def level(policy: LoadPolicy) -> Level:
    """Its level just now."""
    return policy.level


def test_it_starts_with_everything() -> None:
    policy = LoadPolicy()
    assert level(policy) == "normal"
    assert not policy.update(0.0, 0.0)
    assert policy.partial_interval == SHORTEST_INTERVAL


def test_levels_fall_at_once_and_may_skip_one() -> None:
    policy = LoadPolicy()
    assert policy.update(RARE_ABOVE + 0.1, 0.0)
    assert level(policy) == "rare_partials"
    assert policy.update(FINALS_ONLY_ABOVE + 0.1, 0.1)
    assert level(policy) == "finals_only"
    assert policy.partial_interval is None
    skipping = LoadPolicy()
    assert skipping.update(FINALS_ONLY_ABOVE + 0.1, 0.0)
    assert level(skipping) == "finals_only"


def test_the_threshold_itself_is_not_above_it() -> None:
    policy = LoadPolicy()
    assert not policy.update(RARE_ABOVE, 0.0)


def test_levels_rise_one_at_a_time_after_calm() -> None:
    policy = LoadPolicy()
    policy.update(9.0, 0.0)
    assert not policy.update(0.0, 1.0)
    assert not policy.update(0.0, 1.0 + CALM_SECONDS - 0.1)
    assert policy.update(0.0, 1.0 + CALM_SECONDS)
    assert level(policy) == "rare_partials"
    assert not policy.update(0.0, 1.0 + 1.9 * CALM_SECONDS)
    assert policy.update(0.0, 1.0 + 2 * CALM_SECONDS)
    assert level(policy) == "normal"
    assert not policy.update(0.0, 999.0)


def test_a_relapse_starts_the_calm_anew() -> None:
    policy = LoadPolicy()
    policy.update(RARE_ABOVE + 0.1, 0.0)
    policy.update(0.0, 1.0)
    policy.update(RARE_ABOVE + 0.1, 3.0)
    assert not policy.update(0.0, 4.0)
    assert not policy.update(0.0, 4.0 + CALM_SECONDS - 0.1)
    assert policy.update(0.0, 4.0 + CALM_SECONDS)


def test_a_wait_around_the_threshold_does_not_make_it_flutter() -> None:
    policy = LoadPolicy()
    changes = sum(policy.update(RARE_ABOVE + (0.1 if step % 2 else -0.1), step * 0.5) for step in range(200))
    assert changes == 1


@pytest.mark.parametrize(
    ("wait", "interval"),
    [(0.0, SHORTEST_INTERVAL), (0.6, 0.6 * PER_WAIT), (FINALS_ONLY_ABOVE, LONGEST_INTERVAL)],
)
def test_the_time_between_partials_follows_the_wait_for_answers(wait: float, interval: float) -> None:
    policy = LoadPolicy()
    policy.update(wait, 0.0)
    assert policy.partial_interval == pytest.approx(interval)
