"""A stored meeting as the summarizer takes it: without what is flagged as a suspected hallucination, or was
taken out by a person."""

from collections.abc import Iterable

from server.store.records import Meeting, StoredSegment
from streaming.segments import SUSPECTED_HALLUCINATION, Segment
from summarizer import drafts
from summarizer.lines import language_spoken
from summarizer.schema import Line


def lines_of(segments: Iterable[Segment]) -> list[Line]:
    """The lines of a transcript."""
    return [
        Line(segment.id, segment.speaker or "", segment.start, segment.end, segment.text)
        for segment in segments
        if segment.text and SUSPECTED_HALLUCINATION not in segment.flags
    ]


def spoken(meeting: Meeting, stored: Iterable[StoredSegment], language: str = "") -> drafts.Meeting:
    """What a report is written of: in `language`, or else in that of the meeting."""
    lines = lines_of(one.segment for one in stored)
    if not language and len(meeting.languages) == 1:
        language = meeting.languages[0]
    # Due dates count from the day as the clock of this machine had it.
    day = (meeting.started_at or meeting.created_at).astimezone().date()
    return drafts.Meeting(
        meeting.id, meeting.title or "", day, language or language_spoken(lines), tuple(lines)
    )
