"""A bot goes from state to state as the table says, and in no other way."""

import pytest

from server.recorder.states import INSIDE, LAST, STATES, TABLE, Impossible, Step, after


def test_the_usual_way_leads_from_scheduled_to_done() -> None:
    state = STATES[0]
    for step in (Step.DUE, Step.WAITS, Step.ADMITTED, Step.LEAVES, Step.LEFT):
        state = after(state, step)
    assert state == "done"


def test_nothing_leads_out_of_the_last_states_and_everything_else_leads_to_one() -> None:
    assert {state for state, steps in TABLE.items() if not steps} == LAST
    reach = set(LAST)
    for _ in STATES:
        reach |= {state for state, steps in TABLE.items() if reach & set(steps.values())}
    assert reach == set(STATES)


@pytest.mark.parametrize("state", sorted(INSIDE))
def test_a_bot_whose_process_was_lost_is_taken_up(state: str) -> None:
    assert after(state, Step.LOST) in {"joining", "leaving"}  # type: ignore[arg-type]


def test_a_step_that_a_state_does_not_have_is_an_error() -> None:
    with pytest.raises(Impossible, match="admitted cannot happen to a bot that is done"):
        after("done", Step.ADMITTED)
