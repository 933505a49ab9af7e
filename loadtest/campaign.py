"""Several runs of one plan against one server, that differ only in the number of speakers.

A plan and recordings go in, reports come out, with what each missed of the objective. The run with one
speaker is longer than the others: their accuracy is compared with it, so it must hold enough words.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from loadtest.capacity import Capacity, Objective, against, misses, search
from loadtest.corpus import Corpus
from loadtest.errors import LoadTestError
from loadtest.overload import Overload, overload
from loadtest.plan import Plan
from loadtest.report import RunReport, report_run
from loadtest.runner import Target, carry_out
from loadtest.schedule import write_scripts

ALONE_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run's report, what it missed, and what it lost in accuracy against one speaker."""

    report: RunReport
    missed: tuple[str, ...]
    against_one: dict[str, float] | None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return self.report.as_dict() | {"missed": list(self.missed), "against_one": self.against_one}


@dataclass(slots=True)
class Campaign:
    """Runs made so far. `told` hears of each as it is done."""

    plan: Plan
    corpus: Corpus
    target: Target
    objective: Objective
    told: Callable[[Outcome], None]
    alone_seconds: float = ALONE_SECONDS
    """The least length of the run with one speaker; 0 where nothing is compared with it."""
    outcomes: list[Outcome] = field(default_factory=list)
    overloaded: Overload | None = None

    @property
    def alone(self) -> RunReport | None:
        """The run with one speaker, once it is made."""
        return self._with(1)

    async def run(self, speakers: int) -> tuple[str, ...]:
        """One run; what it missed of the objective."""
        report = await self._report(speakers)
        alone = self.alone
        outcome = Outcome(
            report, misses(report, self.objective, alone), against(report, alone) if alone else None
        )
        self.outcomes.append(outcome)
        self.told(outcome)
        return outcome.missed

    async def overload(self, speakers: int) -> Overload:
        """A run with twice so many, beside the one with so many, which is made where it has not been."""
        if self._with(speakers) is None:
            await self.run(speakers)
        beside = self._with(speakers)
        assert beside is not None  # noqa: S101 - it has just been made
        self.overloaded = overload(await self._report(2 * speakers), beside, self.objective)
        return self.overloaded

    def _with(self, speakers: int) -> RunReport | None:
        return next((one.report for one in self.outcomes if one.report.speakers == speakers), None)

    async def _report(self, speakers: int) -> RunReport:
        seconds = max(self.plan.seconds, self.alone_seconds) if speakers == 1 else self.plan.seconds
        plan = replace(self.plan, speakers=speakers, seconds=seconds)
        scripts = write_scripts(plan, self.corpus.clips)
        if not all(script.turns for script in scripts):
            raise LoadTestError(
                "too_short", f"{plan.seconds:g} seconds are too short for these recordings: take 15 or more."
            )
        return report_run(await carry_out(plan, scripts, self.target))

    async def curve(self, numbers: Sequence[int]) -> None:
        """One run for each number of speakers, one speaker first."""
        for number in sorted({1, *numbers}):
            await self.run(number)

    async def capacity(self, most: int) -> Capacity:
        """The largest number of speakers that keeps the objective."""
        return await search(self.run, most)


def different_speech(plan: Plan) -> float:
    """Seconds of different clips that one speaker says in a run of the plan."""
    return plan.seconds * plan.speed * plan.duty
