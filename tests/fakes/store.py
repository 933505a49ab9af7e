"""A store in memory that keeps the whole contract of `server.store.api.Store`, for tests without a database.

Wall time is a counter of seconds, so that order is the same in every run. `failing` makes every call raise
`StoreError`. Verified by the same contract suite as the real one (`tests/contract/store_contract.py`).
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

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
from streaming.errors import NotFound, ProtocolError, StoreError
from streaming.segments import Coverage

EPOCH = datetime(2024, 1, 1, 12, tzinfo=UTC)


def _missing() -> NotFound:
    return NotFound("meeting_not_found", "There is no meeting with this id.")


class MemoryStore:
    """Implements `Store`. Segments are kept as given: on the meeting's clock."""

    def __init__(self) -> None:
        self.failing = False
        self._ticks = itertools.count()
        self._meetings: dict[str, Meeting] = {}
        self._sessions: dict[str, Session] = {}
        self._segments: dict[str, dict[str, StoredSegment]] = {}

    def _now(self) -> datetime:
        return EPOCH + timedelta(seconds=next(self._ticks))

    def _check(self) -> None:
        if self.failing:
            raise StoreError("store_unavailable", "The database does not answer.")

    async def ready(self) -> bool:
        """Whether calls succeed."""
        return not self.failing

    async def create_meeting(self, new: NewMeeting) -> Meeting:
        """A new meeting."""
        self._check()
        name = f"m{len(self._meetings) + 1:04d}"
        values = {key: getattr(new, key) for key in NewMeeting.__dataclass_fields__}
        meeting = Meeting(**values, id=name, created_at=self._now())
        self._meetings[name], self._segments[name] = meeting, {}
        return meeting

    async def meeting(self, meeting_id: str) -> Meeting | None:
        """With sums over its sessions."""
        self._check()
        meeting = self._meetings.get(meeting_id)
        if meeting is None:
            return None
        sessions = await self.sessions(meeting_id)
        return replace(
            meeting,
            coverage=sum((session.coverage for session in sessions), Coverage()),
            duration=max((session.offset + session.duration for session in sessions), default=0.0),
            last_seq=max((stored.seq for stored in self._segments[meeting_id].values()), default=0),
        )

    async def meetings(
        self, *, cursor: str | None = None, limit: int = 50, status: MeetingStatus | None = None, q: str = ""
    ) -> Page:
        """The cursor is the number of meetings already given."""
        self._check()
        if cursor is not None and not cursor.isdigit():
            raise ProtocolError("bad_cursor", "The cursor is not one that this server gave.")
        wanted = q.casefold().split()
        found = [
            meeting
            for name in reversed(self._meetings)
            if (meeting := await self.meeting(name))
            and status in {None, meeting.status}
            and all(word in self._text(meeting) for word in wanted)
        ]
        first = int(cursor or 0)
        more = len(found) > first + limit
        return Page(tuple(found[first : first + limit]), str(first + limit) if more else None)

    def _text(self, meeting: Meeting) -> str:
        said = (stored.segment.text for stored in self._segments[meeting.id].values())
        return " ".join((meeting.title or "", *said)).casefold()

    async def update_meeting(self, meeting_id: str, changes: Mapping[str, Any]) -> Meeting:
        """Fields of `NewMeeting` only."""
        self._check()
        if meeting_id not in self._meetings:
            raise _missing()
        assert set(changes) <= set(asdict(NewMeeting()))
        self._meetings[meeting_id] = replace(self._meetings[meeting_id], **changes)
        meeting = await self.meeting(meeting_id)
        assert meeting is not None
        return meeting

    async def delete_meeting(self, meeting_id: str) -> Deletion:
        """All of it."""
        self._check()
        if meeting_id not in self._meetings:
            raise _missing()
        sessions = await self.sessions(meeting_id)
        for session in sessions:
            del self._sessions[session.id]
        del self._meetings[meeting_id]
        segments = self._segments.pop(meeting_id)
        words = sum(len(stored.segment.words) for stored in segments.values())
        return Deletion(meeting_id, self._now(), len(sessions), len(segments), words)

    async def open_session(self, meeting_id: str, new: NewSession) -> Session:
        """The meeting's clock starts with its first session."""
        self._check()
        if meeting_id not in self._meetings:
            raise _missing()
        now, meeting = self._now(), self._meetings[meeting_id]
        began = meeting.started_at or now
        self._meetings[meeting_id] = replace(meeting, status="live", started_at=began, ended_at=None)
        session = Session(
            **asdict(new), meeting_id=meeting_id, started_at=now, offset=(now - began).total_seconds()
        )
        self._sessions[new.id] = session
        return session

    async def sessions(self, meeting_id: str) -> tuple[Session, ...]:
        """In the order in which they began."""
        self._check()
        return tuple(session for session in self._sessions.values() if session.meeting_id == meeting_id)

    async def save(
        self, session_id: str, segments: Sequence[StoredSegment], *, position: int, coverage: Coverage
    ) -> None:
        """A known id is replaced."""
        self._check()
        session = self._sessions.get(session_id)
        if session is None:
            raise _missing()
        self._segments[session.meeting_id].update({stored.segment.id: stored for stored in segments})
        self._sessions[session_id] = replace(
            session, position=max(position, session.position), coverage=coverage
        )

    async def close_session(
        self, session_id: str, *, position: int, duration: float, coverage: Coverage
    ) -> Meeting:
        """The meeting ends with its last live session."""
        self._check()
        session = self._sessions.get(session_id)
        if session is None:
            raise _missing()
        now = self._now()
        self._sessions[session_id] = replace(
            session,
            status="ended",
            ended_at=now,
            position=max(position, session.position),
            duration=duration,
            coverage=coverage,
        )
        if all(other.status == "ended" for other in await self.sessions(session.meeting_id)):
            before = self._meetings[session.meeting_id]
            self._meetings[session.meeting_id] = replace(before, status="ended", ended_at=now)
        meeting = await self.meeting(session.meeting_id)
        assert meeting is not None
        return meeting

    async def segments(self, meeting_id: str) -> tuple[StoredSegment, ...]:
        """By start."""
        self._check()
        found = self._segments.get(meeting_id, {}).values()
        return tuple(sorted(found, key=lambda stored: (stored.segment.start, stored.seq)))
