"""What a page says is taken apart, and nothing of it on trust."""

import pytest

from server.recorder import reasons
from server.recorder.adapter import LONGEST_NAME, MOST_PARTICIPANTS, Participant, Phase, Sight, tidy_name


def test_a_sight_is_read_from_what_a_script_returns() -> None:
    seen = Sight.of_json(
        {
            "phase": "recording",
            "participants": [{"name": "Anna", "speaking": True}, {"name": " Boris\n B. "}],
            "names": {"t1": "Anna"},
        }
    )
    assert seen == Sight(
        Phase.RECORDING, (Participant("Anna", True), Participant("Boris B.")), {"t1": "Anna"}
    )


@pytest.mark.parametrize(
    "garbage",
    [None, 7, [], "x", {"phase": []}, {"phase": "x", "participants": "Anna", "names": [1], "reason": {}}],
)
def test_garbage_is_a_page_that_still_joins(garbage: object) -> None:
    assert Sight.of_json(garbage) == Sight(Phase.JOINING)


def test_participants_without_a_form_are_left_out_and_too_many_cut_off() -> None:
    crowd = [{"name": "x"}] * (MOST_PARTICIPANTS + 9)
    assert Sight.of_json({"participants": [3, {"name": 5}]}).participants == (Participant(""),)
    assert len(Sight.of_json({"participants": crowd}).participants or ()) == MOST_PARTICIPANTS


def test_a_reason_is_one_of_those_that_a_page_may_give() -> None:
    assert Sight.of_json({"phase": "denied", "reason": "sign_in_needed"}).reason is reasons.SIGN_IN_NEEDED
    assert Sight.of_json({"phase": "denied", "reason": "no_browser"}).reason is None


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("  Анна\tK. ", "Анна K."),
        ("a\0b\u202ec", "a b c"),
        (None, ""),
        ("x" * 999, "x" * LONGEST_NAME),
    ],
)
def test_names_are_one_line(given: object, name: str) -> None:
    assert tidy_name(given) == name
