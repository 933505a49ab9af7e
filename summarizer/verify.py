"""The check of what a model wrote: each statement against the lines it cites.

In: candidates as a model gave them, the meeting's lines and date. Out: items with the quotes they rest
on, and what was dropped with its reason. A failing statement is first cited anew; a decision or task that
still fails is dropped, a bullet stays while the lines say a third of it, flagged. Passing does not prove
a statement true: a reader sees the quote beside it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from summarizer.cues import TO_THE_WRITER
from summarizer.dates import due_date
from summarizer.evidence import Evidence
from summarizer.extractive import quote
from summarizer.likeness import duplicates, supersedes
from summarizer.numbers import numbers
from summarizer.owners import owner_of, same_person, taken_on
from summarizer.schema import Dropped, Flag, Item, Kind, Support
from summarizer.words import WORD, stem

FIRM, LOOSE, WEAK = 0.5, 0.4, 0.3
"""Support that a decision or task needs, that another statement needs, and below which nothing is kept."""

_JOINING = frozenset(str.split("by on at the of in before until till to a до к на в с по не позднее"))
"""Words of a due date that may differ from what was said."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One statement as a model gave it. Nothing in it is trusted."""

    text: str
    cites: tuple[str, ...]
    owner: str | None = None
    due_text: str | None = None
    certainty: Literal["firm", "tentative"] = "firm"


@dataclass(frozen=True, slots=True)
class Checked:
    """`items` stay under their heading, `discussed` were given as decisions that nobody agreed to."""

    items: tuple[Item, ...]
    discussed: tuple[Item, ...]
    dropped: tuple[Dropped, ...]


def check(
    key: str,
    kind: Kind,
    candidates: Iterable[Candidate],
    evidence: Evidence,
    meeting_day: date,
    *,
    supersede: bool = False,
) -> Checked:
    """The candidates of one section, checked, with ids by their order.

    Of two that say the same the first stays. `supersede` is for candidates whose latest come first: an
    earlier decision then falls with other numbers too.
    """
    items: list[Item] = []
    discussed: list[Item] = []
    dropped: list[Dropped] = []
    for number, candidate in enumerate(candidates, 1):
        item, why = _checked(f"{key}-{number}", kind, candidate, evidence, meeting_day)
        if not why and any(
            supersedes(other, item, kind) if supersede else duplicates(other, item) for other in items
        ):
            item, why = (
                replace(item, flags=(*item.flags, "duplicate")),
                "it says again what another item says",
            )
        if why:
            dropped.append(Dropped(key, item, why))
        elif "no_commitment" in item.flags:
            discussed.append(item)
        else:
            items.append(item)
    return Checked(tuple(items), tuple(discussed), tuple(dropped))


def _checked(
    item_id: str, kind: Kind, candidate: Candidate, evidence: Evidence, meeting_day: date
) -> tuple[Item, str]:
    """The item, and why it must be dropped ("" where it may stay)."""
    needed = FIRM if kind in {"actions", "decisions"} else LOOSE
    bare = Item(item_id, candidate.text, candidate.cites, certainty=candidate.certainty)
    places = evidence.places(candidate.cites)
    fault = (
        "it cites no lines of this meeting" if places is None else _fault(candidate, needed, evidence, places)
    )
    support: Support = "lexical"
    if fault:
        better = next(
            (new for new in evidence.recited(candidate.text) if not _fault(candidate, needed, evidence, new)),
            None,
        )
        if better is not None:
            places, support = better, "recited"
        elif (
            places is None
            or kind in {"actions", "decisions"}
            or evidence.support(candidate.text, places) < WEAK
        ):
            return bare, fault
        else:
            support = "weak"
    assert places is not None  # noqa: S101 -- for the type checker: no place and no better one has returned
    return _item(
        bare,
        kind,
        candidate,
        evidence,
        places=places,
        support=support,
        meeting_day=meeting_day,
    ), ""


def _fault(candidate: Candidate, needed: float, evidence: Evidence, places: list[int]) -> str:
    """What these lines do not say of the statement, in one sentence, or ""."""
    if any(TO_THE_WRITER.search(evidence.lines[place].text) for place in places):
        return "a cited line is addressed to the writer of the report"
    if evidence.support(candidate.text, places) < needed:
        return "the cited lines do not say it"
    if missing := evidence.missing_numbers(candidate.text, places):
        return f"the cited lines do not say the number {min(missing)}"
    if missing := evidence.missing_names(candidate.text, places):
        return f"the cited lines do not name {min(missing)}"
    if evidence.missing_days(candidate.text, places):
        return "the cited lines do not name that day"
    return ""


def _item(
    bare: Item,
    kind: Kind,
    candidate: Candidate,
    evidence: Evidence,
    *,
    places: list[int],
    support: Support,
    meeting_day: date,
) -> Item:
    flags: list[Flag] = []
    if evidence.missing_numbers(candidate.text, places):
        flags.append("number")
    if evidence.missing_names(candidate.text, places):
        flags.append("name")
    if evidence.missing_days(candidate.text, places):
        flags.append("due")
    shown = owner_of(candidate.text, evidence, places)
    if shown is None and support == "lexical":
        shown = taken_on(candidate.owner, evidence, places)
    said = candidate.owner or _subject(candidate.text, evidence)
    if said and (shown is None or not same_person(said, shown[0])) and (candidate.owner or shown):
        flags.append("owner")
    due_text = (candidate.due_text or "").strip() or None
    if due_text and not _says(due_text, evidence, places):
        flags.append("due")
        due_text = None
    if kind == "decisions" and not evidence.agreed(places):
        flags.append("no_commitment")
    if evidence.denies(candidate.text, places):
        flags.append("negation")
    owned = shown if kind == "actions" else None
    return replace(
        bare,
        cites=tuple(evidence.lines[place].id for place in places),
        quotes=tuple(quote(evidence.lines[place]) for place in places),
        support=support,
        flags=tuple(dict.fromkeys(flags)),
        owner=owned[0] if owned else None,
        owner_evidence=evidence.lines[owned[1]].id if owned else None,
        due_text=due_text,
        due_date=due_date(due_text, meeting_day) if due_text else None,
    )


def _subject(text: str, evidence: Evidence) -> str | None:
    """The speaker with whose name the statement begins."""
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    return next((name for name in sorted(evidence.speakers) if first and same_person(first, name)), None)


def _says(words: str, evidence: Evidence, places: list[int]) -> bool:
    near = " ".join(evidence.lines[place].text for place in places)
    said = near.lower().replace("ё", "е")
    if words.lower().replace("ё", "е") in said:
        return True
    wanted = _all_stems(words) - _JOINING | set(numbers(words))
    return bool(wanted) and wanted <= _all_stems(near) | set(numbers(near))


def _all_stems(text: str) -> set[str]:
    return {stem(word) for word in WORD.findall(text)}
