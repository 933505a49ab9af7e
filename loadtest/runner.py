"""Carries out one plan against a server: speakers and viewers over the public wire, in real time.

A plan, its scripts and an address go in; what every stream sent and heard comes out, with what it cost. A
stream that is refused or lost is part of the result; only a mistake in the test itself raises.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from loadtest.client import RATE, Speaker, WireError
from loadtest.client import run as converse
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


async def carry_out(plan: Plan, scripts: Sequence[Script], target: Target) -> Run:
    """Run all scripts to their end. Every stream that goes wrong says so itself."""
    speakers = [_speaker(plan, script, target) for script in scripts]
    streams = [Stream(script, one.log) for script, one in zip(scripts, speakers, strict=True)]
    probe = UsageProbe(target.pid)
    probe.begin()
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(probe.watch())
        began = time.monotonic()
        async with asyncio.TaskGroup() as talks:
            for speaker, stream in zip(speakers, streams, strict=True):
                talks.create_task(_stream(plan, target, speaker, stream, began))
        watching.cancel()
    return Run(plan, tuple(streams), probe.end())


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

            stream.problem = await _attempt(speaker, stream.script, heard)
    except TimeoutError:
        stream.problem = stream.problem or "unfinished"


async def _attempt(speaker: Speaker, script: Script, heard: Any) -> str | None:
    """Speak to the end; the code of what went wrong, if anything."""
    try:
        await converse(speaker, script.audio(), heard)
    except WireError as error:
        return error.code
    return None
