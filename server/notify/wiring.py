"""What sends notifications, built from settings.

In: the store, the mail server, the address under which people reach the server. Out: a sender, and the
announcer whose steps tell it what to send; and the sender of events, which the store itself gives work.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.headerregistry import Address
from typing import Final

import structlog

from server.metrics import Metrics
from server.notify.chat import Chat
from server.notify.dispatch import Dispatch, Links
from server.notify.event_dispatch import EventDispatch
from server.notify.mail import Mailer
from server.notify.mail_server import MailServer
from server.notify.post import Post
from server.notify.sender import Sender
from server.notify.step import Announcer
from server.notify.trial import Trial, trying
from server.store.delivery_records import Delivery
from server.store.event_records import ClaimedEvent
from server.store.postgres import PostgresStore
from streaming.errors import StoreError

EVENTS_AT_ONCE: Final = 32
"""Events that one process sends at once, of which an endpoint takes a few: slow ones leave room for others.
"""
EVENTS_IDLE_SECONDS: Final = 1.0
"""How long it takes at the most until a new event is seen."""
EVENTS_LEASE: Final = 60.0
"""Seconds: longer than an attempt takes. What a process leaves is sent again then, for it may come twice."""
EVENTS_GRACE: Final = 2.0
COUNTED_EVERY: Final = 5.0
FORGOTTEN_EVERY: Final = 60.0
"""Seconds. At each time a thousand events are forgotten at the most."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Notices:
    """How notifications are sent. `mail`: where it is handed in, and in whose name; None where no mail
    server is configured. `allow_private`: webhooks, chats and pushes may go to this machine and to private
    networks."""

    public_url: str | None = None
    mail: tuple[MailServer, Address] | None = None
    allow_private: bool = False


def dispatching(store: PostgresStore, how: Notices) -> Dispatch:
    """What makes and sends one message."""
    return Dispatch(
        store,
        store.reports,
        store.notifications,
        Links(how.public_url),
        Post(allow_private=how.allow_private),
        Chat(allow_private=how.allow_private),
        time.time,
        *((Mailer(how.mail[0]), how.mail[1]) if how.mail else ()),
    )


def notifying(store: PostgresStore, metrics: Metrics, how: Notices) -> tuple[Sender[Delivery], Announcer]:
    """The sender, which is to be run, and the announcer that gives it work."""
    sender = Sender(store.notifications, dispatching(store, how), metrics)
    return sender, Announcer(store, store.notifications, sender.wake)


def trial_of(store: PostgresStore, how: Notices) -> Trial:
    """What tries a target."""
    return trying(dispatching(store, how))


def event_sender(store: PostgresStore, metrics: Metrics, how: Notices) -> Sender[ClaimedEvent]:
    """The sender of events, which is to be run."""
    post = Post(allow_private=how.allow_private)
    dispatch = EventDispatch(Links(how.public_url), post, time.time)
    return Sender(
        store.events,
        dispatch,
        metrics,
        at_once=EVENTS_AT_ONCE,
        idle_seconds=EVENTS_IDLE_SECONDS,
        lease_seconds=EVENTS_LEASE,
        grace_seconds=EVENTS_GRACE,
    )


@asynccontextmanager
async def telling(store: PostgresStore, metrics: Metrics, how: Notices) -> AsyncIterator[None]:
    """Send events until the block ends, count meanwhile what waits, and forget what is old."""
    async with event_sender(store, metrics, how).running(), asyncio.TaskGroup() as tasks:
        beside = (
            tasks.create_task(_again_and_again(store.events.count_waiting, COUNTED_EVERY)),
            tasks.create_task(_again_and_again(store.events.forget, FORGOTTEN_EVERY)),
        )
        try:
            yield
        finally:
            for task in beside:
                task.cancel()


async def _again_and_again(step: Callable[[], Awaitable[object]], seconds: float) -> None:
    while True:
        try:
            await step()
        except StoreError:
            log.warning("events_wait_for_database")
        await asyncio.sleep(seconds)
