"""What waits of a track keeps its order, its bound, and its place in time."""

from typing import Any

import numpy as np
import pytest

from server.rtc.inbox import Inbox, Missing


def samples(count: int, value: float = 1.0) -> Any:
    return np.full(count, value, np.float32)


def all_of(inbox: Inbox, most: int) -> list[Any]:
    taken = []
    while (item := inbox.take(most)) is not None:
        taken.append(item if isinstance(item, Missing) else item.tolist())
    return taken


def test_what_is_put_comes_out_in_order_and_in_pieces() -> None:
    inbox = Inbox(100)
    inbox.put(samples(5, 1.0))
    inbox.miss(7, "network")
    inbox.put(samples(2, 2.0))
    assert all_of(inbox, 3) == [
        [1.0] * 3,
        [1.0] * 2,
        Missing(3, "network"),
        Missing(3, "network"),
        Missing(1, "network"),
        [2.0] * 2,
    ]
    assert inbox.take(3) is None


@pytest.mark.parametrize("most", [1, 4, 100])
def test_what_does_not_fit_is_missing_and_every_sample_has_its_place(most: int) -> None:
    inbox = Inbox(10)
    for _ in range(3):
        inbox.put(samples(4))
    inbox.miss(5, "network")
    inbox.miss(0, "network")
    inbox.put(samples(0))
    taken = all_of(inbox, most)
    lengths = [item.samples if isinstance(item, Missing) else len(item) for item in taken]
    assert max(lengths) <= most
    assert sum(lengths) == 17
    assert sum(len(item) for item in taken if not isinstance(item, Missing)) == 8
    missing: dict[str, int] = {}
    for item in taken:
        if isinstance(item, Missing):
            missing[item.reason] = missing.get(item.reason, 0) + item.samples
    assert missing == {"overflow": 4, "network": 5}


def test_what_was_taken_makes_room() -> None:
    inbox = Inbox(10)
    for _ in range(100):
        inbox.put(samples(10))
        assert all_of(inbox, 10) == [[1.0] * 10]
