"""Drafts become a report: later statements over earlier ones, and what was not read is told."""

from dataclasses import replace

import pytest

from summarizer.assemble import report_of
from summarizer.drafts import (
    Drafts,
    Headline,
    InvalidDrafts,
    Meeting,
    Part,
    Statement,
    Usage,
    from_json,
    to_json,
)
from summarizer.schema import Line, Report
from summarizer.template import built_in
from summarizer.verify import Candidate
from tests.unit.summarizer.true_items import MEETING_DAY, lines

GENERAL = built_in("general")
MEETING = Meeting("m", "", MEETING_DAY, "en", tuple(lines("en")))
FIRST, LAST = MEETING.lines[0].id, MEETING.lines[-1].id
STRIPE = Candidate("The app launches with Stripe", ("16",))


def part(section: str, *candidates: Candidate, first: str = FIRST, last: str = LAST) -> Part:
    statements = tuple(Statement(section, one) for one in candidates)
    keys = tuple(one.key for one in GENERAL.sections)
    return Part(f"{section}-{first}", first, last, keys, statements)


def texts(report: Report, key: str) -> list[str]:
    return [item.text for section in report.sections if section.key == key for item in section.items]


def test_a_section_holds_no_more_than_the_template_says_and_the_rest_is_kept_for_audit() -> None:
    template = GENERAL.model_copy(
        update={"sections": [one.model_copy(update={"max_items": 1}) for one in GENERAL.sections]}
    )
    two = part("summary", STRIPE, Candidate("Stripe costs 2.9 percent plus 30 cents", ("11",)))
    report = report_of(MEETING, template, Drafts((two,), complete=True))
    assert texts(report, "summary") == [STRIPE.text]
    assert [row.why for row in report.dropped] == ["the section holds at most 1 items"]


def test_of_two_windows_the_later_statement_stands() -> None:
    meeting = replace(
        MEETING,
        lines=(
            Line("1", "Ann", 0, 2, "We agreed that the launch budget is 10 thousand euros."),
            Line("2", "Ben", 100, 102, "Decided then: the launch budget is 12 thousand euros."),
        ),
    )
    drafts = Drafts(
        (
            part("decisions", Candidate("The launch budget is 10,000 euros", ("1",)), first="1", last="1"),
            part("decisions", Candidate("The launch budget is 12,000 euros", ("2",)), first="2", last="2"),
        ),
        window=500,
        complete=True,
    )
    report = report_of(meeting, GENERAL, drafts)
    assert texts(report, "decisions") == ["The launch budget is 12,000 euros"]
    assert report.dropped[0].item.text == "The launch budget is 10,000 euros"
    assert report.covered == ((0, 102),)


def test_a_decision_that_nobody_agreed_to_is_shown_as_discussed() -> None:
    proposal = Candidate("The launch moves to November fourth", ("22",))
    report = report_of(MEETING, GENERAL, Drafts((part("decisions", proposal),), complete=True))
    assert [section.heading for section in report.sections] == ["Discussed"]


@pytest.mark.parametrize(
    ("title", "gist"),
    [
        (Candidate("The budget of 90,000 is approved", ("16",)), Candidate("Everybody is fired", ("16",))),
        (None, None),
    ],
)
def test_a_title_and_a_gist_that_were_not_said_are_left_out(
    title: Candidate | None, gist: Candidate | None
) -> None:
    drafts = Drafts((part("decisions", STRIPE),), Headline(title, gist), complete=True)
    report = report_of(MEETING, GENERAL, drafts)
    assert (report.title, report.gist, report.status) == ("", "", "ok")
    assert len(report.dropped) == (2 if title else 0)
    assert report_of(replace(MEETING, title="Sync"), GENERAL, drafts).title == "Sync"


def test_what_is_unfinished_stopped_or_empty_says_so() -> None:
    one = part("decisions", STRIPE)
    statuses = [
        report_of(MEETING, GENERAL, drafts).status
        for drafts in (
            Drafts((one,), complete=True),
            Drafts((one,)),
            Drafts((one,), stopped="Enough.", complete=True),
            Drafts((one, replace(one, key="x", statements=(), fault="Cut.")), complete=True),
            Drafts((replace(one, statements=(), fault="Cut."),), complete=True),
            Drafts(),
        )
    ]
    assert statuses == ["ok", "partial", "partial", "partial", "failed", "failed"]


def test_drafts_are_read_as_they_were_written_and_nothing_else_is() -> None:
    drafts = Drafts(
        (part("decisions", STRIPE),), Headline(gist=STRIPE), Usage(1, 2, 3, 4.5), 6000, "text", "h", "m"
    )
    assert from_json(to_json(drafts)) == drafts
    for wrong in ("", "[]", '{"parts": 1}', to_json(drafts)[:-1] + ', "x": 1}'):
        with pytest.raises(InvalidDrafts):
            from_json(wrong)
