"""What sends recorder bots, for the composition root."""

import time
from datetime import UTC, datetime

import psutil

from asr.device import available_cores
from server.calendars.wiring import polling
from server.jobs.follow_up import Work
from server.live.sessions import Sessions
from server.recorder.job import BotJob, capacity
from server.recorder.sending import Sending
from server.store.postgres import PostgresStore


def errands_of(store: PostgresStore, sessions: Sessions, node: str, *, private: bool) -> tuple[Work, ...]:
    """The jobs that go to addresses of strangers: bots to meetings, and looks at calendars. `private`: also
    to those of private networks."""
    job = BotJob(
        store.bots,
        sessions,
        node=node,
        at_once=capacity(available_cores(), psutil.virtual_memory().total),
        allow_private=private,
        clock=time.monotonic,
        wall=lambda: datetime.now(UTC),
        pictures=store.pictures,
    )
    return job.work, polling(store.calendars, allow_private=private)


def sending_of(store: PostgresStore, *, private: bool) -> Sending:
    """What takes orders for bots."""
    return Sending(store.bots, allow_private=private)
