"""Which pictures of a shared screen are kept: slides, and no moving ones. Pure.

In: glances at the tracks of one meeting, about one every two seconds. Out: whether the picture is wanted, and
since when it has been shown. It is wanted when it has stood still from one glance to the next and is another
one than what was kept last. Stillness is judged by single pixels, which noise and film change and which the
encoder's sharpening of a new picture changes too; whether it is another picture, by the means of cells,
which neither does.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np

from server.recorder.glance import CELLS, Glance, Grey

T = TypeVar("T")

LEAST_SECONDS: Final = 1.5
"""Between two glances at a track; one that comes sooner is not looked at."""
OLDEST_SECONDS: Final = 6.0
"""A picture is given no earlier beginning before it stands still than this."""
MOST_TRACKS: Final = 8
"""Tracks that are remembered, those that were looked at last."""
MOVED: Final = 12
"""Steps of 256 by which a pixel differs when it shows something else."""
CHANGED: Final = 8
"""The same for the mean of a cell."""
MOVING_CELLS: Final = CELLS // 50
"""More than so many cells move: it does not stand still. A cursor moves one or two."""
OTHER_CELLS: Final = CELLS // 100
"""More than so many cells are others: it is another picture. A line of text is some ten."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """The last glance at a track, when that was by a clock that never goes back, and since when it has shown
    about the same."""

    glance: Glance
    now: float
    since: float


class Slides:
    """Of one meeting."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, _Seen] = OrderedDict()  # bounded: by `MOST_TRACKS`
        self._kept: OrderedDict[str, Grey] = OrderedDict()  # bounded: by `MOST_TRACKS`

    def wanted(self, glance: Glance, now: float) -> float | None:
        """Since when it has been shown (on the clock of glances) if it is to be kept. `now` is a time of any
        clock that never goes back."""
        before = self._seen.get(glance.key)
        if before is not None and now - before.now < LEAST_SECONDS:
            return None
        seen = _Seen(glance, now, _since(glance, before))
        _remember(self._seen, glance.key, seen)
        if before is None or differing(before.glance.sharp, glance.sharp, MOVED) > MOVING_CELLS:
            return None
        if any(same(kept, glance.smooth) for kept in self._kept.values()):
            return None
        _remember(self._kept, glance.key, glance.smooth)
        return max(seen.since, glance.at - OLDEST_SECONDS)


def same(one: Grey, other: Grey) -> bool:
    """Whether two show the same picture, by the means of their cells."""
    return differing(one, other, CHANGED) <= OTHER_CELLS


def differing(one: Grey, other: Grey, by: int) -> int:
    """How many cells differ by more than so much."""
    return int(np.count_nonzero(np.abs(one.astype(np.int16) - other.astype(np.int16)) > by))


def _since(glance: Glance, before: _Seen | None) -> float:
    """A new picture began between two glances: in the middle, for all that is known."""
    if before is None or not 0 <= glance.at - before.glance.at <= OLDEST_SECONDS:
        return glance.at
    return before.since if same(before.glance.smooth, glance.smooth) else (before.glance.at + glance.at) / 2


def _remember(known: OrderedDict[str, T], key: str, value: T) -> None:
    known[key] = value
    known.move_to_end(key)
    if len(known) > MOST_TRACKS:
        known.popitem(last=False)
