"""What sends recorder bots, for the composition root."""

import os
import time
from datetime import UTC, datetime

import psutil

from server.jobs.follow_up import Work
from server.live.sessions import Sessions
from server.recorder.job import BotJob, capacity
from server.recorder.sending import Sending
from server.store.postgres_bots import PostgresBots


def bots_sent(
    records: PostgresBots, sessions: Sessions, *, node: str, allow_private: bool
) -> tuple[Sending, Work]:
    """What takes orders for bots, and the job that carries them out."""
    job = BotJob(
        records,
        sessions,
        node=node,
        at_once=capacity(os.cpu_count() or 1, psutil.virtual_memory().total),
        allow_private=allow_private,
        clock=time.monotonic,
        wall=lambda: datetime.now(UTC),
    )
    return Sending(records, allow_private=allow_private), job.work
