"""What is sent of an event, and for how long it is tried. No real time passes."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from server.metrics import Metrics
from server.notify.dispatch import Links
from server.notify.event_dispatch import EventDispatch, event_body, linked
from server.notify.outcome import Later, Refused
from server.notify.post import Answer, Post
from server.notify.schedule import DAY, DELAYS_OF_A_DAY, SPREAD, within_a_day
from server.notify.sender import Sender
from server.notify.targets import new_secret
from server.notify.webhook import LARGEST
from server.store.delivery_records import Settled
from server.store.event_records import ClaimedEvent
from tests.support.virtual_time import virtual_time

NOW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
ONE = ClaimedEvent(
    id="dlv_1",
    endpoint_id="whe_1",
    url="https://hooks.example/",
    secrets=(new_secret(),),
    event_id="evt_1",
    type="meeting.deleted",
    happened_at=NOW,
    data={"meeting_id": "m1", "deleted_at": NOW.isoformat()},
    attempts=0,
    age=0.0,
)


class Away(Post):
    """Answers the same for ever, and keeps the time and the id of each attempt."""

    def __init__(self, answer: Answer | Later | Refused) -> None:
        super().__init__()
        self.answer = answer
        self.came: list[tuple[float, str, bytes]] = []

    async def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer | Later | Refused:
        self.came.append((asyncio.get_running_loop().time(), headers["webhook-id"], body))
        return self.answer


@dataclass
class Line:
    """One event, due when its time has come by the clock of the loop."""

    one: ClaimedEvent = ONE
    due: float = 0.0
    outcome: Settled = field(default_factory=lambda: Settled("pending"))
    done: asyncio.Event = field(default_factory=asyncio.Event)

    async def claim(self, limit: int, lease: float) -> tuple[ClaimedEvent, ...]:
        """It, if it is due."""
        now = asyncio.get_running_loop().time()
        if self.outcome.state != "pending" or self.due > now:
            return ()
        self.one = replace(self.one, attempts=self.one.attempts + 1, age=now)
        self.due = now + lease
        return (self.one,)

    async def settle(self, delivery: ClaimedEvent, outcome: Settled) -> bool:
        """What became of it."""
        self.outcome = outcome
        self.due = asyncio.get_running_loop().time() + outcome.next_in
        if outcome.state != "pending":
            self.done.set()
        return True

    async def seconds_to_next(self) -> float | None:
        """Until it is due."""
        return self.due - asyncio.get_running_loop().time() if self.outcome.state == "pending" else None


@pytest.mark.parametrize(
    "answer", [Answer(503), Answer(404), Answer(301), Later("No answer."), Refused("A private address.")]
)
def test_what_is_not_taken_is_tried_for_a_day_and_then_given_up(answer: Answer | Later | Refused) -> None:
    post, line = Away(answer), Line()

    @virtual_time
    async def a_day() -> None:
        dispatch = EventDispatch(Links(None), post, lambda: 0.0)
        metrics = Metrics(CollectorRegistry())
        async with Sender(line, dispatch, metrics, idle_seconds=DAY).running():
            await line.done.wait()

    a_day()
    assert line.outcome.state == "failed"
    times = [time for time, _, _ in post.came]
    assert len(times) == len(DELAYS_OF_A_DAY)
    assert DAY / 2 < times[-1] < DAY
    for delay, before, after in zip(DELAYS_OF_A_DAY[1:], times[:-1], times[1:], strict=True):
        assert delay <= after - before <= delay * (1 + SPREAD) + 0.1
    assert len({(name, body) for _, name, body in post.came}) == 1


def test_the_day_is_over_for_what_waited_longer_than_it() -> None:
    assert within_a_day(1, 0.0, None, age=0.0) == 5
    assert within_a_day(1, 0.0, None, age=DAY) is None
    assert within_a_day(len(DELAYS_OF_A_DAY), 0.0, None, age=0.0) is None


def test_a_wish_is_waited_for_but_not_beyond_the_day() -> None:
    assert within_a_day(1, 0.0, 900.0, age=0.0) == 900
    assert within_a_day(1, 0.0, 1e9, age=1_000.0) == DAY - 1_000
    assert sum(DELAYS_OF_A_DAY) * (1 + SPREAD) < DAY


def test_a_body_that_is_too_large_goes_without_words_or_metadata() -> None:
    data: dict[str, Any] = {"text": "t", "words": [{"word": "x" * 100}] * 500}
    told = json.loads(event_body("segment.final", NOW, data))
    assert told["data"] == {"text": "t", "words": None}
    assert len(event_body("segment.final", NOW, data)) < LARGEST
    small = {"text": "t", "words": [{"word": "x"}]}
    assert json.loads(event_body("segment.final", NOW, small))["data"] == small
    with pytest.raises(ValueError, match="over 20000"):
        event_body("segment.final", NOW, {"text": "t" * LARGEST})


def test_each_event_has_the_addresses_that_belong_to_it() -> None:
    links, data = Links("https://steno.example/"), {"meeting_id": "m1", "version": 2}
    page = "https://steno.example/meetings/m1"
    assert linked("meeting.started", data, links) == {"meeting_url": page}
    assert linked("report.ready", data, links) == {
        "meeting_url": page,
        "report_url": "https://steno.example/v1/meetings/m1/report?version=2",
    }
    for event in ("segment.final", "meeting.deleted"):
        assert linked(event, data, links) == {}
    assert linked("webhook.ping", {"webhook_id": "whe_1"}, links) == {}
    assert linked("meeting.ended", data, Links(None)) == {"meeting_url": None}
