"""Both parts of a soak, one after the other: a session that lasts, and many clients who are rude.

A server goes in; for each part its samples and the verdict come out. Samples are taken when nothing is under
way, so that what is left over shows.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from loadtest.corpus import Clip
from loadtest.runner import Target as Server
from loadtest.soak.lasting import Lasting
from loadtest.soak.rude import KINDS, Target, come_and_go
from loadtest.soak.talk import s16, talk
from loadtest.soak.verdict import Finding, Limits, Sample, as_json, judge
from loadtest.soak.vitals import Vitals

PROBE_SECONDS = (2.0, 5.0)
"""The length of the clip whose delay is measured."""
CROWD = 3 * len(KINDS)
"""Rude clients who come all at once before any is counted: the server's pool of connections is then full."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much: `hours` of audio of which `share` is speech, looked at `stops` times; `rude` clients in
    `rounds`, with a look after each. Before every look comes a rest of so many seconds: a server gives
    memory back a while after it was needed."""

    hours: float = 8.0
    stops: int = 32
    share: float = 0.75
    rude: int = 200
    rounds: int = 20
    rest: float = 12.0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Part:
    """One part and its verdict."""

    name: str
    samples: tuple[Sample, ...]
    findings: tuple[Finding, ...]
    remark: str

    @property
    def flat(self) -> bool:
        """Whether everything stayed."""
        return all(finding.flat for finding in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"part": self.name, "remark": self.remark, **as_json(self.samples, self.findings)}


class Soak:
    """A soak of one server."""

    def __init__(
        self, plan: Plan, clips: Sequence[Clip], server: Server, limits: Limits, told: Callable[[str], None]
    ) -> None:
        """`told` hears a sentence at every sample."""
        self._plan = plan
        self._clips = clips
        self._server = server
        self._limits = limits
        self._told = told
        fitting = [clip for clip in clips if PROBE_SECONDS[0] <= clip.seconds <= PROBE_SECONDS[1]]
        self._probe = s16(min(fitting or clips, key=lambda clip: clip.seconds).audio)

    async def lasting(self) -> Part:
        """Hours of audio through one session."""
        plan, samples = self._plan, list[Sample]()
        session = self._session()
        async with self._vitals() as vitals:

            async def sample(delay: float) -> None:
                await asyncio.sleep(plan.rest)
                samples.append(await vitals.take(session.seconds / 3600, delay))
                self._tell("h of audio", samples[-1])

            await session.run(plan.hours * 3600, plan.stops, sample)
        heard = session.heard
        remark = (
            f"{session.seconds / 3600:.2f} h of audio in one session, {heard.finals} finals, "
            f"{heard.seq} captions, memory {vitals.peak / 1e6:.0f} MB at the most"
        )
        return self._part("one session", samples, remark)

    async def rude(self) -> Part:
        """Clients who come and go."""
        plan, samples, came = self._plan, list[Sample](), 0
        target = Target(self._server.url, self._server.key, self._probe)
        async with self._vitals() as vitals:
            await come_and_go(target, 0, CROWD, at_once=CROWD)
            for turn in range(1, plan.rounds + 1):
                number = plan.rude * turn // plan.rounds - came
                await come_and_go(target, came, number)
                came += number
                await vitals.alone()
                delay = await self._alone()
                await vitals.alone()
                await asyncio.sleep(plan.rest)
                samples.append(await vitals.take(came, delay))
                self._tell("rude clients", samples[-1])
        return self._part("rude clients", samples, f"{came} rude clients")

    async def _alone(self) -> float:
        """The delay of a session with manners."""
        delays: list[float] = []

        async def note(delay: float) -> None:
            delays.append(delay)

        await self._session().run(1.0, 1, note)
        return delays[0]

    def _session(self) -> Lasting:
        audio = talk(self._clips, self._plan.share, self._plan.seed)
        return Lasting(self._server.url, self._server.key, audio, self._probe)

    @asynccontextmanager
    async def _vitals(self) -> AsyncIterator[Vitals]:
        assert self._server.pid is not None, "a soak looks at a process of this machine"  # noqa: S101
        vitals = Vitals(self._server.url, self._server.pid, self._server.key)
        try:
            async with asyncio.TaskGroup() as tasks:
                watching = tasks.create_task(vitals.watch())
                yield vitals
                watching.cancel()
        finally:
            await vitals.aclose()

    def _part(self, name: str, samples: Sequence[Sample], remark: str) -> Part:
        return Part(name, tuple(samples), tuple(judge(samples, self._limits)), remark)

    def _tell(self, what: str, sample: Sample) -> None:
        self._told(
            f"{sample.at:8.2f} {what}: {sample.memory / 1e6:.1f} MB, {sample.threads:.0f} threads, "
            f"{sample.descriptors:.0f} descriptors, {sample.tasks:.0f} tasks, delay {sample.delay:.2f} s"
        )
