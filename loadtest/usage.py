"""What a run costs: CPU and memory of the server, of this process, and what others on the machine took.

In: the server's process id, when it runs here. Out: figures of the time between `begin` and `end`, memory
being looked at now and then in between. Children of the server (its database) are counted apart.
"""

import asyncio
import time
from dataclasses import dataclass

import psutil

EVERY = 0.5
"""Seconds between two looks at memory."""


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU in seconds, memory in bytes; None where the server runs elsewhere. `other_share` of all cores."""

    seconds: float
    server_cpu_seconds: float | None
    database_cpu_seconds: float | None
    server_peak_bytes: int | None
    generator_cpu_seconds: float
    other_share: float


@dataclass(frozen=True, slots=True)
class _Reading:
    at: float
    server: float
    database: float
    generator: float
    machine: float


class UsageProbe:
    """`begin`, keep `watch` running, `end`."""

    def __init__(self, pid: int | None) -> None:
        self._server = psutil.Process(pid) if pid is not None else None
        self._own = psutil.Process()
        self._peak = 0
        self._first = self._read()

    def begin(self) -> None:
        """Count from here."""
        self._first = self._read()

    async def watch(self) -> None:
        """Look at the memory until cancelled."""
        while True:
            self._look()
            await asyncio.sleep(EVERY)

    def end(self) -> Usage:
        """The figures since `begin`."""
        self._look()
        last, first = self._read(), self._first
        seconds = last.at - first.at
        server, database = last.server - first.server, last.database - first.database
        generator = last.generator - first.generator
        others = last.machine - first.machine - server - database - generator
        cores = psutil.cpu_count() or 1
        here = self._server is not None
        return Usage(
            seconds=seconds,
            server_cpu_seconds=server if here else None,
            database_cpu_seconds=database if here else None,
            server_peak_bytes=self._peak or None,
            generator_cpu_seconds=generator,
            other_share=max(others, 0.0) / max(seconds * cores, 1e-9),
        )

    def _look(self) -> None:
        if self._server is not None and self._server.is_running():
            self._peak = max(self._peak, _memory(self._server))

    def _read(self) -> _Reading:
        children = self._server.children(recursive=True) if self._alive() and self._server else []
        return _Reading(
            at=time.monotonic(),
            server=_cpu(self._server) if self._server else 0.0,
            database=sum(_cpu(child, reaped=True) for child in children),
            generator=_cpu(self._own),
            machine=_machine(),
        )

    def _alive(self) -> bool:
        return self._server is not None and self._server.is_running()


def _cpu(process: psutil.Process, *, reaped: bool = False) -> float:
    """CPU seconds of a process; `reaped`: with those of its ended children."""
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    own = float(times.user + times.system)
    return own + float(times.children_user + times.children_system) if reaped else own


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _machine() -> float:
    """CPU seconds of everything on the machine."""
    times = psutil.cpu_times()
    # On Linux guest time is part of user time.
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))
