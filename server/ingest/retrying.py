"""When a source that was lost is tried again, and when it is given up. Pure."""

from dataclasses import dataclass
from typing import Final

from server.ingest.records import Over

FIRST_DELAY: Final = 0.5
LONGEST_DELAY: Final = 30.0


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds without sound after which a source is given up: `first` for one that never gave any, `away` for
    one that did, `sender` for a sender who has not come yet. `stall` ends a connection that gives none."""

    first: float = 60.0
    away: float = 300.0
    sender: float = 600.0
    stall: float = 30.0

    def of(self, *, heard: bool, listens: bool) -> float:
        """What holds."""
        return self.away if heard else self.sender if listens else self.first


def delay(failures: int, random: float) -> float:
    """Seconds before the next try after so many in a row (from 1 on): twice as long each time, and between
    half and all of it, so that many do not come back at once. `random` is in [0, 1)."""
    longest = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(failures, 16))
    return longest * (0.5 + random / 2)


def is_final(over: Over, *, heard: bool) -> bool:
    """Whether no other try makes sense. What cannot be heard may, where it was heard before."""
    return over.how in {"ended", "refused"} or (over.how == "unfit" and not heard)
