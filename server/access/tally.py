"""What is counted in this process and written to the database from time to time: requests, and the use of
keys.

Nothing is written twice. What was counted since the last writing is lost with the process: these are numbers
to look at, nothing is refused by them.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from server.access.access import Access

Counted = tuple[str, date, str]
"""Workspace, day (UTC), id of the key or an empty text."""


@dataclass(slots=True)
class Tally:
    """Since the last `taken`."""

    # bounded: both by the keys that exist and the days of one writing.
    requests: Counter[Counted] = field(default_factory=Counter)
    used: dict[str, datetime] = field(default_factory=dict)

    def count(self, access: Access, now: datetime) -> None:
        """Count a request."""
        self.requests[access.workspace, now.date(), access.key or ""] += 1
        if access.key is not None:
            self.used[access.key] = now

    def taken(self) -> "Tally":
        """What was counted; begins anew."""
        before = Tally(self.requests, self.used)
        self.requests, self.used = Counter(), {}
        return before

    def give_back(self, before: "Tally") -> None:
        """What could not be written is written the next time."""
        self.requests.update(before.requests)
        self.used = before.used | self.used
