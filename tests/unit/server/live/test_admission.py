"""Who is let in: as many as there are places, and nobody new while captions come late."""

import pytest

from server.live.admission import RETRY_AFTER, Admission
from streaming.errors import Overloaded


def test_every_place_is_given_and_given_back() -> None:
    admission = Admission(1)
    with admission.slot():
        assert admission.live == 1
        with (
            pytest.raises(Overloaded, match="takes 1 live streams at once") as refused,
            admission.slot(),
        ):
            pass
        assert refused.value.retry_after == RETRY_AFTER
    assert admission.live == 0


def test_nobody_new_is_taken_while_captions_come_late() -> None:
    late = [0.0]
    admission = Admission(9, lambda: late[0], busy_seconds=0.7)
    with admission.slot():
        late[0] = 0.8
        with pytest.raises(Overloaded, match="use all of its speech model"):
            admission.check(detached=0)
        with pytest.raises(Overloaded), admission.slot():
            pass
        late[0] = 0.7
        with admission.slot():
            assert admission.live == 2


def test_who_comes_back_needs_no_headroom_but_a_place() -> None:
    admission = Admission(2, lambda: 9.0)
    with admission.slot():
        admission.check(detached=1)
        with (
            admission.slot(begun=True),
            pytest.raises(Overloaded),
            admission.slot(begun=True),
        ):
            pass


def test_an_empty_server_takes_the_first_whatever_was_measured() -> None:
    with Admission(2, lambda: 9.0).slot():
        pass
