"""A transcript as a document, before it is one. Pure."""

from collections.abc import Sequence

from streaming.captions.plain import UNTITLED, paragraphs
from streaming.captions.text import one_line, short_clock
from streaming.segments import Segment
from summarizer.sheet import Part, Sheet, SheetLine


def of_transcript(title: str | None, language: str, segments: Sequence[Segment]) -> Sheet:
    """Paragraphs, each with its time and its speaker."""
    lines = tuple(
        SheetLine(said.text, short_clock(said.start), said.speaker) for said in paragraphs(segments)
    )
    return Sheet(one_line(title) or UNTITLED, language, (), "", (Part("", lines),))
