"""A process that makes reports of ended meetings and tells of them, and dies where it is told to.

`python -m tests.support.announcing URL NODE MAIL [DIE]`: MAIL is the host and port of a mail server. It
kills itself as `kill -9` does `before:notify` or `after:notify` (the step), or `before:send` or
`after:send`: when so many attempts as a meeting has receivers stand there. See `tests.support.workers`.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable

from prometheus_client import CollectorRegistry

from server.jobs.runner import follow_ups
from server.metrics import Metrics
from server.notify.mail_server import mail_server, sender
from server.notify.sender import Sender
from server.notify.step import Announcer
from server.notify.wiring import Notices, dispatching
from server.reporting.desk import Desk
from server.reporting.wiring import works
from server.store.delivery_records import Delivery, Settled
from server.store.postgres import open_store
from tests.support.workers import maybe_die, mortal, until_the_end

LEASE = 1.0
"""Seconds: after this a process that died is known to be dead, by its deliveries and by its work."""
RECEIVERS = 2
"""Of the meeting that is told of."""

Dispatch = Callable[[Delivery], Awaitable[Settled]]


def mortal_dispatch(dispatch: Dispatch, point: str) -> Dispatch:
    """The same, that dies when all receivers' attempts stand at the point."""
    barrier = asyncio.Barrier(RECEIVERS)

    async def send(delivery: Delivery) -> Settled:
        if point == "before:send":
            await barrier.wait()
            maybe_die(point, "before:send")
        settled = await dispatch(delivery)
        if point == "after:send":
            await barrier.wait()
            maybe_die(point, "after:send")
        return settled

    return send


async def main(url: str, node: str, mail: str, point: str = "") -> None:
    """Work until the input ends."""
    by = sender("steno@example.org")
    how = Notices("https://steno.example", (mail_server(f"smtp://{mail}"), by), allow_private=True)
    metrics = Metrics(CollectorRegistry())
    async with open_store(url) as store:
        dispatch = mortal_dispatch(dispatching(store, how), point)
        sending = Sender(store.notifications, dispatch, metrics, lease_seconds=LEASE)
        announcer = Announcer(store, store.notifications, sending.wake)
        rows = [mortal(work, point) for work in works(Desk(store, store.reports), announcer, metrics)]
        async with (
            sending.running(),
            follow_ups(url, store, rows, metrics, node=node, lease_seconds=LEASE),
        ):
            await until_the_end()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
