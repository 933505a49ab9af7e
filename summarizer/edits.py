"""What people change in a report, and how their changes outlast the next one.

In: a report and a change, or an old report and the one that follows it. Out: the changed report. What was
edited is marked so and keeps its id; what it said before is kept among `dropped`, and so is what was removed.
Nothing here asks whether a person's words are true.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import TypedDict

from summarizer.likeness import says_same
from summarizer.schema import Dropped, Item, Report, Section

EDITED, REMOVED = "it was edited by hand", "it was removed by hand"
"""Why an item stands among the dropped ones of a report that somebody changed."""


class Changes(TypedDict, total=False):
    """What to change; what is left out stays. `removed: False` brings back what was removed by hand."""

    text: str
    owner: str | None
    due_date: date | None
    removed: bool


class NoSuchItem(LookupError):
    """The report has no item of this id that could be changed."""


def edit(report: Report, item_id: str, changes: Changes) -> Report:
    """The report with one item changed. Raises `NoSuchItem`."""
    gone = next((row for row in report.dropped if row.why == REMOVED and row.item.id == item_id), None)
    if gone is not None and changes.get("removed") is False:
        report = _brought_back(report, gone)
    section, item = _find(report, item_id)
    if changes.get("removed"):
        return replace(
            report,
            sections=_with(report, replace(section, items=_without(section, item))),
            dropped=(*report.dropped, Dropped(section.key, item, REMOVED)),
        )
    new = _changed(item, changes)
    if new == item:
        return report
    before = () if item.support == "edited" else (Dropped(section.key, item, EDITED),)
    items = tuple(new if one is item else one for one in section.items)
    return replace(
        report,
        sections=_with(report, replace(section, items=items)),
        dropped=(*report.dropped, *before),
    )


def keep_edits(old: Report, new: Report) -> Report:
    """The new report with the hand-made changes of the old one.

    Edited items stand in their section, at their place; a new item that says the same, or says what stood
    there before the edit, is left out, and so is one that says what was removed.
    """
    kept = {
        section.key: [item for item in section.items if item.support == "edited"] for section in old.sections
    }
    by_hand = tuple(row for row in old.dropped if row.why in {EDITED, REMOVED})
    if not by_hand and not any(kept.values()):
        return new
    replaced = [item for items in kept.values() for item in items] + [row.item for row in by_hand]
    fresh = _ids_apart(new, {item.id for item in replaced})
    sections = [
        replace(section, items=tuple(item for item in section.items if not _any_says(replaced, item)))
        for section in fresh.sections
    ]
    merged = tuple(_merged(section, kept.pop(section.key, []), old) for section in sections)
    others = tuple(
        replace(section, items=tuple(kept[section.key])) for section in old.sections if section.key in kept
    )
    # A section without items stays where something removed from it may be brought back.
    touched = {row.section for row in by_hand}
    shown = tuple(one for one in merged + others if one.items or one.key in touched)
    return replace(fresh, sections=shown, dropped=(*fresh.dropped, *by_hand))


def _changed(item: Item, changes: Changes) -> Item:
    """A person vouches for what they changed, so no doubt of the check's stays."""
    new = item
    if "text" in changes:
        new = replace(new, text=changes["text"])
    if "owner" in changes:
        new = replace(new, owner=changes["owner"], owner_evidence=None)
    if "due_date" in changes:
        new = replace(new, due_date=changes["due_date"], due_text=None)
    return new if new == item else replace(new, support="edited", flags=())


def _brought_back(report: Report, gone: Dropped) -> Report:
    section = next((section for section in report.sections if section.key == gone.section), None)
    if section is None:
        raise NoSuchItem(gone.item.id)
    return replace(
        report,
        sections=_with(report, replace(section, items=(*section.items, gone.item))),
        dropped=tuple(row for row in report.dropped if row is not gone),
    )


def _find(report: Report, item_id: str) -> tuple[Section, Item]:
    found = ((section, item) for section in report.sections for item in section.items if item.id == item_id)
    if (first := next(found, None)) is None:
        raise NoSuchItem(item_id)
    return first


def _with(report: Report, new: Section) -> tuple[Section, ...]:
    return tuple(new if section.key == new.key else section for section in report.sections)


def _without(section: Section, item: Item) -> tuple[Item, ...]:
    return tuple(one for one in section.items if one is not item)


def _any_says(items: Iterable[Item], new: Item) -> bool:
    return any(says_same(item, new) for item in items)


def _merged(section: Section, kept: list[Item], old: Report) -> Section:
    """The kept items where they stood, or at the end of a section that has become shorter."""
    before = next((one.items for one in old.sections if one.key == section.key), ())
    items = list(section.items)
    for item in kept:
        items.insert(before.index(item), item)
    return replace(section, items=tuple(items))


def _ids_apart(report: Report, taken: set[str]) -> Report:
    """The report with other ids for those items whose id is taken."""
    ids = _new_ids(report, taken)

    def named(item: Item) -> Item:
        return replace(item, id=next(ids)) if item.id in taken else item

    return replace(
        report,
        sections=tuple(replace(one, items=tuple(map(named, one.items))) for one in report.sections),
        dropped=tuple(replace(row, item=named(row.item)) for row in report.dropped),
    )


def _new_ids(report: Report, taken: set[str]) -> Iterator[str]:
    used = taken | {item.id for section in report.sections for item in section.items}
    used |= {row.item.id for row in report.dropped}
    number = 0
    while True:
        number += 1
        if (name := f"item-{number}") not in used:
            yield name
