"""A bad network between a speaker and a real server costs time, and not one word."""

import asyncio
import random

import pytest

from loadtest.records import Arrival
from tests.faults.mortal import Restartable
from tests.faults.outcome import Outcome
from tests.faults.proxy import Proxy, Weather
from tests.faults.streaming import assert_same, stream
from tests.support.recordings import Samples

pytestmark = [pytest.mark.model, pytest.mark.timeout(600)]

SEED = 21
DARK_SECONDS = 3.0


def port_of(server: Restartable) -> int:
    return int(server.url.rsplit(":", 1)[1])


async def test_connections_cut_at_any_byte_cost_nothing(
    server: Restartable, undisturbed: Outcome, recording: Samples, kills: int
) -> None:
    rng = random.Random(SEED)  # noqa: S311 - reproducible, not secret
    each = 2 * len(recording) // (kills + 1)
    async with Proxy("127.0.0.1", port_of(server)) as proxy:
        proxy.cut_after([rng.randint(1_000, each) for _ in range(kills)])
        disturbed = await stream(server, [recording], port=proxy.listening)
    assert 1 <= disturbed.log.reconnects <= kills
    assert_same(undisturbed, disturbed)


async def test_a_network_that_goes_dark_is_left_for_another_connection(
    server: Restartable, undisturbed: Outcome, recording: Samples
) -> None:
    async with Proxy("127.0.0.1", port_of(server)) as proxy, asyncio.TaskGroup() as group:

        async def night() -> None:
            proxy.darken()
            await asyncio.sleep(DARK_SECONDS)
            proxy.cut()
            proxy.shine()

        def heard(arrival: Arrival) -> None:
            if arrival.message["type"] == "ack" and not nights:
                nights.append(group.create_task(night()))

        nights: list[asyncio.Task[None]] = []
        disturbed = await stream(server, [recording], heard, port=proxy.listening, patience=1.0)
    assert disturbed.log.reconnects >= 1
    assert_same(undisturbed, disturbed)


async def test_a_slow_network_in_small_pieces_changes_no_word(
    server: Restartable, undisturbed: Outcome, recording: Samples
) -> None:
    weather = Weather(delay=0.15, rate=300_000, piece=1_400)
    async with Proxy("127.0.0.1", port_of(server), weather) as proxy:
        disturbed = await stream(server, [recording], port=proxy.listening)
    assert disturbed.log.reconnects == 0
    assert_same(undisturbed, disturbed)
