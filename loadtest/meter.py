"""Reads the server's metrics at the beginning and the end of the time in which everybody speaks.

A server's address goes in, two texts with their moments come out, or nothing where the server tells none. The
texts are not parsed here: that would take the time of those who speak meanwhile.
"""

import asyncio
import time
from dataclasses import dataclass, field

import httpx

from loadtest.client import stream_url

PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Reading:
    """What `/metrics` said, and when, on this process's monotonic clock."""

    at: float
    text: str


@dataclass(slots=True)
class Meter:
    """`watch` in a task; set `over` when nobody speaks any more."""

    url: str
    key: str | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)
    readings: list[Reading] = field(default_factory=list)

    async def watch(self, begin: float, end: float) -> None:
        """Read at `begin`, and again at `end` or when it is `over` before."""
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        async with httpx.AsyncClient(headers=headers, trust_env=False, timeout=PATIENCE) as client:
            for moment in (begin, end):
                await self._until(moment)
                await self._read(client)

    async def _until(self, moment: float) -> None:
        try:
            async with asyncio.timeout(max(moment - time.monotonic(), 0.0)):
                await self.over.wait()
        except TimeoutError:
            return

    async def _read(self, client: httpx.AsyncClient) -> None:
        address = stream_url(self.url).replace("ws", "http", 1).removesuffix("/v1/stream") + "/metrics"
        try:
            answer = await client.get(address)
        except (httpx.HTTPError, httpx.InvalidURL):
            return
        if answer.is_success:
            self.readings.append(Reading(time.monotonic(), answer.text))
