"""Carries out one plan against a server: speakers and viewers over the public wire, in real time.

A plan, its scripts and an address go in; what every stream sent and heard comes out, with what it cost. A
stream that is refused or lost is part of the result; only a mistake in the test itself raises.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from loadtest.client import RATE, Speaker, WireError
from loadtest.client import run as converse
from loadtest.meter import Meter, Reading
from loadtest.plan import Plan
from loadtest.records import Arrival, Log
from loadtest.schedule import Script
from loadtest.usage import Usage, UsageProbe
from loadtest.viewer import Watching, watch

GRACE = 60.0
"""Seconds that a stream may take after its last sample before it counts as lost."""


@dataclass(frozen=True, slots=True)
class Target:
    """A server: its address, its key, and its process when that runs on this machine."""

    url: str
    key: str | None = None
    pid: int | None = None


@dataclass(slots=True)
class Stream:
    """One speaker's script and what came of it."""

    script: Script
    log: Log
    viewers: list[Watching] = field(default_factory=list)
    problem: str | None = None
    """The code of what ended it early."""
    retry_after: float | None = None
    """Seconds after which the server that refused it wants to be asked again."""

    @property
    def admitted(self) -> bool:
        """Whether the server took the stream."""
        return bool(self.log.of("ready"))


@dataclass(frozen=True, slots=True)
class Run:
    """One plan carried out."""

    plan: Plan
    streams: tuple[Stream, ...]
    usage: Usage
    readings: tuple[Reading, ...] = ()
    """The server's metrics when every stream was open, and at the end; none where it tells none."""


async def carry_out(plan: Plan, scripts: Sequence[Script], target: Target) -> Run:
    """Run all scripts to their end. Every stream that goes wrong says so itself."""
    speakers = [_speaker(plan, script, target) for script in scripts]
    streams = [Stream(script, one.log) for script, one in zip(scripts, speakers, strict=True)]
    probe = UsageProbe(target.pid)
    meter = Meter(target.url, target.key)
    probe.begin()
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(probe.watch())
        began = time.monotonic()
        group.create_task(meter.watch(began + plan.ramp, began + plan.ramp + plan.seconds))
        async with asyncio.TaskGroup() as talks:
            for speaker, stream in zip(speakers, streams, strict=True):
                talks.create_task(_stream(plan, target, speaker, stream, began))
        watching.cancel()
        meter.over.set()
    return Run(plan, tuple(streams), probe.end(), tuple(meter.readings))


def _speaker(plan: Plan, script: Script, target: Target) -> Speaker:
    start: dict[str, Any] = {"interim": plan.interim, "title": f"Load test, speaker {script.speaker + 1}"}
    if plan.languages:
        start["languages"] = list(plan.languages)
    if plan.stability:
        start["stability"] = plan.stability
    return Speaker(
        target.url,
        start,
        key=target.key,
        speed=plan.speed,
        piece=plan.piece_ms * RATE // 1000,
        live=True,
        network=plan.network,
        seed=f"{plan.seed}/{script.speaker}",
    )


async def _stream(plan: Plan, target: Target, speaker: Speaker, stream: Stream, began: float) -> None:
    await asyncio.sleep(began + stream.script.offset - time.monotonic())
    try:
        async with asyncio.timeout(stream.script.seconds / plan.speed + GRACE), asyncio.TaskGroup() as group:

            def heard(arrival: Arrival) -> None:
                if arrival.message.get("type") != "ready":
                    return
                for _ in range(plan.viewers):
                    seen = Watching()
                    stream.viewers.append(seen)
                    meeting = str(arrival.message.get("meeting"))
                    group.create_task(watch(target.url, meeting, seen, key=target.key, network=plan.network))

            await _attempt(speaker, stream, heard)
    except TimeoutError:
        stream.problem = stream.problem or "unfinished"


async def _attempt(speaker: Speaker, stream: Stream, heard: Callable[[Arrival], None]) -> None:
    """Speak to the end; the stream notes what went wrong, if anything."""
    try:
        await converse(speaker, stream.script.audio(), heard)
    except WireError as error:
        stream.problem, stream.retry_after = error.code, error.retry_after or None
