"""How good a model's report is, against lines that people marked.

In: a meeting, the drafts and the report made of them, and the gold: for decisions, actions and questions the
lines that show each. Out: counts that can be added up over meetings. A statement is right where it cites a
line of the gold, and one of the gold is found where a statement cites one of its lines: that two texts mean
the same is not judged.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from summarizer.drafts import Drafts, Meeting
from summarizer.evidence import Evidence
from summarizer.schema import Item, Kind, Report

KINDS: tuple[Kind, ...] = ("decisions", "actions", "qa")
Gold = Mapping[Kind, tuple[frozenset[str], ...]]
_NAMES: Mapping[str, Kind] = {
    "decision": "decisions",
    "decisions": "decisions",
    "task": "actions",
    "tasks": "actions",
    "actions": "actions",
    "question": "qa",
    "questions": "qa",
    "qa": "qa",
}


class InvalidGold(ValueError):
    """The text is no gold."""


@dataclass(frozen=True, slots=True)
class Hits:
    """`right` of `given` statements cite the gold; `found` of `wanted` of the gold are cited."""

    right: int = 0
    given: int = 0
    found: int = 0
    wanted: int = 0

    def __add__(self, other: "Hits") -> "Hits":
        return Hits(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def precision(self) -> float | None:
        """None where nothing was given."""
        return self.right / self.given if self.given else None

    @property
    def recall(self) -> float | None:
        """None where nothing was wanted."""
        return self.found / self.wanted if self.wanted else None


@dataclass(frozen=True, slots=True)
class Scores:
    """Counts of one report, or of several. `kept` are items of the report, `dropped` those the check refused.

    `numbers` and `names` count answered statements with one that nobody said in the whole meeting.
    """

    decisions: Hits = Hits()
    actions: Hits = Hits()
    qa: Hits = Hits()
    kept: int = 0
    dropped: int = 0
    flagged: int = 0
    recited: int = 0
    weak: int = 0
    numbers: int = 0
    names: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Scores") -> "Scores":
        return Scores(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def answered(self) -> int:
        """Statements of the model."""
        return self.kept + self.dropped


def read_gold(text: str) -> dict[str, Gold]:
    """By name of a meeting and kind: each thing by one line id or several. Raises InvalidGold."""
    try:
        document = json.loads(text)
        return {
            str(name): {_NAMES[kind]: tuple(map(_lines, entries)) for kind, entries in kinds.items()}
            for name, kinds in document.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidGold(
            'the gold must be JSON such as {"meeting": {"decision": [3, [7, 8]], "task": [], "question": []}}'
        ) from error


def scores(meeting: Meeting, drafts: Drafts, report: Report, gold: Gold) -> Scores:
    """The counts of one report. Kinds that the gold does not name are not judged."""
    items = [item for section in report.sections for item in section.items]
    hits = {kind: _hits(report, kind, gold[kind]) for kind in KINDS if kind in gold}
    evidence = Evidence(meeting.lines)
    everywhere = range(len(evidence.lines))
    said = [one.candidate.text for part in drafts.parts for one in part.statements]
    return Scores(
        **{str(kind): found for kind, found in hits.items()},
        kept=len(items),
        dropped=len(report.dropped),
        flagged=sum(bool(item.flags) for item in items),
        recited=sum(item.support == "recited" for item in items),
        weak=sum(item.support == "weak" for item in items),
        numbers=sum(bool(evidence.missing_numbers(text, everywhere)) for text in said),
        names=sum(bool(evidence.missing_names(text, everywhere)) for text in said),
        input_tokens=drafts.usage.input_tokens,
        output_tokens=drafts.usage.output_tokens,
        cached_tokens=drafts.usage.cached_tokens,
        seconds=drafts.usage.seconds,
    )


def _hits(report: Report, kind: Kind, wanted: Iterable[frozenset[str]]) -> Hits:
    items: list[Item] = [
        item for section in report.sections if section.kind == kind for item in section.items
    ]
    wanted = tuple(wanted)
    lines = frozenset[str]().union(*wanted)
    cited = {cite for item in items for cite in item.cites}
    right = sum(bool(lines & set(item.cites)) for item in items)
    return Hits(right, len(items), sum(bool(one & cited) for one in wanted), len(wanted))


def _lines(entry: object) -> frozenset[str]:
    """One line id, or several of which any will do."""
    if isinstance(entry, list):
        return frozenset(str(one) for one in entry if isinstance(one, int | str))
    if not isinstance(entry, int | str):
        raise TypeError
    return frozenset({str(entry)})
