"""What a model is to be asked about a meeting: the requests, in their order.

In: the meeting, the template, and the room that the model has. Out: requests with their messages, each known
by the digest of all it asks. A meeting that fits is asked about section by section over one prefix; a longer
one in windows, for all sections at once. Nothing here sends anything.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from summarizer import forms, windows
from summarizer.drafts import Drafts, Headline, Meeting, Statement
from summarizer.forms import Form
from summarizer.lines import in_order
from summarizer.prompt import (
    PROMPT_VERSION,
    SYSTEM,
    Numbered,
    headline_instruction,
    instruction_for,
    messages,
    numbered,
)
from summarizer.schema import Line
from summarizer.template import Template, TemplateSection
from summarizer.tokens import estimate

WINDOW = 6000
"""Tokens of a window of a meeting that does not fit: what models read well, and cheap to ask again."""

SMALLEST_WINDOW = 400
"""Below this a shorter window is no remedy."""

_SPARE = 600
"""Tokens of a request beside transcript, instruction and answer: its frame, and the words of a repair."""

_LONGEST_PIECE = 1000
_HEADLINE_LINES = 150

Messages = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Request:
    """Asks for `sections` over the lines from `first` to `last` (segment ids, both included)."""

    key: str
    first: str
    last: str
    sections: tuple[str, ...]
    messages: Messages
    form: Form[tuple[Statement, ...]]


@dataclass(frozen=True, slots=True)
class Plan:
    """`window` is 0 where the meeting fits. While a meeting runs, only the last window still grows."""

    window: int
    requests: tuple[Request, ...]


def plan(meeting: Meeting, template: Template, context: int, answer: int, window: int) -> Plan:
    """The requests for a model with `context` tokens, of which `answer` are kept for what it writes.

    `window` asks for windows of at most so many tokens; 0 leaves the choice to the meeting's length.
    """
    sections = tuple(template.sections)
    lines = spoken(meeting.lines)
    room = _room(sections, meeting.language, context - answer)
    costs = [_cost(line) for line in lines]
    if not window and sum(costs) <= room:
        spans = [(0, len(lines) - 1)] if lines else []
        asked: tuple[tuple[TemplateSection, ...], ...] = tuple((section,) for section in sections)
    else:
        window = min(window or WINDOW, room)
        spans = windows.cut(lines, costs, window)
        asked = (sections,)
    requests = tuple(
        request
        for first, last in spans
        for request in _over(lines[first : last + 1], asked, meeting.language)
    )
    return Plan(window, requests)


def headline(
    meeting: Meeting, template: Template, drafts: Drafts, context: int, answer: int
) -> tuple[Messages, Form[Headline]]:
    """What asks for title and gist: over the transcript where it fitted, else over what the windows gave."""
    lines = spoken(meeting.lines)
    room = _room(template.sections, meeting.language, context - answer)
    transcript = _of_statements(drafts, room) if drafts.window else numbered(lines)
    return messages(transcript, headline_instruction(meeting.language)), forms.headline(transcript)


def spoken(lines: Sequence[Line]) -> list[Line]:
    """The lines in order, without empty ones; a huge one in several parts with the same id."""
    return [piece for line in in_order(lines) for piece in windows.pieces(line, _LONGEST_PIECE)]


def _over(
    lines: Sequence[Line], asked: tuple[tuple[TemplateSection, ...], ...], language: str
) -> list[Request]:
    transcript = numbered(lines)
    found = []
    for sections in asked:
        said = messages(transcript, instruction_for(sections, language))
        found.append(
            Request(
                _digest(said),
                lines[0].id,
                lines[-1].id,
                tuple(section.key for section in sections),
                said,
                forms.statements(sections, transcript),
            )
        )
    return found


def _of_statements(drafts: Drafts, room: int) -> Numbered:
    """The statements of all windows as numbered lines, the first of each window before the others."""
    ranked = sorted(
        (rank, place, one.candidate)
        for place, part in enumerate(drafts.parts)
        for rank, one in enumerate(part.statements)
        if one.candidate.cites
    )
    shown: list[tuple[int, int, Line]] = []
    for rank, place, candidate in ranked[:_HEADLINE_LINES]:
        line = Line(candidate.cites[0], "", place, place, candidate.text)
        room -= _cost(line)
        if room < 0:
            break
        shown.append((place, rank, line))
    return numbered([line for _, _, line in sorted(shown, key=lambda row: row[:2])])


def _cost(line: Line) -> int:
    """Tokens of a line with its number and name."""
    return estimate(line.text) + estimate(line.speaker) + 7


def _room(sections: Sequence[TemplateSection], language: str, tokens: int) -> int:
    """How many of the tokens of a request are left for lines."""
    said = SYSTEM + instruction_for(sections, language)
    schema = json.dumps(forms.statements(sections, numbered([])).schema)
    return max(SMALLEST_WINDOW, tokens - estimate(said) - estimate(schema) - _SPARE)


def _digest(said: Messages) -> str:
    text = json.dumps([PROMPT_VERSION, said], ensure_ascii=False)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:32]
