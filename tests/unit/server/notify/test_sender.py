"""The loop that sends: how much at once, how patient, and what it leaves behind when it stops. No real time
passes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry

from server.metrics import Metrics
from server.notify.sender import AT_ONCE, GRACE_SECONDS, Sender
from server.store.delivery_records import Delivery, Settled
from streaming.errors import StoreUnavailable
from tests.support.virtual_time import virtual_time

NOW = datetime(2026, 11, 4, tzinfo=UTC)
ONE = Delivery("dlv_1", "m", 1, "d", 1, "email", {}, "sending", 1, NOW, None, None, NOW, NOW)


@dataclass
class Shelf:
    """What is due, and what was settled. The database is `away` for so many calls."""

    due: list[Delivery] = field(default_factory=list)
    settled: list[tuple[str, Settled]] = field(default_factory=list)
    away: int = 0

    def _answer(self) -> None:
        if self.away:
            self.away -= 1
            raise StoreUnavailable

    async def claim(self, limit: int, lease: float) -> tuple[Delivery, ...]:
        """The first that are due."""
        self._answer()
        taken, self.due = self.due[:limit], self.due[limit:]
        return tuple(taken)

    async def settle(self, delivery: Delivery, outcome: Settled) -> bool:
        """Keep it."""
        self._answer()
        self.settled.append((delivery.id, outcome))
        return True

    async def seconds_to_next(self) -> float | None:
        """Nothing is waited for."""
        self._answer()
        return None


Dispatch = Callable[[Delivery], Awaitable[Settled]]


def sending(shelf: Shelf, dispatch: Dispatch) -> Sender[Delivery]:
    return Sender(shelf, dispatch, Metrics(CollectorRegistry()))


def many(count: int) -> list[Delivery]:
    return [replace(ONE, id=f"dlv_{number}") for number in range(count)]


async def takes_a_second(delivery: Delivery) -> Settled:
    await asyncio.sleep(1)
    return Settled("sent")


@virtual_time
async def test_a_few_are_sent_at_once_and_the_others_wait() -> None:
    shelf = Shelf(many(3 * AT_ONCE))
    async with sending(shelf, takes_a_second).running():
        await asyncio.sleep(1.5)
        assert len(shelf.settled) == AT_ONCE
        await asyncio.sleep(2)
    assert len(shelf.settled) == 3 * AT_ONCE


@virtual_time
async def test_one_that_is_slow_does_not_hold_up_the_others() -> None:
    async def dispatch(delivery: Delivery) -> Settled:
        await asyncio.sleep(100 if delivery.id == "dlv_0" else 1)
        return Settled("sent")

    shelf = Shelf(many(7))
    async with sending(shelf, dispatch).running():
        await asyncio.sleep(3)
        assert sorted(name for name, _ in shelf.settled) == [f"dlv_{number}" for number in range(1, 7)]
        await asyncio.sleep(100)


@virtual_time
async def test_what_is_made_later_is_sent_when_the_loop_is_woken() -> None:
    shelf = Shelf()
    sender = sending(shelf, takes_a_second)
    async with sender.running():
        await asyncio.sleep(0.5)
        shelf.due = many(1)
        sender.wake()
        await asyncio.sleep(1.1)
        assert len(shelf.settled) == 1


@virtual_time
async def test_it_waits_for_a_database_that_is_away() -> None:
    shelf = Shelf(many(1), away=3)
    async with sending(shelf, takes_a_second).running():
        await asyncio.sleep(30)
    assert len(shelf.settled) == 1


@virtual_time
async def test_what_became_of_an_attempt_is_written_when_the_database_is_back() -> None:
    shelf = Shelf(many(1))

    async def dispatch(delivery: Delivery) -> Settled:
        shelf.away = 5
        return Settled("sent")

    async with sending(shelf, dispatch).running():
        await asyncio.sleep(30)
    assert shelf.settled == [("dlv_0", Settled("sent"))]


@virtual_time
async def test_a_fault_of_ours_ends_one_delivery_and_not_the_loop() -> None:
    async def dispatch(delivery: Delivery) -> Settled:
        if delivery.id == "dlv_0":
            raise RuntimeError("what was said")
        return Settled("sent")

    shelf = Shelf(many(2))
    async with sending(shelf, dispatch).running():
        await asyncio.sleep(1)
    assert {name: one.state for name, one in shelf.settled} == {"dlv_0": "failed", "dlv_1": "sent"}
    assert all("what was said" not in (one.sentence or "") for _, one in shelf.settled)


@virtual_time
async def test_a_database_that_is_away_before_the_sending_costs_no_delivery() -> None:
    async def dispatch(delivery: Delivery) -> Settled:
        raise StoreUnavailable

    shelf = Shelf(many(1))
    async with sending(shelf, dispatch).running():
        await asyncio.sleep(1)
    ((_, outcome),) = shelf.settled
    assert (outcome.state, outcome.next_in > 0) == ("pending", True)


@virtual_time
async def test_at_the_end_what_is_on_its_way_has_time_to_arrive_but_not_for_ever() -> None:
    shelf = Shelf(many(1))
    async with sending(shelf, takes_a_second).running():
        await asyncio.sleep(0.5)
    assert len(shelf.settled) == 1

    async def never(delivery: Delivery) -> Settled:
        await asyncio.sleep(1_000_000)
        raise AssertionError

    began = asyncio.get_running_loop().time()
    stuck = Shelf(many(1))
    async with sending(stuck, never).running():
        await asyncio.sleep(0.5)
    assert asyncio.get_running_loop().time() - began < GRACE_SECONDS + 1
    assert stuck.settled == []
