"""Distributions as a report states them. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Distribution:
    """Percentiles by nearest rank, in the unit of the values; None when nothing was measured."""

    count: int = 0
    p50: float | None = None
    p90: float | None = None
    p95: float | None = None
    p99: float | None = None
    highest: float | None = None


def distribution(values: Sequence[float]) -> Distribution:
    """How some values are spread."""
    if not values:
        return Distribution()
    ranked = sorted(values)

    def rank(share: float) -> float:
        return ranked[math.ceil(share * len(ranked)) - 1]

    return Distribution(len(ranked), rank(0.5), rank(0.9), rank(0.95), rank(0.99), ranked[-1])
