"""The store as the rest of the server sees it.

Every method raises `streaming.errors.StoreError` when the database cannot answer. Identifiers that do not
exist give None (or, for a write, `streaming.errors.NotFound` with code `meeting_not_found`).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from server.store.records import (
    Deletion,
    Meeting,
    MeetingStatus,
    NewMeeting,
    NewSession,
    Page,
    Session,
    StoredSegment,
)
from streaming.segments import Coverage


class Store(Protocol):
    """Meetings, their sessions and their finished segments."""

    async def ready(self) -> bool:
        """Whether the database answers within a second."""
        ...

    async def create_meeting(self, new: NewMeeting) -> Meeting:
        """Make a meeting with an id of its own, status `created`."""
        ...

    async def meeting(self, meeting_id: str) -> Meeting | None:
        """One meeting, its coverage and duration taken over all its sessions."""
        ...

    async def meetings(
        self, *, cursor: str | None = None, limit: int = 50, status: MeetingStatus | None = None, q: str = ""
    ) -> Page:
        """Newest first. `q` is full text over titles and transcripts, Russian and English."""
        ...

    async def update_meeting(self, meeting_id: str, changes: Mapping[str, Any]) -> Meeting:
        """Change fields of `NewMeeting` by name."""
        ...

    async def delete_meeting(self, meeting_id: str) -> Deletion:
        """Remove a meeting with all that belongs to it, in one transaction."""
        ...

    async def open_session(self, meeting_id: str, new: NewSession) -> Session:
        """Begin a session now; the meeting becomes live, and its clock starts if it had not."""
        ...

    async def sessions(self, meeting_id: str) -> tuple[Session, ...]:
        """The sessions of a meeting in the order in which they began."""
        ...

    async def save(
        self,
        session_id: str,
        segments: Sequence[StoredSegment],
        *,
        position: int,
        coverage: Coverage,
    ) -> None:
        """Store finals and how far the session has come, in one transaction.

        Saving a segment id again replaces it. `position` never goes back.
        """
        ...

    async def close_session(
        self, session_id: str, *, position: int, duration: float, coverage: Coverage
    ) -> Meeting:
        """End a session; the meeting ends with its last live one."""
        ...

    async def segments(self, meeting_id: str) -> tuple[StoredSegment, ...]:
        """All finals of a meeting on its clock, by start."""
        ...
