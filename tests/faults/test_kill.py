"""The server is killed with SIGKILL while somebody speaks, again and again, and nothing is lost."""

import asyncio
import random

import pytest

from loadtest.records import Arrival
from tests.faults.conftest import needs_resume
from tests.faults.outcome import Outcome
from tests.faults.streaming import assert_same, stream
from tests.support.process import Restartable, Server
from tests.support.recordings import RATE, Samples

pytestmark = [pytest.mark.model, needs_resume, pytest.mark.timeout(1800)]

SEED = 20
LAST = 0.93
"""The share of the recording in which kills fall: behind it there may be no caption to time one by."""
WHILE_STARTING = 0.2
"""How often the server is killed once more before it is up again."""


class Killer:
    """Kills the server when captions have come to planned points of the recording."""

    def __init__(self, server: Restartable, kills: int, seconds: float, seed: int) -> None:
        self.kills = 0
        self._server = server
        self._rng = random.Random(seed)  # noqa: S311 - reproducible, not secret
        points = sorted(self._rng.uniform(0.5, LAST * seconds) for _ in range(kills))
        self._points = points
        self._reached = 0.0
        self._connections = 0
        self._news = asyncio.Event()

    def heard(self, arrival: Arrival) -> None:
        """Follow the stream."""
        kind = arrival.message["type"]
        if kind == "caption":
            self._reached = max(self._reached, float(arrival.message["end"]))
        elif kind in {"ready", "resumed"}:
            self._connections += 1
        self._news.set()

    async def run(self) -> None:
        """Kill at every point, each time after the stream goes on again."""
        for number, point in enumerate(self._points, start=1):
            while self._reached < point or self._connections < number:
                self._news.clear()
                await self._news.wait()
            await asyncio.sleep(self._rng.uniform(0, 0.25))
            await self._kill()
            if self._rng.random() < WHILE_STARTING:
                await asyncio.sleep(self._rng.uniform(0.2, 3))
                await self._kill()

    async def _kill(self) -> None:
        self.kills += 1
        await asyncio.to_thread(self._server.kill)
        self._server.launch()


async def test_a_recording_survives_every_kill(
    mortal: Restartable, server: Server, undisturbed: Outcome, recording: Samples, kills: int
) -> None:
    killer = Killer(mortal, kills, len(recording) / RATE, SEED)
    async with asyncio.TaskGroup() as group:
        killing = group.create_task(killer.run())
        disturbed = await stream(server, recording, killer.heard)
        killing.cancel()
    assert killer.kills >= kills
    assert disturbed.log.reconnects == kills
    assert_same(undisturbed, disturbed)
