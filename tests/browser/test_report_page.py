"""The report on a meeting's page: what it says of itself, and what its reader changes."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from summarizer.schema import Report
from tests.browser.pictures import pictured
from tests.browser.report_desk import ReportDesk, quoted, show_again, written
from tests.browser.scripted_server import MEETING, ScriptedServer

pytestmark = pytest.mark.browser

DESKTOP = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=360, height=740)
SMALLEST_TARGET = 44


@pytest.fixture
def desk(server: ScriptedServer) -> ReportDesk:
    """The reports of the meeting."""
    return server.reports


@pytest.fixture
def report(page: Page) -> Locator:
    """The report's section."""
    return page.get_by_role("region", name="Report")


def visit(page: Page, server: ScriptedServer) -> None:
    """Open the meeting's page."""
    page.goto(f"{server.url}meetings/{MEETING}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hosting")


def told(report: Locator, text: str) -> None:
    """What the report says of itself."""
    expect(report.locator(".standing .told")).to_have_text(text)


def test_it_says_who_wrote_it_and_each_statement_stands_beside_its_words(
    page: Page, server: ScriptedServer, desk: ReportDesk, report: Locator
) -> None:
    desk.store(written())
    visit(page, server)
    told(report, "Written by qwen3-8b. Beside each statement stand the words it rests on.")
    task = report.locator("[data-item=a-1]")
    expect(task.locator(".marks li")).to_have_text(["Owner: Boris", "Due: May 1, 2026 (“by Friday”)"])
    expect(task.locator("blockquote")).to_have_text(
        "quoted0:27BorisI will send the contract to the lawyers by Friday."
    )
    expect(report.locator("[data-item=a-2] .marks li")).to_have_text(["No owner", "Check the owner"])
    expect(report.locator("[data-item=s-1] .marks li")).to_have_text(["Weakly supported"])
    left_out = report.locator("details")
    expect(left_out.get_by_text("50,000 dollars was approved")).to_be_hidden()
    left_out.get_by_text("Left out, and why (1)").click()
    expect(left_out).to_contain_text("The quoted words do not say the number 50,000.")
    page.get_by_role("button", name="Русский").click()
    expect(page.get_by_role("region", name="Отчёт").locator("details")).to_contain_text(
        "В цитате нет числа 50,000."
    )


PARTIAL = replace(written(), status="partial", covered=((2.0, 17.0), (27.0, 33.0)))
BUSY = "The language model is busy."


@pytest.mark.parametrize(
    ("report_is", "reason", "says"),
    [
        (quoted(), None, "Quoted from the transcript; no language model was used."),
        (
            quoted(),
            BUSY,
            f"The language model wrote no report. Below: quotes from the transcript. {BUSY}",
        ),
        (
            PARTIAL,
            BUSY,
            "Incomplete. Written by qwen3-8b from 0:02–0:17, 0:27–0:33; "
            f"the rest of the meeting is not covered. {BUSY}",
        ),
    ],
    ids=["quoted", "fallen back", "partial"],
)
def test_it_says_what_it_is_made_of_and_why(
    page: Page, server: ScriptedServer, report: Locator, report_is: Report, reason: str | None, says: str
) -> None:
    server.reports.store(report_is)
    server.reports.reason = reason
    visit(page, server)
    told(report, says)
    expect(report.get_by_role("button", name="Try again")).to_be_hidden()


def test_a_report_that_failed_is_tried_again(
    page: Page, server: ScriptedServer, desk: ReportDesk, report: Locator
) -> None:
    desk.store(quoted())
    desk.reason, desk.retryable = BUSY, True
    visit(page, server)
    report.get_by_role("button", name="Try again").click()
    told(report, "The language model is writing the report. Until it is ready: quotes from the transcript.")
    assert desk.wishes == [{}]
    desk.finish(written())
    show_again(page)
    told(report, "Written by qwen3-8b. Beside each statement stand the words it rests on.")


def test_without_a_language_model_the_wish_for_one_is_answered(
    page: Page, server: ScriptedServer, desk: ReportDesk, report: Locator
) -> None:
    desk.store(quoted())
    desk.refusing = True
    visit(page, server)
    report.get_by_role("button", name="Write with a language model").click()
    expect(report.get_by_role("alert")).to_have_text("No language model is configured on this server.")
    told(report, "Quoted from the transcript; no language model was used.")


def test_it_is_written_anew_with_another_template_and_older_versions_stay(
    page: Page, server: ScriptedServer, desk: ReportDesk, report: Locator
) -> None:
    desk.store(quoted())
    desk.store(written(model="first-model"))
    visit(page, server)
    report.get_by_label("Template").select_option("Stand-up")
    report.get_by_role("button", name="Write anew").click()
    told(report, "The language model is writing a new version. Below is the one before.")
    assert desk.wishes == [{"template": "standup"}]
    expect(report.get_by_role("heading", name="Report")).to_be_focused()
    desk.finish(written(model="second-model"))
    show_again(page)
    expect(report).to_contain_text("Written by second-model.")
    menu = report.get_by_label("Version")
    expect(menu.locator("option")).to_have_count(3)
    menu.select_option("2")
    expect(report).to_contain_text("Version 2, not the newest. Written by first-model.")
    expect(report.get_by_role("button", name="Edit:")).to_have_count(0)
    with page.expect_download() as download:
        report.get_by_role("button", name="Save as Markdown").click()
    assert download.value.path().read_text() == "version 2"
    report.get_by_role("button", name="Show the newest").click()
    expect(report).to_contain_text("Written by second-model.")


def test_a_statement_is_edited_in_its_place_by_keys_alone(
    page: Page, server: ScriptedServer, desk: ReportDesk, report: Locator
) -> None:
    desk.store(written())
    visit(page, server)
    edit = report.get_by_role("button", name="Edit: Send the contract to the lawyers.")
    edit.focus()
    page.keyboard.press("Enter")
    expect(report.get_by_label("Text")).to_be_focused()
    page.keyboard.press("Escape")
    expect(edit).to_be_focused()
    page.keyboard.press("Enter")
    report.get_by_label("Text").fill("Send the <b>new</b> contract.")
    report.get_by_label("Owner").fill("")
    report.get_by_label("Due date").fill("2026-05-04")
    page.keyboard.press("Control+Enter")
    row = report.locator("[data-item=a-1]")
    expect(row.locator(".statement")).to_have_text("Send the <b>new</b> contract.")
    expect(row.locator(".marks li")).to_have_text(["No owner", "Due: May 4, 2026", "Edited by hand"])
    expect(row.get_by_role("button", name="Edit:")).to_be_focused()
    assert desk.changes == [
        ("a-1", {"text": "Send the <b>new</b> contract.", "owner": None, "due_date": "2026-05-04"})
    ]
    expect(report.get_by_label("Keep what was edited by hand")).to_be_checked()
    report.get_by_label("Keep what was edited by hand").uncheck()
    report.get_by_role("button", name="Write anew").click()
    told(report, "The language model is writing a new version. Below is the one before.")
    assert desk.wishes == [{"template": "general", "discard_edits": True}]


def test_a_refused_edit_is_told_where_it_was_made_and_keeps_the_words(
    page: Page, server: ScriptedServer, desk: ReportDesk, report: Locator
) -> None:
    desk.store(written())
    visit(page, server)
    desk.refusing = True
    report.get_by_role("button", name="Edit: Two new servers").click()
    expect(report.locator("form ~ .quotes")).to_contain_text("two new servers, and the launch")
    report.get_by_label("Text").fill("Three new servers are bought.")
    report.get_by_role("button", name="Save", exact=True).click()
    expect(report.get_by_role("alert")).to_have_text("The item cannot be changed just now.")
    expect(report.get_by_label("Text")).to_have_value("Three new servers are bought.")
    desk.refusing = False
    report.get_by_role("button", name="Save", exact=True).click()
    expect(report.locator("[data-item=d-1] .statement")).to_have_text("Three new servers are bought.")
    expect(report.get_by_role("alert")).to_have_count(0)


def test_a_statement_is_removed_and_brought_back(
    page: Page, server: ScriptedServer, desk: ReportDesk, report: Locator
) -> None:
    desk.store(written())
    visit(page, server)
    report.get_by_role("button", name="Edit: Send the contract").click()
    report.get_by_role("button", name="Remove").click()
    row = report.locator(".points [data-item=a-1]")
    expect(row).to_contain_text("Removed: Send the contract to the lawyers.")
    expect(row.get_by_role("button")).to_be_focused()
    expect(report.get_by_text("Left out, and why (2)")).to_be_visible()
    page.keyboard.press("Enter")
    expect(row.locator(".statement")).to_have_text("Send the contract to the lawyers.")
    expect(row.get_by_role("button", name="Edit:")).to_be_focused()
    assert desk.changes == [("a-1", {"removed": True}), ("a-1", {"removed": False})]


def test_the_address_in_a_report_that_was_sent_leads_to_the_words(page: Page, server: ScriptedServer) -> None:
    page.goto(f"{server.url}meetings/{MEETING}#segment-4")
    line = page.locator("#said li").nth(3)
    expect(line).to_be_focused()
    expect(line).to_have_attribute("data-at", "")
    page.evaluate("location.hash = '#segment-%'")
    expect(line).to_be_focused()


def test_hostile_words_are_shown_as_words(
    page: Page, server: ScriptedServer, desk: ReportDesk, report: Locator
) -> None:
    evil = "<img src=x onerror=alert(1)>**$&** [x](javascript:alert(1))"
    whole = written(model=evil)
    section = whole.sections[1]
    item = section.items[0]
    quote = replace(item.quotes[0], text=evil, speaker=evil)
    item = replace(item, text=evil, owner=evil, due_text=evil, quotes=(quote,))
    dropped = replace(whole.dropped[0], item=replace(item, id="x"), why=f"the cited lines do not name {evil}")
    desk.store(
        replace(
            whole,
            title=evil,
            gist=evil,
            sections=(replace(section, heading=evil, items=(item,)),),
            dropped=(dropped,),
        )
    )
    desk.reason = evil
    visit(page, server)
    report.locator("summary").click()
    expect(report.locator("h3").first).to_have_text(evil)
    expect(report.locator(".why")).to_have_text(f"The quoted words do not name {evil}.")
    expect(report.locator(".gist")).to_have_text(evil)
    assert report.locator("img, a").count() == 0


@pytest.fixture(params=[("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE), ("dark", PHONE)], ids=str)
def themed(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A tab in one theme and size."""
    theme, size = request.param
    context = browser.new_context(locale="en-GB", color_scheme=theme, viewport=size)
    yield context.new_page()
    context.close()


def test_axe_finds_nothing_and_every_target_is_large_enough(
    themed: Page, server: ScriptedServer, desk: ReportDesk
) -> None:
    desk.store(quoted())
    desk.store(written())
    desk.reason, desk.retryable = BUSY, True
    visit(themed, server)
    report = themed.get_by_role("region", name="Report")
    expect(report.get_by_label("Version")).to_be_visible()
    report.locator("summary").click()
    if themed.viewport_size == DESKTOP:
        pictured(themed, "report/report")
    report.get_by_role("button", name="Edit: Send the contract").click()
    results = Axe().run(themed)
    assert results.violations_count == 0, results.generate_report()
    assert themed.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = report.evaluate(
        """(report, least) => [...report.querySelectorAll('button, select, input, textarea, summary, .keep')]
            .map((node) => [node.className || node.id, node.getBoundingClientRect(), node.type])
            .filter(([, box, type]) => type !== 'checkbox' && box.width
                && (box.height < least || box.width < least))
            .map(([name]) => name)""",
        SMALLEST_TARGET,
    )
    assert small == []
