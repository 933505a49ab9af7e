"""Small clients, each of which provokes a refusal of the calls that change transcripts."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from server.store import corrections, speakers
from server.store.postgres import PostgresStore
from tests.support.desks import a_held_meeting
from tests.support.node import node
from tests.support.refusals import Scenario, Told, call


def _patches(path: Callable[[str], str], *bodies: dict[str, Any], **limits: tuple[Any, int]) -> Scenario:
    """Calls in a row, of which the last is refused; `limits` are patched meanwhile."""

    async def act(store: PostgresStore) -> Told:
        meeting = await a_held_meeting(store)
        segment = (await store.segments(meeting))[0].segment.id
        where = f"/v1/meetings/{meeting}/{path(segment)}"
        with pytest.MonkeyPatch.context() as patch:
            for name, (module, value) in limits.items():
                patch.setattr(module, name, value)
            async with node(store) as one:
                for body in bodies[:-1]:
                    with pytest.raises(KeyError):  # It is no error.
                        await call(one, "PATCH", where, json.dumps(body).encode())
                return await call(one, "PATCH", where, json.dumps(bodies[-1]).encode())

    return act


def _segment(segment: str) -> str:
    return f"segments/{segment}"


SCENARIOS: dict[tuple[str, int], tuple[Scenario, str]] = {
    ("segment_changed", 409): (
        _patches(_segment, {"version": 0, "text": "One."}, {"version": 0, "text": "Two."}),
        "The segment was corrected meanwhile and is at version 1: read it again.",
    ),
    ("segment_not_found", 404): (
        _patches(lambda _: "segments/nobody", {"version": 0, "text": "One."}),
        "The meeting has no such segment, or it is not final yet.",
    ),
    ("version_not_found", 404): (
        _patches(_segment, {"version": 0, "restore": 7}),
        "The segment has no such version.",
    ),
    ("too_many_corrections", 409): (
        _patches(
            _segment,
            {"version": 0, "text": "One."},
            {"version": 1, "text": "Two."},
            MOST_CORRECTIONS=(corrections, 1),
        ),
        "A segment is corrected 1 times at the most.",
    ),
    ("too_many_speakers", 409): (
        _patches(lambda _: "speakers", {"names": {"a": "A", "b": "B"}}, MOST=(speakers, 1)),
        "A meeting has names for 1 speakers at the most.",
    ),
}
