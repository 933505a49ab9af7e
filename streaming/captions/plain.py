"""The transcript to read: plain text and Markdown.

In: segments on the meeting's clock, a title. Out: paragraphs, each with its speaker and the time at which it
begins. A paragraph ends where the speaker changes, after a pause, or at a sentence's end once it is long.
In Markdown nothing that was said or typed as a name can become markup.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from streaming.captions.text import ends_sentence, one_line, short_clock
from streaming.segments import Segment

PAUSE = 4.0
"""Seconds of silence that end a paragraph."""

LONG = 600
"""Characters after which a paragraph ends with its sentence."""

UNTITLED = "Transcript"

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&!$^=])")
_LINE_START = re.compile(r"^(?:([-+])(?=\s|$|-)|(\d+)([.)])(?=\s|$))")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """What one person said in a row; `start` and `end` in seconds, `speaker` empty when not known."""

    start: float
    end: float
    speaker: str
    text: str


def paragraphs(segments: Iterable[Segment]) -> list[Paragraph]:
    """Segments in order of time, joined to paragraphs; segments without words are left out."""
    found: list[Paragraph] = []
    for segment in sorted(segments, key=lambda segment: (segment.start, segment.end)):
        said, speaker = one_line(segment.text), one_line(segment.speaker)
        if not said:
            continue
        if found and _continues(found[-1], segment, speaker):
            before = found[-1]
            found[-1] = Paragraph(
                before.start, max(before.end, segment.end), speaker, f"{before.text} {said}"
            )
        else:
            found.append(Paragraph(segment.start, segment.end, speaker, said))
    return found


def _continues(before: Paragraph, segment: Segment, speaker: str) -> bool:
    full = len(before.text) >= LONG and ends_sentence(before.text)
    return speaker == before.speaker and segment.start - before.end < PAUSE and not full


def text(segments: Iterable[Segment], title: str | None = None) -> str:
    """Plain text: the title if there is one, then paragraphs under `[time] Name`."""
    parts = [one_line(title)] if one_line(title) else []
    parts += [
        f"[{short_clock(said.start)}] {said.speaker}".rstrip() + f"\n{said.text}"
        for said in paragraphs(segments)
    ]
    return "\n\n".join(parts) + "\n" if parts else ""


def markdown(segments: Iterable[Segment], title: str | None = None) -> str:
    """CommonMark: a heading, then paragraphs that begin with the time and the speaker in bold."""
    parts = [f"# {escaped(one_line(title) or UNTITLED)}"]
    for paragraph in paragraphs(segments):
        name = f" **{escaped(paragraph.speaker)}**" if paragraph.speaker else ""
        parts.append(f"`{short_clock(paragraph.start)}`{name}\n\n{escaped(paragraph.text)}")
    return "\n\n".join(parts) + "\n"


def escaped(line: str) -> str:
    """One line of text that Markdown shows as it is."""
    line = _MARKUP.sub(r"\\\1", line)
    return _LINE_START.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", line)
