"""The store as the rest of the server sees it.

Every method raises `streaming.errors.StoreUnavailable` when the database cannot answer. Identifiers that do
not exist give None (or, for a write, `streaming.errors.NotFound` with code `meeting_not_found`).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from server.access.access import DEFAULT, Access
from server.store.deletion_records import Deletion
from server.store.records import (
    Covered,
    Lease,
    Meeting,
    MeetingStatus,
    NewMeeting,
    NewSession,
    Page,
    Progressed,
    Session,
    Standing,
    StoredSegment,
)
from streaming.segments import Coverage


class Store(Protocol):
    """Meetings, their sessions and their finished segments."""

    async def ready(self) -> bool:
        """Whether the database answers within a second."""
        ...

    async def create_meeting(self, new: NewMeeting, workspace: str = DEFAULT) -> Meeting:
        """Make a meeting with an id of its own, status `created`."""
        ...

    async def workspace_of(self, meeting_id: str) -> str | None:
        """Whose a meeting is; None of one that is not there."""
        ...

    async def meeting(self, meeting_id: str) -> Meeting | None:
        """One meeting, its coverage and duration taken over all its sessions."""
        ...

    async def meetings(
        self,
        workspace: str,
        *,
        cursor: str | None = None,
        limit: int = 50,
        status: MeetingStatus | None = None,
        q: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Page:
        """Of a workspace, made from `since` on and before `until`, newest first. `q` is full text over titles
        and transcripts, Russian and English."""
        ...

    async def update_meeting(self, meeting_id: str, changes: Mapping[str, Any]) -> Meeting:
        """Change fields of `NewMeeting` by name."""
        ...

    async def delete_meeting(self, meeting_id: str) -> Deletion:
        """Remove a meeting with all that belongs to it, in one transaction; the receipt."""
        ...

    async def missing_meetings(self, meeting_ids: Collection[str]) -> set[str]:
        """Those of the meetings that are not there (any more)."""
        ...

    async def open_session(
        self, meeting_id: str, new: NewSession, lease: Lease | None = None, ago: float = 0.0
    ) -> Session:
        """Begin a session now; the meeting becomes live, and its clock starts if it had not. On that clock
        the session begins with its audio, `ago` seconds before now.

        Without a lease it is live until it is closed, whatever happens to this process. Raises `QuotaReached`
        of its key.
        """
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
        progressed: Progressed = Progressed(),  # noqa: B008 - frozen
    ) -> None:
        """Store finals and how far the session has come, in one transaction.

        Saving a segment id again replaces it. `position` never goes back. Raises `ProtocolError`
        `session_taken_over` when the session has another owner.
        """
        ...

    async def close_session(
        self,
        session_id: str,
        segments: Sequence[StoredSegment] = (),
        *,
        position: int,
        duration: float,
        coverage: Coverage,
        progressed: Progressed = Progressed(),  # noqa: B008 - frozen
    ) -> Meeting:
        """Store the last finals and end the session, in one transaction; the meeting ends with its last live
        one. Raises what `save` raises."""
        ...

    async def claim_session(self, session_id: str, token_hash: str, lease: Lease, access: Access) -> Session:
        """Become the owner of a live session, wherever it was; one that is not there for the caller is not
        found.

        A lease that is over still may be taken until somebody has finished the session. Raises `NotFound`
        `session_not_found`, `NotAllowed` `resume_token_wrong`, `ProtocolError` `session_ended`,
        `resume_too_late` or `not_resumable`.
        """
        ...

    async def finals_after(self, session: Session, seq: int) -> tuple[StoredSegment, ...]:
        """A session's finals on its own clock that its client may not have seen by its number `seq`."""
        ...

    async def renew_sessions(self, session_ids: Collection[str], lease: Lease) -> set[str]:
        """Keep live sessions for another `lease.seconds`; those that have another owner come back."""
        ...

    async def leases(self, except_ids: Collection[str]) -> dict[str, Standing]:
        """The leases of all other live sessions, by session."""
        ...

    async def finish_abandoned(self, leases: Mapping[str, datetime]) -> tuple[str, ...]:
        """End those live sessions whose lease is still the given one; the meetings that ended with them."""
        ...

    async def covered(self, meeting_id: str) -> tuple[Covered, ...]:
        """What became of a meeting's audio, stretch by stretch: by session, by track, by start."""
        ...

    async def segments(
        self,
        meeting_id: str,
        *,
        since: float | None = None,
        until: float | None = None,
        words: bool = True,
    ) -> tuple[StoredSegment, ...]:
        """The finals of a meeting on its clock, by start: all, or those that end after `since` and begin
        before `until`. Without `words`, which are most of it, they come several times sooner."""
        ...

    async def segment_count(self, meeting_id: str) -> int:
        """How many finals a meeting has."""
        ...
