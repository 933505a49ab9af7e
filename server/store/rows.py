"""Records to table rows and back. No queries here, and no decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import RowMapping

from server.store.records import Meeting, NewMeeting, NewSession, Session, StoredSegment
from streaming.segments import Coverage, Segment, TimedWord

COVERAGE: Final = tuple(field.name for field in fields(Coverage))
MEETING_FIELDS: Final = tuple(field.name for field in fields(NewMeeting))
SESSION_FIELDS: Final = tuple(field.name for field in fields(NewSession))


def new_meeting_row(new: NewMeeting) -> dict[str, Any]:
    """The columns that a caller may set."""
    return {name: getattr(new, name) for name in MEETING_FIELDS}


def new_session_row(new: NewSession) -> dict[str, Any]:
    """The columns that the opener of a session sets."""
    return {name: getattr(new, name) for name in SESSION_FIELDS}


def coverage_row(coverage: Coverage) -> dict[str, float]:
    """One column a part."""
    return {name: getattr(coverage, name) for name in COVERAGE}


def segment_row(stored: StoredSegment, meeting_id: str, session_id: str) -> dict[str, Any]:
    """A segment with its words as one array."""
    segment = stored.segment
    return {
        "id": segment.id,
        "meeting_id": meeting_id,
        "session_id": session_id,
        "seq": stored.seq,
        "client_seq": stored.client_seq,
        "start": segment.start,
        "end": segment.end,
        "text": segment.text,
        "language": segment.language,
        "words": words_row(segment.words),
        "speaker": segment.label or segment.speaker,
        "track": segment.track,
        "confidence": segment.confidence,
        "flags": segment.flags,
    }


def words_row(words: Sequence[TimedWord]) -> list[dict[str, Any]]:
    """Words as JSON has them."""
    return [
        {"word": word.word, "start": word.start, "end": word.end, "confidence": word.confidence}
        for word in words
    ]


def coverage_of(row: RowMapping) -> Coverage:
    """The parts of one session, or their sums over several."""
    return Coverage(*(row[name] for name in COVERAGE))


def meeting_of(row: RowMapping) -> Meeting:
    """A row of `meetings` with the sums over its sessions."""
    return Meeting(
        title=row["title"],
        languages=tuple(row["languages"]),
        template=row["template"],
        stability=row["stability"],
        hotwords=tuple(row["hotwords"]),
        notify=row["notify"],
        retention_days=row["retention_days"],
        metadata=row["metadata"],
        record=row["record"],
        id=row["id"],
        workspace=row["workspace_id"],
        status=row["status"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        duration=row["duration"],
        coverage=coverage_of(row),
        last_seq=row["last_seq"],
        speakers=row["speakers"],
    )


def session_of(row: RowMapping) -> Session:
    """A row of `sessions`."""
    names = (
        *SESSION_FIELDS,
        "meeting_id",
        "status",
        "started_at",
        "ended_at",
        "offset",
        "position",
        "duration",
        "progress",
        "seq",
    )
    return Session(**{name: row[name] for name in names}, coverage=coverage_of(row))


def segment_of(row: RowMapping, names: Mapping[str, str] | None = None) -> StoredSegment:
    """A row of `segments`; its speaker by the name that people gave, `names` are by label."""
    segment = Segment(
        id=row["id"],
        start=row["start"],
        end=row["end"],
        text=row["text"],
        language=row["language"],
        words=words_of(row["words"]),
        speaker=row["speaker"],
        track=row["track"],
        confidence=row["confidence"],
        flags=tuple(row["flags"]),
        version=row["version"],
    )
    return StoredSegment(
        segment.named(names), session_id=row["session_id"], seq=row["seq"], client_seq=row["client_seq"]
    )


def words_of(words: Sequence[Mapping[str, Any]]) -> tuple[TimedWord, ...]:
    """Words from their JSON. JSON has no NaN: a number that was none is 0 again here."""
    return tuple(
        TimedWord(word["word"], word["start"] or 0.0, word["end"] or 0.0, word["confidence"] or 0.0)
        for word in words
    )
