"""The measurement of many peers at once measures, and meets the limit."""

import os

from loadtest.bench.webrtc import measured
from server.store.postgres import PostgresStore
from tests.support.node import node
from tests.support.peers import on_loopback


async def test_the_cost_of_a_few_peers_is_measured_and_one_more_is_refused(store: PostgresStore) -> None:
    async with node(store, places=3) as one:
        with on_loopback():
            cost = await measured(one.http, os.getpid(), peers=3, seconds=0.5)
        assert (cost.peers, cost.refused, cost.retry_after) == (3, 503, "10")
        assert cost.cpu > 0
        assert cost.seconds >= 0.5
        assert "one more: 503, Retry-After 10" in str(cost)
