"""What sends recorder bots, for the composition root."""

import os
import time
from datetime import UTC, datetime

import psutil

from server.jobs.follow_up import Work
from server.live.sessions import Sessions
from server.recorder.job import BotJob, capacity
from server.store.postgres_bots import PostgresBots


def bot_work(records: PostgresBots, sessions: Sessions, *, node: str, allow_private: bool) -> Work:
    """The job of the bots that this process sends."""
    job = BotJob(
        records,
        sessions,
        node=node,
        at_once=capacity(os.cpu_count() or 1, psutil.virtual_memory().total),
        allow_private=allow_private,
        clock=time.monotonic,
        wall=lambda: datetime.now(UTC),
    )
    return job.work
