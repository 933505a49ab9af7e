"""What went wrong last, for the operator: codes, never what was said, sent or named.

In: the code of each refusal or failure and where it came. Out: the last ones, the same told once with its
count. Bounded by `MOST` kinds; the one that was met longest ago goes first.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

MOST: Final = 50

Where = Literal["stream", "call"]
"""`stream`: live audio; `call`: an HTTP call or a handshake."""


@dataclass(frozen=True, slots=True)
class Met:
    """A code that was met `count` times, for the first and the last time at these times (aware)."""

    code: str
    where: Where
    first_at: datetime
    last_at: datetime
    count: int = 1


class Problems:
    """`now` gives the time of day, aware."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        # bounded: by MOST.
        self._met: OrderedDict[tuple[str, Where], Met] = OrderedDict()

    def meet(self, code: str, where: Where) -> None:
        """Note a problem."""
        now = self._now()
        before = self._met.pop((code, where), None)
        self._met[code, where] = (
            Met(code, where, now, now)
            if before is None
            else replace(before, last_at=now, count=before.count + 1)
        )
        while len(self._met) > MOST:
            self._met.popitem(last=False)

    def last(self) -> tuple[Met, ...]:
        """The last ones, the newest first."""
        return tuple(reversed(self._met.values()))
