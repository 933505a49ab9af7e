"""The server is killed with SIGKILL while somebody speaks, again and again, and nothing is lost."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from loadtest.records import Arrival
from tests.faults.mortal import Restartable
from tests.faults.outcome import Outcome
from tests.faults.streaming import assert_same, stream
from tests.support.recordings import RATE, Samples

pytestmark = [pytest.mark.model, pytest.mark.timeout(1800)]

SEED = 20
WHILE_STARTING = 0.2
"""How often the server is killed once more before it is up again."""
AHEAD = 2.0
"""Seconds of audio beyond a planned kill that may be said before it."""
MOVED = 0.1
"""Seconds. The speech gate of a new process has not heard what was before, and may begin an utterance a few
milliseconds elsewhere: the model then sees the same words in another place of its window."""
LATEST = 0.6
"""Seconds after the planned moment within which the kill comes: in any phase of the decoding."""


class Killer:
    """Kills the server when planned points of the recording are said; what follows waits for the kill."""

    def __init__(self, server: Restartable, recording: Samples, kills: int, seed: int) -> None:
        self.kills = 0
        self._server = server
        self._recording = recording
        self._rng = random.Random(seed)  # noqa: S311 - reproducible, not secret
        seconds = len(recording) / RATE
        self._points = sorted(self._rng.uniform(0, seconds) for _ in range(kills))
        self._said = 0.0
        self._connections = 0
        self._news = asyncio.Condition()

    async def audio(self) -> AsyncIterator[Samples]:
        """The recording, held back before each kill."""
        step = RATE // 4
        for begin in range(0, len(self._recording), step):
            async with self._news:
                self._said = begin / RATE
                self._news.notify_all()
                await self._news.wait_for(lambda: not self._points or self._said < self._points[0] + AHEAD)
            yield self._recording[begin : begin + step]
        async with self._news:
            self._said = len(self._recording) / RATE
            self._news.notify_all()
            await self._news.wait_for(lambda: not self._points)

    async def follow(self, connections: asyncio.Queue[None]) -> None:
        """Count connections; runs until cancelled."""
        while True:
            await connections.get()
            async with self._news:
                self._connections += 1
                self._news.notify_all()

    async def run(self) -> None:
        """Kill at every point, each time after the stream goes on again."""
        number = 0
        while self._points:
            number += 1
            async with self._news:
                await self._news.wait_for(
                    lambda: self._said >= self._points[0] and self._connections >= number  # noqa: B023
                )
            await asyncio.sleep(self._rng.uniform(0, LATEST))
            await self._kill()
            if self._rng.random() < WHILE_STARTING:
                await asyncio.sleep(self._rng.uniform(0.2, 3))
                await self._kill()
            async with self._news:
                self._points.pop(0)
                self._news.notify_all()

    async def _kill(self) -> None:
        self.kills += 1
        await asyncio.to_thread(self._server.kill)
        self._server.launch()


async def test_a_recording_survives_every_kill(
    server: Restartable, undisturbed: Outcome, recording: Samples, kills: int
) -> None:
    killer = Killer(server, recording, kills, SEED)
    connections: asyncio.Queue[None] = asyncio.Queue(maxsize=10 * kills + 10)

    def heard(arrival: Arrival) -> None:
        if arrival.message["type"] in {"ready", "resumed"}:
            connections.put_nowait(None)

    async with asyncio.TaskGroup() as group:
        following = group.create_task(killer.follow(connections))
        killing = group.create_task(killer.run())
        disturbed = await stream(server, killer.audio(), heard)
        await killing
        following.cancel()
    assert killer.kills >= kills
    assert disturbed.log.reconnects == kills
    assert_same(undisturbed, disturbed, MOVED)
