"""A store in memory that keeps the whole contract of `server.store.api.Store`, for tests without a database.

Wall time is a counter of seconds, so that order is the same in every run. `failing` makes every call raise
`StoreUnavailable`. Verified by the same contract suite as the real one (`tests/contract/store_contract.py`).
"""

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from server.access.access import DEFAULT, Access
from server.store import receipts
from server.store.cursor import bad_cursor
from server.store.deletion_records import Deletion
from server.store.leases import taken_over
from server.store.meetings import not_found
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
from server.store.resuming import (
    check_token,
    not_resumable,
    resume_too_late,
    session_ended,
    session_not_found,
)
from server.store.sessions import orphaned
from streaming.errors import StoreUnavailable
from streaming.ledger import Interval, merged
from streaming.segments import Coverage

EPOCH = datetime(2024, 1, 1, 12, tzinfo=UTC)


def _covered(session: Session, known: Mapping[tuple[int, int], Interval]) -> list[Covered]:
    return [
        Covered(
            session.id,
            track,
            session.offset + one.start / 16_000,
            session.offset + one.end / 16_000,
            one.outcome,
            one.reason,
        )
        for track in sorted({track for track, _ in known})
        for one in merged(one for (of, _), one in known.items() if of == track)
    ]


def _closed(session: Session) -> tuple[Coverage, dict[tuple[int, int], Interval]]:
    """What had no outcome is lost: the account of an abandoned session, and the rest of each track."""
    heard = session.coverage
    known = heard.transcribed + heard.silence + heard.quarantined + heard.lost
    tracks = (session.progress or {}).get("tracks", ())
    rests = {
        (track, before["settled"]): Interval(before["settled"], received, "lost", "not_resumed")
        for track, before in enumerate(tracks)
        if before["settled"] < (received := round(heard.received * 16_000 / len(tracks)))
    }
    return replace(heard, lost=heard.lost + max(0.0, heard.received - known)), rests


def _deletion(
    meeting_id: str, at: datetime, sessions: Sequence[str], segments: Mapping[str, StoredSegment]
) -> Deletion:
    words = sum(len(stored.segment.words) for stored in segments.values())
    return receipts.made(
        receipts.new_key(),
        deletion_id=f"del_{meeting_id}",
        workspace=DEFAULT,
        meeting_id=meeting_id,
        deleted_at=at,
        reason="request",
        removed={"sessions": len(sessions), "segments": len(segments), "words": words},
        sessions=tuple(sessions),
    )


def _within(
    stored: Iterable[StoredSegment], since: float | None, until: float | None
) -> tuple[StoredSegment, ...]:
    found = (
        one
        for one in stored
        if (since is None or one.segment.end > since) and (until is None or one.segment.start < until)
    )
    return tuple(sorted(found, key=lambda one: (one.segment.start, one.seq)))


class _MemoryMeetings:
    """The part of `Store` that is about meetings."""

    def __init__(self) -> None:
        self.failing = False
        self._ticks = itertools.count()
        self._meetings: dict[str, Meeting] = {}
        self._sessions: dict[str, Session] = {}
        self._segments: dict[str, dict[str, StoredSegment]] = {}
        self._leases: dict[str, tuple[str | None, datetime]] = {}
        self._late: set[str] = set()
        self._covered: dict[str, dict[tuple[int, int], Interval]] = {}

    def _now(self) -> datetime:
        return EPOCH + timedelta(seconds=next(self._ticks))

    def _check(self) -> None:
        if self.failing:
            raise StoreUnavailable

    async def ready(self) -> bool:
        """Whether calls succeed."""
        return not self.failing

    async def workspace_of(self, meeting_id: str) -> str | None:
        """Whose it is."""
        self._check()
        return self._meetings[meeting_id].workspace if meeting_id in self._meetings else None

    async def missing_meetings(self, meeting_ids: Collection[str]) -> set[str]:
        """Those that are not there."""
        self._check()
        return set(meeting_ids) - set(self._meetings)

    async def create_meeting(self, new: NewMeeting, workspace: str = DEFAULT) -> Meeting:
        """A new meeting."""
        self._check()
        name = f"m{len(self._meetings) + 1:04d}"
        values = {key: getattr(new, key) for key in NewMeeting.__dataclass_fields__}
        meeting = Meeting(**values, id=name, workspace=workspace, created_at=self._now())
        self._meetings[name], self._segments[name] = meeting, {}
        return meeting

    async def meeting(self, meeting_id: str) -> Meeting | None:
        """With sums over its sessions."""
        self._check()
        return self._summed(meeting_id) if meeting_id in self._meetings else None

    def _summed(self, meeting_id: str) -> Meeting:
        sessions = [session for session in self._sessions.values() if session.meeting_id == meeting_id]
        return replace(
            self._meetings[meeting_id],
            coverage=sum((session.coverage for session in sessions), Coverage()),
            duration=max((session.offset + session.duration for session in sessions), default=0.0),
            last_seq=max((stored.seq for stored in self._segments[meeting_id].values()), default=0),
        )

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
        """The cursor is the number of meetings already given."""
        self._check()
        if cursor is not None and not cursor.isdigit():
            raise bad_cursor()
        wanted = q.casefold().replace("*", " ").split()
        found = [
            meeting
            for name in reversed(self._meetings)
            if (meeting := await self.meeting(name))
            and meeting.workspace == workspace
            and status in {None, meeting.status}
            and (since is None or meeting.created_at >= since)
            and (until is None or meeting.created_at < until)
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
            raise not_found(meeting_id)
        assert set(changes) <= set(asdict(NewMeeting()))
        self._meetings[meeting_id] = replace(self._meetings[meeting_id], **changes)
        meeting = await self.meeting(meeting_id)
        assert meeting is not None
        return meeting


class MemoryStore(_MemoryMeetings):
    """Implements `Store`. Segments are kept as given: on the meeting's clock."""

    async def delete_meeting(self, meeting_id: str) -> Deletion:
        """All of it."""
        if await self.missing_meetings({meeting_id}):
            raise not_found(meeting_id)
        sessions = [session.id for session in await self.sessions(meeting_id)]
        self._sessions = {name: one for name, one in self._sessions.items() if name not in sessions}
        del self._meetings[meeting_id]
        return _deletion(meeting_id, self._now(), sessions, self._segments.pop(meeting_id))

    async def open_session(
        self, meeting_id: str, new: NewSession, lease: Lease | None = None, ago: float = 0.0
    ) -> Session:
        """The meeting's clock starts with its first session."""
        self._check()
        if meeting_id not in self._meetings:
            raise not_found(meeting_id)
        now, meeting = self._now() - timedelta(seconds=ago), self._meetings[meeting_id]
        began = meeting.started_at or now
        self._meetings[meeting_id] = replace(meeting, status="live", started_at=began, ended_at=None)
        session = Session(
            **asdict(new),
            meeting_id=meeting_id,
            started_at=now,
            offset=max(0.0, (now - began).total_seconds()),
        )
        self._sessions[new.id] = session
        if lease is not None:
            self._lease(new.id, lease)
        return session

    def _lease(self, session_id: str, lease: Lease) -> None:
        self._leases[session_id] = (lease.owner, self._now() + timedelta(seconds=lease.seconds))

    async def sessions(self, meeting_id: str) -> tuple[Session, ...]:
        """In the order in which they began."""
        self._check()
        return tuple(session for session in self._sessions.values() if session.meeting_id == meeting_id)

    async def save(
        self,
        session_id: str,
        segments: Sequence[StoredSegment],
        *,
        position: int,
        coverage: Coverage,
        progressed: Progressed = Progressed(),  # noqa: B008 - frozen
    ) -> None:
        """A known id is replaced."""
        self._check()
        session = self._sessions.get(session_id)
        if session is None:
            raise orphaned(session_id)
        if progressed.owner not in {None, self._leases.get(session_id, (None,))[0]}:
            raise taken_over()
        self._segments[session.meeting_id].update({stored.segment.id: stored for stored in segments})
        for track, intervals in enumerate(progressed.intervals):
            self._covered.setdefault(session_id, {}).update({(track, one.start): one for one in intervals})
        later = position >= session.position
        self._sessions[session_id] = replace(
            session,
            position=max(position, session.position),
            coverage=coverage,
            progress=progressed.progress if later and progressed.progress else session.progress,
            seq=max(session.seq, progressed.seq),
        )

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
        """The meeting ends with its last live session."""
        await self.save(session_id, segments, position=position, coverage=coverage, progressed=progressed)
        session = replace(self._sessions[session_id], duration=duration)
        return self._end(session, late=progressed.late)

    def _end(self, session: Session, *, late: bool) -> Meeting:
        now = self._now()
        self._sessions[session.id] = replace(session, status="ended", ended_at=now)
        if late:
            self._late.add(session.id)
        of_meeting = [one for one in self._sessions.values() if one.meeting_id == session.meeting_id]
        if all(other.status == "ended" for other in of_meeting):
            before = self._meetings[session.meeting_id]
            self._meetings[session.meeting_id] = replace(before, status="ended", ended_at=now)
        return self._summed(session.meeting_id)

    async def claim_session(self, session_id: str, token_hash: str, lease: Lease, access: Access) -> Session:
        """Checked in the order of the real one."""
        self._check()
        session = self._sessions.get(session_id)
        if session is None or not access.sees(
            self._meetings[session.meeting_id].workspace, session.meeting_id
        ):
            raise session_not_found()
        if session.token_hash is None:
            raise not_resumable()
        check_token(session.token_hash, token_hash)
        if session_id in self._late:
            raise resume_too_late(session.meeting_id)
        if session.status == "ended":
            raise session_ended(session.meeting_id)
        self._lease(session_id, lease)
        return session

    async def finals_after(self, session: Session, seq: int) -> tuple[StoredSegment, ...]:
        """In the order in which they were sent."""
        self._check()
        found = [
            replace(stored, segment=stored.segment.shifted(-session.offset))
            for stored in self._segments[session.meeting_id].values()
            if stored.session_id == session.id and stored.client_seq > seq
        ]
        return tuple(sorted(found, key=lambda stored: stored.client_seq))

    async def renew_sessions(self, session_ids: Collection[str], lease: Lease) -> set[str]:
        """Those of another owner come back."""
        self._check()
        lost = {name for name in session_ids if self._leases.get(name, (None,))[0] != lease.owner}
        for name in set(session_ids) - lost:
            self._lease(name, lease)
        return lost & set(self._sessions)

    async def leases(self, except_ids: Collection[str]) -> dict[str, Standing]:
        """All but those, of live sessions."""
        self._check()
        now = self._now()
        return {
            name: Standing(until, until < now)
            for name, (_, until) in self._leases.items()
            if name not in except_ids and name in self._sessions and self._sessions[name].status == "live"
        }

    async def finish_abandoned(self, leases: Mapping[str, datetime]) -> tuple[str, ...]:
        """The meetings that ended."""
        self._check()
        ended = []
        for name, (_, until) in list(self._leases.items()):
            session = self._sessions.get(name)
            if session is None or session.status == "ended" or leases.get(name) != until:
                continue
            self._leases[name] = (None, until)
            coverage, rests = _closed(session)
            self._covered.setdefault(name, {}).update(rests)
            meeting = self._end(replace(session, coverage=coverage), late=True)
            ended += [meeting.id] if meeting.status == "ended" else []
        return tuple(ended)

    async def covered(self, meeting_id: str) -> tuple[Covered, ...]:
        """By session, by track, by start."""
        self._check()
        return tuple(
            one
            for session in await self.sessions(meeting_id)
            for one in _covered(session, self._covered.get(session.id, {}))
        )

    async def segments(
        self,
        meeting_id: str,
        *,
        since: float | None = None,
        until: float | None = None,
        words: bool = True,
    ) -> tuple[StoredSegment, ...]:
        """By start."""
        self._check()
        found = _within(self._segments.get(meeting_id, {}).values(), since, until)
        return (
            found if words else tuple(replace(one, segment=replace(one.segment, words=())) for one in found)
        )

    async def segment_count(self, meeting_id: str) -> int:
        """How many there are."""
        return len(await self.segments(meeting_id))
