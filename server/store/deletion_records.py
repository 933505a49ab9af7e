"""What the store takes and gives where meetings are removed. Plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Reason = Literal["request", "retention"]


class Recordings(Protocol):
    """Whoever keeps audio of meetings outside of the database."""

    async def delete(self, meeting_id: str) -> int:
        """Remove all audio of a meeting, which is locked; how many files that were. Again: none, and no
        error."""
        ...


@dataclass(frozen=True, slots=True)
class Deletion:
    """What was removed: how many of each kind, and the ids of sessions; `receipt` says the same, signed."""

    id: str
    workspace: str
    meeting_id: str
    deleted_at: datetime
    reason: Reason
    removed: Mapping[str, int]
    sessions: tuple[str, ...]
    receipt: str


@dataclass(frozen=True, slots=True)
class Deletions:
    """A page, the newest first; `next_cursor` is None on the last one."""

    deletions: tuple[Deletion, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Retention:
    """After how many days a workspace's meetings are removed that say nothing of it themselves; None: never.
    `ran_at` is up to when meetings were judged last, and `deleted` how many were removed then."""

    days: int | None = None
    ran_at: datetime | None = None
    deleted: int = 0
