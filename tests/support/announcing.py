"""A process that makes reports of ended meetings and tells of them, and dies where it is told to.

`python -m tests.support.announcing URL NODE MAIL [DIE]`: MAIL is the host and port of a mail server. It
kills itself as `kill -9` does `before:notify` or `after:notify` (the step), or `before:send` or
`after:send`: when so many attempts as a meeting has receivers stand there. It prints `ready` when it takes
work, and ends when its input does.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from prometheus_client import CollectorRegistry

from server.jobs.follow_up import Ending, Step, Work
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

LEASE = 1.0
"""Seconds: after this a process that died is known to be dead, by its deliveries and by its work."""
RECEIVERS = 2
"""Of the meeting that is told of."""

Dispatch = Callable[[Delivery], Awaitable[Settled]]


def die() -> None:
    """As `kill -9` does."""
    os.kill(os.getpid(), signal.SIGKILL)


def mortal_step(step: Step, point: str) -> Step:
    """The same, that dies at the point."""

    async def run(ending: Ending) -> None:
        if point == "before:notify":
            die()
        await step.run(ending)
        if point == "after:notify":
            die()

    return Step(step.name, run)


def mortal(dispatch: Dispatch, point: str) -> Dispatch:
    """The same, that dies when all receivers' attempts stand at the point."""
    barrier = asyncio.Barrier(RECEIVERS)

    async def send(delivery: Delivery) -> Settled:
        if point == "before:send":
            await barrier.wait()
            die()
        settled = await dispatch(delivery)
        if point == "after:send":
            await barrier.wait()
            die()
        return settled

    return send


async def main(url: str, node: str, mail: str, point: str = "") -> None:
    """Work until the input ends."""
    by = sender("steno@example.org")
    how = Notices("https://steno.example", (mail_server(f"smtp://{mail}"), by), allow_private=True)
    metrics = Metrics(CollectorRegistry())
    async with open_store(url) as store:
        dispatch = mortal(dispatching(store, how), point)
        sending = Sender(store.notifications, dispatch, metrics, lease_seconds=LEASE)
        announcer = Announcer(store, store.notifications, sending.wake)
        rows = [_mortal(work, point) for work in works(Desk(store, store.reports), announcer, metrics)]
        async with (
            sending.running(),
            follow_ups(url, store, rows, metrics, node=node, lease_seconds=LEASE),
        ):
            print("ready", flush=True)
            with suppress(EOFError):
                await asyncio.to_thread(sys.stdin.read)


def _mortal(work: Work, point: str) -> Work:
    return replace(work, steps=(*work.steps[:-1], mortal_step(work.steps[-1], point)))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
