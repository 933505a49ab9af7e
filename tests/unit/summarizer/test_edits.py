"""What a person changed stays as they left it, also in the report that a model writes next."""

from dataclasses import replace
from datetime import date

import pytest

from summarizer.edits import EDITED, REMOVED, NoSuchItem, edit, keep_edits
from summarizer.extractive import extractive_report
from summarizer.render import markdown
from summarizer.schema import Item, Report, Section, from_json, to_json
from tests.unit.summarizer.true_items import lines


def report(*items: Item, decisions: tuple[Item, ...] = ()) -> Report:
    sections = (
        Section("actions", "Action items", "actions", items),
        Section("decisions", "Decisions", "decisions", decisions),
    )
    bare = extractive_report("m", lines("en"))
    return replace(bare, status="ok", sections=tuple(one for one in sections if one.items), dropped=())


FIX = Item(
    "actions-1", "Priya fixes the image picker", ("5",), owner="Priya", due_text="by Thursday", flags=("due",)
)
STRIPE = Item("actions-2", "Marcus finishes the Stripe integration", ("17",), owner="Marcus")
LAUNCH = Item("decisions-1", "The app launches with Stripe", ("16",))
OLD = report(FIX, STRIPE, decisions=(LAUNCH,))


def texts(one: Report, key: str = "actions") -> list[str]:
    return [item.text for section in one.sections if section.key == key for item in section.items]


def test_an_edit_changes_what_it_names_and_keeps_what_was_there() -> None:
    changed = edit(OLD, "actions-1", {"owner": "Dmitri", "due_date": date(2025, 10, 17)})
    item = changed.sections[0].items[0]
    assert (item.text, item.owner, item.due_date) == (FIX.text, "Dmitri", date(2025, 10, 17))
    assert (item.support, item.flags, item.due_text, item.cites) == ("edited", (), None, ("5",))
    assert [(row.item, row.why) for row in changed.dropped] == [(FIX, EDITED)]
    again = edit(changed, "actions-1", {"owner": None})
    assert again.sections[0].items[0].owner is None
    assert again.dropped == changed.dropped
    assert from_json(to_json(again)) == again


def test_an_edit_that_changes_nothing_is_none() -> None:
    assert edit(OLD, "actions-1", {"text": FIX.text}) == OLD


def test_a_removed_item_can_be_brought_back() -> None:
    removed = edit(OLD, "decisions-1", {"removed": True})
    assert texts(removed, "decisions") == []
    assert "## Decisions" not in markdown(removed)
    assert removed.dropped[0].why == REMOVED
    assert edit(removed, "decisions-1", {"removed": False}) == OLD
    with pytest.raises(NoSuchItem):
        edit(removed, "decisions-1", {"text": "x"})


@pytest.mark.parametrize("item_id", ["actions-9", ""])
def test_an_unknown_item_cannot_be_changed(item_id: str) -> None:
    with pytest.raises(NoSuchItem):
        edit(OLD, item_id, {"removed": True})


def test_an_edited_item_survives_in_its_place_and_its_first_wording_does_not_return() -> None:
    edited = edit(OLD, "actions-1", {"text": "Dmitri repairs the picture chooser", "owner": "Dmitri"})
    new = report(
        replace(STRIPE, id="actions-1"),
        replace(FIX, id="actions-2", text="Priya will fix the image picker leak"),
        Item("actions-3", "Anna tells marketing", ("29",)),
    )
    kept = keep_edits(edited, new)
    assert texts(kept) == ["Dmitri repairs the picture chooser", STRIPE.text, "Anna tells marketing"]
    assert kept.sections[0].items[0].id == "actions-1"
    ids = [item.id for section in kept.sections for item in section.items]
    assert len(set(ids)) == len(ids)


def test_edits_survive_many_regenerations() -> None:
    edited = edit(OLD, "actions-2", {"text": "Marcus drops Stripe"})
    new = report(FIX, STRIPE, decisions=(LAUNCH,))
    kept = keep_edits(keep_edits(edited, new), new)
    assert texts(kept) == [FIX.text, "Marcus drops Stripe"]
    assert [row.why for row in kept.dropped] == [EDITED]


def test_removed_items_stay_removed() -> None:
    kept = keep_edits(edit(OLD, "actions-2", {"removed": True}), OLD)
    assert texts(kept) == [FIX.text]
    assert keep_edits(kept, OLD) == kept
    assert texts(edit(kept, "actions-2", {"removed": False})) == [FIX.text, STRIPE.text]


def test_what_was_removed_can_be_brought_back_into_a_section_that_the_new_report_lacks() -> None:
    kept = keep_edits(edit(OLD, "decisions-1", {"removed": True}), report(FIX, decisions=(LAUNCH,)))
    assert "## Decisions" not in markdown(kept)
    for one in (kept, keep_edits(kept, report(FIX))):
        assert texts(edit(one, "decisions-1", {"removed": False}), "decisions") == [LAUNCH.text]


def test_a_section_that_the_new_report_lacks_stands_after_the_others() -> None:
    edited = edit(OLD, "decisions-1", {"text": "Stripe it is"})
    kept = keep_edits(edited, report(FIX))
    assert [section.key for section in kept.sections] == ["actions", "decisions"]
    assert texts(kept, "decisions") == ["Stripe it is"]


def test_a_report_without_edits_changes_nothing() -> None:
    new = report(STRIPE)
    assert keep_edits(OLD, new) is new
