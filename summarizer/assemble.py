"""From a model's drafts to the report: every statement is held against the lines.

In: the meeting, the template and the drafts, complete or not. Out: a `Report` of status `ok`, or `partial`
with the stretches that were read, or `failed` where no answer can be used. No model is asked.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from summarizer.drafts import Drafts, Headline, Meeting, Part
from summarizer.evidence import Evidence
from summarizer.extractive import stats
from summarizer.headings import heading
from summarizer.prompt import PROMPT_VERSION
from summarizer.reasons import in_language
from summarizer.schema import Dropped, Item, Model, Report, Section, Status
from summarizer.template import Template, TemplateSection
from summarizer.verify import Candidate, Checked, check

MOST_ITEMS = 50
"""Items of one section, however long the meeting."""

DISCUSSED = "discussed"


def report_of(meeting: Meeting, template: Template, drafts: Drafts) -> Report:
    """The report that these drafts give."""
    evidence = Evidence(line for line in meeting.lines if line.text.strip())
    read = sorted(
        (part for part in drafts.parts if part.fault is None),
        key=lambda part: evidence.index.get(part.first, 0),
    )
    sections: list[Section] = []
    dropped: list[Dropped] = []
    discussed: list[Item] = []
    for asked in template.sections:
        checked = _checked(asked, read, evidence, meeting, windowed=bool(drafts.window))
        sections.append(Section(asked.key, asked.heading.of(meeting.language), asked.kind, checked.items))
        discussed += checked.discussed
        dropped += checked.dropped
    sections.append(Section(DISCUSSED, heading(DISCUSSED, meeting.language), "bullets", tuple(discussed)))
    title, gist, unsaid = _headline(meeting, drafts, evidence)
    status, reason = _status(drafts)
    return Report(
        meeting_id=meeting.id,
        template=template.name,
        template_version=template.version,
        language=meeting.language,
        status=status,
        covered=_covered(read, evidence),
        stats=stats(evidence.lines),
        title=meeting.title or title,
        gist=gist,
        sections=tuple(section for section in sections if section.items),
        dropped=(*dropped, *unsaid),
        model=_model(drafts),
        reason=in_language(reason, meeting.language),
    )


def _checked(
    asked: TemplateSection, parts: Sequence[Part], evidence: Evidence, meeting: Meeting, *, windowed: bool
) -> Checked:
    """One section of all parts, with no more items than it may hold.

    Of windows, what was said later stands where two say the same, and the first statements of each come
    before the others of any.
    """
    given = [
        (rank, place, one) for place, part in enumerate(parts) for rank, one in enumerate(_given(part, asked))
    ]
    if windowed:
        given.sort(key=lambda row: (-row[1], row[0]))
    candidates = [one for _, _, one in given]
    checked = check(asked.key, asked.kind, candidates, evidence, meeting.day, supersede=windowed)
    places = {f"{asked.key}-{number}": row[:2] for number, row in enumerate(given, 1)}
    ranked = sorted(checked.items, key=lambda item: places[item.id])
    most = min(MOST_ITEMS, asked.max_items + (len(parts) - 1) * math.ceil(asked.max_items / 4))
    most = most if windowed else asked.max_items
    items = sorted(ranked[:most], key=_said_at) if windowed else ranked[:most]
    over = (Dropped(asked.key, item, f"the section holds at most {most} items") for item in ranked[most:])
    return replace(checked, items=tuple(items), dropped=(*checked.dropped, *over))


def _given(part: Part, asked: TemplateSection) -> Iterator[Candidate]:
    """What one answer gives for a section, no further than twice as many as were asked for."""
    found = (one.candidate for one in part.statements if one.section == asked.key)
    return islice(found, 2 * asked.max_items)


def _said_at(item: Item) -> float:
    return min(quote.start_s for quote in item.quotes)


def _headline(meeting: Meeting, drafts: Drafts, evidence: Evidence) -> tuple[str, str, tuple[Dropped, ...]]:
    """Title and gist as far as the lines say them, and what they do not say."""
    given = drafts.headline or Headline()
    said: list[str] = []
    dropped: list[Dropped] = []
    for key, one in (("title", given.title), ("gist", given.gist)):
        checked = check(key, "bullets", [one] if one else [], evidence, meeting.day)
        sure = [item for item in checked.items if not item.flags and item.support != "weak"]
        said.append(sure[0].text if sure else "")
        dropped += checked.dropped
        dropped += [Dropped(key, item, "it is not sure") for item in checked.items if item not in sure]
    return said[0], said[1], tuple(dropped)


def _status(drafts: Drafts) -> tuple[Status, str | None]:
    """Whether the report is whole, and why not."""
    faults = [part.fault for part in drafts.parts if part.fault]
    unfinished = None if drafts.complete else "The language model has not answered all that it was asked."
    reason = drafts.stopped or next(iter(faults), unfinished)
    if drafts.parts and len(faults) == len(drafts.parts):
        return "failed", reason
    if drafts.complete and reason is None:
        return "ok", None
    return ("partial" if drafts.parts else "failed"), reason


def _covered(parts: Iterable[Part], evidence: Evidence) -> tuple[tuple[float, float], ...]:
    """The stretches of the lines that were read, joined where no line lies between them."""
    spans = sorted(
        {(evidence.index[part.first], evidence.index[part.last]) for part in parts if _known(part, evidence)}
    )
    joined: list[tuple[int, int]] = []
    for first, last in spans:
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(last, joined[-1][1])
        else:
            joined.append((first, last))
    return tuple(
        (evidence.lines[first].start, max(line.end for line in evidence.lines[first : last + 1]))
        for first, last in joined
    )


def _known(part: Part, evidence: Evidence) -> bool:
    return part.first in evidence.index and part.last in evidence.index


def _model(drafts: Drafts) -> Model | None:
    if not drafts.parts:
        return None
    usage = drafts.usage
    return Model(
        base_url_host=drafts.host,
        model=drafts.model,
        structured=drafts.rung or "text",
        prompt_version=PROMPT_VERSION,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cached_tokens=usage.cached_tokens,
        seconds=round(usage.seconds, 1),
    )
