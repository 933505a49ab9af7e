"""A server that may be killed, a recording, and what becomes of it when nothing goes wrong.

`STENO_FAULT_KILLS` is how often each test kills or cuts; without it 3 times, on continuous integration 10.
Above 10 the whole recording is streamed, else its first part.
"""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.mortal import Restartable
from tests.faults.outcome import Outcome
from tests.faults.streaming import stream
from tests.support.recordings import RATE, Samples, samples
from tests.support.skips import required

SHORT = 45
"""Seconds of the recording for few kills."""
MANY = 10


@pytest.fixture(scope="session")
def kills() -> int:
    """How often to kill."""
    return int(os.environ.get("STENO_FAULT_KILLS") or (MANY if required(os.environ) else 3))


@pytest.fixture(scope="session")
def recording(kills: int) -> Samples:
    """What is said."""
    return samples() if kills > MANY else samples()[: SHORT * RATE]


@pytest.fixture(scope="package")
def server(models: Path) -> Iterator[Restartable]:
    """A running server that tests may kill, provided that they start it again."""
    server = Restartable("tiny.en", models, max_sessions="16", idle_seconds="120")
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="package")
def undisturbed(server: Restartable, recording: Samples) -> Outcome:
    """What becomes of the recording when nothing goes wrong."""
    return asyncio.run(stream(server, [recording])).outcome
