"""The states of a bot, and what leads from one to the next. Pure.

    scheduled -> joining -> waiting_room -> recording -> leaving -> done | failed

`TABLE` is the whole of it: what is not there cannot happen, and raises `Impossible`. `done` and `failed` are
the last: nothing leads out of them. A bot whose process was lost joins again (`LOST`).
"""

from enum import StrEnum
from typing import Final, Literal, get_args

BotState = Literal["scheduled", "joining", "waiting_room", "recording", "leaving", "done", "failed"]
STATES: Final[tuple[BotState, ...]] = get_args(BotState)
LAST: Final[frozenset[BotState]] = frozenset({"done", "failed"})
INSIDE: Final[frozenset[BotState]] = frozenset({"joining", "waiting_room", "recording", "leaving"})
"""States in which a browser runs."""


class Step(StrEnum):
    """What can happen to a bot."""

    DUE = "due"
    """Its time has come, and a node has a place for it."""
    WAITS = "waits"
    """It was put into the waiting room."""
    ADMITTED = "admitted"
    """It is in the meeting and hears."""
    LEAVES = "leaves"
    """It goes, for a reason."""
    LEFT = "left"
    """It has gone and its transcript is stored, as it should."""
    FAILED = "failed"
    """The same, but it did not do what it was sent for."""
    LOST = "lost"
    """The process that ran it was lost, and another one has taken it up."""


class Impossible(Exception):
    """A step that a state does not have."""


TABLE: Final[dict[BotState, dict[Step, BotState]]] = {
    "scheduled": {Step.DUE: "joining", Step.LEFT: "done", Step.FAILED: "failed"},
    "joining": {
        Step.WAITS: "waiting_room",
        Step.ADMITTED: "recording",
        Step.LEAVES: "leaving",
        Step.FAILED: "failed",
        Step.LOST: "joining",
    },
    "waiting_room": {
        Step.ADMITTED: "recording",
        Step.LEAVES: "leaving",
        Step.FAILED: "failed",
        Step.LOST: "joining",
    },
    "recording": {
        Step.WAITS: "waiting_room",
        Step.LEAVES: "leaving",
        Step.FAILED: "failed",
        Step.LOST: "joining",
    },
    "leaving": {Step.LEFT: "done", Step.FAILED: "failed", Step.LOST: "leaving"},
    "done": {},
    "failed": {},
}


def after(state: BotState, step: Step) -> BotState:
    """The state after a step. Raises `Impossible`."""
    try:
        return TABLE[state][step]
    except KeyError:
        raise Impossible(f"{step} cannot happen to a bot that is {state}") from None
