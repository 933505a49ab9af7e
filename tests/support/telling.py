"""A process that sends events to this machine, and dies where it is told to.

`python -m tests.support.telling URL [DIE]`: it kills itself as `kill -9` does `before:send` or `after:send`
of the second message that it takes. See `tests.support.workers`.
"""

import asyncio
import sys
import time
from itertools import count

from prometheus_client import CollectorRegistry

from server.metrics import Metrics
from server.notify.dispatch import Links
from server.notify.event_dispatch import EventDispatch
from server.notify.post import Post
from server.notify.sender import Sender
from server.store.delivery_records import Settled
from server.store.event_records import ClaimedEvent
from server.store.postgres import open_store
from tests.support.workers import maybe_die, until_the_end

LEASE = 1.0
"""Seconds: after this a process that died is known to be dead by its deliveries."""
SECOND = 2


async def main(url: str, point: str = "") -> None:
    """Work until the input ends."""
    dispatch = EventDispatch(Links(None), Post(allow_private=True), time.time)
    numbers = count(1)

    async def mortal(one: ClaimedEvent) -> Settled:
        here = next(numbers) == SECOND
        maybe_die(point if here else "", "before:send")
        settled = await dispatch(one)
        maybe_die(point if here else "", "after:send")
        return settled

    async with open_store(url) as store:
        sending = Sender(
            store.events, mortal, Metrics(CollectorRegistry()), lease_seconds=LEASE, idle_seconds=0.1
        )
        async with sending.running():
            await until_the_end()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
