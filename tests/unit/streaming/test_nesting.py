"""The bound on nested JSON counts objects and lists alike, wherever the deepest place is."""

from typing import Any

import pytest

from streaming.nesting import MAX_DEPTH, too_deep


def nested(depth: int, *, lists: bool) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value] if lists else {"a": value}
    return value


@pytest.mark.parametrize("lists", [False, True])
def test_the_deepest_that_is_taken_and_the_first_that_is_not(lists: bool) -> None:
    assert not too_deep(nested(MAX_DEPTH, lists=lists))
    assert too_deep(nested(MAX_DEPTH + 1, lists=lists))


def test_what_is_wide_is_not_deep_and_one_deep_place_is_enough() -> None:
    wide: dict[str, Any] = {str(number): [{}] for number in range(5_000)}
    assert not too_deep(wide)
    assert too_deep([wide, nested(MAX_DEPTH, lists=True)])


@pytest.mark.parametrize("value", [1, "x", None, {}, []])
def test_a_plain_value_is_not_deep(value: Any) -> None:
    assert not too_deep(value)
