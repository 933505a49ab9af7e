"""What a server process holds: memory, threads, file descriptors, and the tasks of its event loop.

A process id and an address go in. Memory is watched all the time, and told as the least since the last
sample: what is needed for a moment comes and goes, what leaks stays.
"""

import asyncio

import httpx
import psutil

from loadtest.client import stream_url
from loadtest.errors import LoadTestError
from loadtest.soak.verdict import Sample

EVERY = 0.25
"""Seconds between two looks at memory."""
SETTLED_SECONDS = 60.0
"""The longest that a server may take to let go of clients that are gone."""


class Vitals:
    """Keep `watch` running, `take` samples, and close."""

    def __init__(self, url: str, pid: int, key: str | None = None) -> None:
        self._process = psutil.Process(pid)
        address = stream_url(url).replace("ws", "http", 1).removesuffix("/v1/stream")
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.AsyncClient(base_url=address, headers=headers, trust_env=False, timeout=30)
        self._least = self._memory()
        self.peak = self._least

    async def watch(self) -> None:
        """Look at the memory until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            self._look()

    async def take(self, at: float, delay: float) -> Sample:
        """What is held now, at a place of the soak; `delay` was measured by who knows it."""
        tasks = (await self._metrics())["steno_loop_tasks"]
        self._look()
        memory, self._least = self._least, self._memory()
        process = self._process
        return Sample(at, memory, process.num_threads(), process.num_fds(), tasks, delay)

    async def alone(self) -> None:
        """Wait until the server has let go of every session. Raises `LoadTestError` if it does not."""
        try:
            async with asyncio.timeout(SETTLED_SECONDS):
                while True:
                    if not (await self._metrics())["steno_live_sessions"]:
                        return
                    await asyncio.sleep(EVERY)
        except TimeoutError:
            raise LoadTestError(
                "sessions_left", f"Sessions of clients that are gone live on after {SETTLED_SECONDS:g} s."
            ) from None

    async def aclose(self) -> None:
        """Let go of the connection."""
        await self._client.aclose()

    async def _metrics(self) -> dict[str, float]:
        """The figures without labels."""
        try:
            text = (await self._client.get("/metrics")).raise_for_status().text
        except httpx.HTTPError as error:
            raise LoadTestError("no_metrics", f"The server tells no metrics: {error}.") from error
        lines = (line.split(" ") for line in text.splitlines() if not line.startswith("#"))
        return {line[0]: float(line[-1]) for line in lines if "{" not in line[0]}

    def _look(self) -> None:
        memory = self._memory()
        self._least = min(self._least, memory)
        self.peak = max(self.peak, memory)

    def _memory(self) -> int:
        return int(self._process.memory_info().rss)
