"""Whether what was sampled over a soak stayed flat. Pure.

Samples go in, each taken when nothing was under way; out comes, for every figure, where it began, where it
ended, and whether that is flat. The first third of the samples is warm-up: caches, pools and bounded
histories fill. Memory is judged by its slope (Theil and Sen: the median of the slopes of all pairs, which one
odd sample does not move), what is counted and the delay by the medians of the beginning and of the end.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from statistics import median
from typing import Any

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Sample:
    """A server when nothing was under way. `at`: hours of audio heard, or clients seen; memory in bytes (the
    least since the sample before), delay in seconds."""

    at: float
    memory: float
    threads: float
    descriptors: float
    tasks: float
    delay: float


@dataclass(frozen=True, slots=True)
class Limits:
    """The most by which a flat figure may end above its beginning. Memory in bytes; `delay_share` beside
    `delay` seconds, of the delay in the beginning."""

    memory: float = 16 * MEBIBYTE
    delay: float = 0.2
    delay_share: float = 0.5


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure: the beginning and the end after warm-up, the growth that is held against `limit`."""

    name: str
    begin: float
    end: float
    growth: float
    limit: float

    @property
    def flat(self) -> bool:
        """Whether it stayed."""
        return self.growth <= self.limit


def judge(samples: Sequence[Sample], limits: Limits) -> list[Finding]:
    """The verdict on every figure. Raises `ValueError` for fewer than six samples."""
    if len(samples) < 6:
        raise ValueError(f"{len(samples)} samples say nothing of a slope; take at least 6.")
    steady = samples[len(samples) // 3 :]
    slope = median(_slopes(steady))
    grown = slope * (steady[-1].at - steady[0].at)
    begin, end = _ends([sample.memory for sample in steady])
    findings = [Finding("memory", begin, end, grown, limits.memory)]
    for name in ("threads", "descriptors", "tasks"):
        begin, end = _ends([getattr(sample, name) for sample in steady])
        findings.append(Finding(name, begin, end, end - begin, 0.0))
    begin, end = _ends([sample.delay for sample in steady])
    findings.append(Finding("delay", begin, end, end - begin, limits.delay + limits.delay_share * begin))
    return findings


def _slopes(samples: Sequence[Sample]) -> list[float]:
    pairs = combinations(samples, 2)
    return [(late.memory - early.memory) / (late.at - early.at) for early, late in pairs]


def _ends(values: Sequence[float]) -> tuple[float, float]:
    """The medians of the first and of the last third."""
    third = max(1, len(values) // 3)
    return median(values[:third]), median(values[-third:])


def as_json(samples: Sequence[Sample], findings: Sequence[Finding]) -> dict[str, Any]:
    """For a file."""
    return {
        "flat": all(finding.flat for finding in findings),
        "findings": [asdict(finding) | {"flat": finding.flat} for finding in findings],
        "samples": [asdict(sample) for sample in samples],
    }
