"""When each message leaves and arrives: the pace of speech, and a network that is not perfect. Pure.

In: moments in order, in seconds. Out: the moment to act at, and whose fault it was that it was missed.
"""

import random
from collections.abc import Iterator

from loadtest.plan import Network


class Weather:
    """One direction of one stream."""

    def __init__(self, network: Network, seed: str) -> None:
        self._network = network
        self._rng = random.Random(seed)  # noqa: S311 - reproducible, not secret
        self._cuts = random.Random(f"{seed}/cuts")  # noqa: S311
        self._stall_offset = self._rng.uniform(0, network.stall_every)
        self._last = 0.0

    def arrives(self, at: float) -> float:
        """When a message given to the network at the moment `at` comes out of it."""
        network = self._network
        moment = at + network.delay + self._rng.uniform(0, network.jitter)
        if network.stall_seconds:
            into = (moment + self._stall_offset) % network.stall_every
            moment += max(network.stall_seconds - into, 0.0)
        self._last = max(self._last, moment)
        return self._last

    def cuts(self) -> Iterator[float]:
        """The moments at which the connection is cut, without end; none on a network that cuts none."""
        moment, every = 0.0, self._network.cut_every
        while every:
            moment += self._cuts.uniform(0.5, 1.5) * every
            yield moment


class Pace:
    """The pieces of one stream in time. For each: `plan`, wait, `leave`, send, `sent`.

    What makes a piece late is told apart: this process did not get to it, or the server did not take the
    piece before it.
    """

    def __init__(self, weather: Weather, began: float, speed: float) -> None:
        self.due = began
        """When the last sample of the piece was spoken."""
        self._weather = weather
        self._began = began
        self._speed = speed
        self._leaves = began
        self._gap = 0.0
        self._blocked = 0.0
        self._left = began
        self._took = 0.0

    def plan(self, position: float) -> float:
        """When the piece that ends at `position` (seconds of audio) should leave."""
        before, elapsed = self._leaves, position / self._speed
        self.due = self._began + elapsed
        self._leaves = self._began + self._weather.arrives(elapsed)
        self._gap = self._leaves - before
        return self._leaves

    def leave(self, now: float) -> tuple[float, float]:
        """The piece leaves: seconds that it is late by this process's fault, and by the server's."""
        total = max(now - self._leaves, 0.0)
        self._blocked = min(max(self._blocked + self._took - self._gap, 0.0), total)
        self._left = now
        return total - self._blocked, self._blocked

    def sent(self, now: float) -> None:
        """The server has taken the piece."""
        self._took = now - self._left
