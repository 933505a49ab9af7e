"""Settings and the operator's page: who sees what, keys and webhooks from beginning to end, by eye, key and
screen reader, under the server's own policy."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.browser.console_site import OWN_KEY, SPOKEN, ConsoleSite, console_site
from tests.support.aside import Aside

pytestmark = pytest.mark.browser

ARTIFACTS = Path(__file__).parents[2] / "artifacts" / "console"
"""Pictures of the pages, for people to look at."""
SIZES = [ViewportSize(width=width, height=height) for width, height in ((360, 740), (900, 700), (1440, 900))]
WATCH = """
window.violations = [];
addEventListener("securitypolicyviolation", ({violatedDirective, blockedURI}) =>
    window.violations.push([violatedDirective, blockedURI]));
"""


@pytest.fixture(scope="module")
def running() -> Iterator[Aside[ConsoleSite]]:
    """One server for the tests of this module."""
    with console_site() as served:
        yield served


@pytest.fixture
def site(running: Aside[ConsoleSite]) -> ConsoleSite:
    return running.value


@pytest.fixture
def quiet(page: Page) -> Iterator[Page]:
    """A tab in which the browser has nothing at all to complain of."""
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    page.add_init_script(WATCH)
    yield page
    assert told == []
    assert page.evaluate("window.violations") == []


def sign_in(page: Page, url: str, key: str) -> None:
    page.goto(url)
    expect(page.get_by_label("API key", exact=True)).to_be_focused()
    page.keyboard.type(key)
    page.keyboard.press("Enter")


def section(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def calls(site: ConsoleSite, key: str) -> int:
    """The status of a call with a key."""
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.get(f"{site.url}/v1/meetings", headers=headers, trust_env=False).status_code


def test_one_signs_in_once_and_out_again(page: Page, site: ConsoleSite) -> None:
    sign_in(page, f"{site.url}/settings", "sk_wrong")
    expect(page.get_by_role("alert")).to_contain_text("does not know this API key")
    expect(page.get_by_label("API key", exact=True)).to_be_focused()
    page.keyboard.type(site.manager)
    page.keyboard.press("Enter")
    expect(page.locator("#account")).to_contain_text("Workspace “acme”")
    expect(page.locator("#account")).to_contain_text("Office · Контора")
    (cookie,) = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert site.manager not in kept
    assert cookie["value"] not in kept
    page.goto(f"{site.url}/meetings")
    expect(page.get_by_role("heading", level=1)).to_have_text("Meetings")
    page.goto(f"{site.url}/settings")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("API key", exact=True)).to_be_focused()
    assert page.context.cookies() == []
    stolen = httpx.get(f"{site.url}/v1/meetings", cookies={"steno": cookie["value"]}, trust_env=False)
    assert stolen.json()["error"]["code"] == "signed_out"


def test_a_key_is_made_and_revoked_by_the_keyboard_alone(quiet: Page, site: ConsoleSite) -> None:
    page = quiet
    sign_in(page, f"{site.url}/settings", site.manager)
    keys = section(page, "API keys")
    keys.get_by_role("button", name="New key").focus()
    page.keyboard.press("Enter")
    expect(keys.get_by_label("What it is for")).to_be_focused()
    page.keyboard.type("Front desk")
    for _ in range(4):
        page.keyboard.press("Tab")
    expect(keys.get_by_label("Good for so many days")).to_be_focused()
    page.keyboard.type("30")
    page.keyboard.press("Enter")
    secret = keys.get_by_role("status").locator("code").inner_text()
    assert calls(site, secret) == 200
    keys.get_by_role("button", name="Done").focus()
    page.keyboard.press("Enter")
    expect(page.locator("body")).not_to_contain_text(secret)
    row = keys.get_by_role("listitem").filter(has_text="Front desk")
    expect(row).to_contain_text("send audio, read and watch")
    expect(row).to_contain_text("until")
    row.get_by_role("button", name="Revoke: Front desk").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Revoke “Front desk”?")
    expect(dialog.get_by_role("button", name="Keep")).to_be_focused()
    page.keyboard.press("Escape")
    assert calls(site, secret) == 200
    row.get_by_role("button", name="Revoke: Front desk").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(row).to_contain_text("revoked")
    assert calls(site, secret) == 401


def test_a_webhook_is_made_tested_and_its_history_read(quiet: Page, site: ConsoleSite) -> None:
    page = quiet
    sign_in(page, f"{site.url}/settings", site.manager)
    hooks = section(page, "Webhooks")
    hooks.get_by_role("button", name="New webhook").click()
    hooks.get_by_label("Address to post to").fill("https://receiver.invalid/in")
    hooks.get_by_label("each settled caption").check()
    hooks.get_by_role("button", name="Make the webhook").click()
    expect(hooks.get_by_role("status").locator("code")).to_have_text(re.compile("^whsec_"))
    hooks.get_by_role("button", name="Done").click()
    row = hooks.locator(".list > li").filter(has_text="receiver.invalid")
    expect(row).to_contain_text("each settled caption")
    row.get_by_role("button", name="Send a test").click()
    told = row.locator(".under li")
    expect(told).to_have_count(1)
    expect(told).to_contain_text("test")
    expect(told).to_contain_text(re.compile("on its way|being sent"))
    row.get_by_role("button", name="Change secret").click()
    page.get_by_role("dialog").get_by_role("button", name="Change secret").click()
    expect(hooks.get_by_role("status").locator("code")).to_have_text(re.compile("^whsec_"))
    hooks.get_by_role("button", name="Done").click()
    expect(row).to_contain_text("the former secret signs too")
    row.get_by_role("button", name="Switch off").click()
    expect(row).to_contain_text("Switched off")
    expect(row.get_by_role("button", name="Send a test")).to_have_count(0)
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)


def test_what_cannot_be_read_of_a_webhook_is_said_above_the_list(page: Page, site: ConsoleSite) -> None:
    sign_in(page, f"{site.url}/settings", site.manager)
    hooks = section(page, "Webhooks")
    expect(hooks.get_by_role("button", name="History").first).to_be_visible()
    page.route("**/deliveries?*", lambda route: route.abort())
    hooks.get_by_role("button", name="History").first.click()
    expect(hooks.locator(".fault")).to_have_text("The server does not answer. Try again in a moment.")
    page.unroute_all()
    hooks.get_by_role("button", name="History").first.click()
    expect(hooks.locator(".under")).to_contain_text("Nothing was told yet.")
    expect(hooks.locator(".fault")).to_have_count(0)


def test_a_key_that_did_not_arrive_is_asked_for_again(page: Page, site: ConsoleSite) -> None:
    page.goto(f"{site.url}/settings")
    page.route("**/v1/signin", lambda route: route.abort())
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("API key", exact=True).fill(site.manager)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("Check the connection and enter the key again")
    page.unroute_all()
    expect(page.get_by_label("API key", exact=True)).to_be_focused()
    page.keyboard.type(site.manager)
    page.keyboard.press("Enter")
    expect(page.locator("#account")).to_contain_text("Workspace “acme”")


def test_templates_are_looked_at_written_refused_and_withdrawn(page: Page, site: ConsoleSite) -> None:
    sign_in(page, f"{site.url}/settings", site.manager)
    templates = section(page, "Templates of reports")
    built_in = templates.locator(".list > li").filter(has_text="standup")
    expect(built_in.get_by_role("button", name="Edit")).to_have_count(0)
    built_in.get_by_role("button", name="View").click()
    expect(built_in.get_by_label("The template as TOML")).to_contain_text("[[sections]]")
    templates.get_by_role("button", name="New template").click()
    templates.get_by_label("Name", exact=True).fill("board")
    source = templates.get_by_role("textbox", name="The template as TOML")
    text = source.input_value()
    source.fill("title = ")
    templates.get_by_role("button", name="Keep as a new version").click()
    expect(templates.get_by_role("alert")).to_contain_text("The template is not TOML")
    source.fill(text)
    templates.get_by_role("button", name="Keep as a new version").click()
    own = templates.locator(".list > li").filter(has_text="board")
    expect(own).to_contain_text("your own")
    own.get_by_role("button", name="Withdraw").click()
    page.get_by_role("dialog").get_by_role("button", name="Withdraw").click()
    expect(own).to_have_count(0)


def test_fewer_days_are_asked_about_and_use_is_told_by_day(quiet: Page, site: ConsoleSite) -> None:
    page = quiet
    sign_in(page, f"{site.url}/settings", site.manager)
    expect(section(page, "Use by day").locator("tbody tr")).to_have_count(6)
    expect(section(page, "Who is told of every meeting")).to_contain_text("team@example.org")
    kept = section(page, "How long meetings are kept")
    expect(kept).to_contain_text("Until somebody deletes them.")
    kept.get_by_role("button", name="Change").click()
    kept.get_by_label("Days").fill("400")
    kept.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog", name="Keep meetings for 400 days only?")
    dialog.get_by_role("button", name="Keep").click()
    expect(kept.get_by_label("Days")).to_have_value("400")
    kept.get_by_role("button", name="Save").click()
    dialog.get_by_role("button", name="Delete what is older").click()
    expect(kept).to_contain_text("For 400 days.")


def test_whom_to_tell_is_added_tried_changed_and_removed(page: Page, site: ConsoleSite) -> None:
    sign_in(page, f"{site.url}/settings", site.manager)
    told = section(page, "Who is told of every meeting")
    told.get_by_role("button", name="Tell somebody").click()
    told.get_by_label("Mail addresses").fill("ann@example.org, no address")
    told.get_by_role("button", name="Add", exact=True).click()
    expect(told.get_by_role("alert")).to_contain_text("must be a mail address")
    told.get_by_label("Mail addresses").fill("ann@example.org; bo@example.org")
    told.get_by_role("button", name="Add", exact=True).click()
    row = told.locator(".list > li").filter(has_text="ann@example.org")
    expect(row).to_contain_text("ann@example.org, bo@example.org")
    row.get_by_role("button", name="Send a test").click()
    expect(row.get_by_role("status")).to_contain_text("No mail server is configured")
    row.get_by_role("button", name="Change").click()
    expect(told.get_by_label("Mail addresses")).to_have_value("ann@example.org, bo@example.org")
    told.get_by_label("Mail addresses").fill("cy@example.org")
    told.get_by_role("button", name="Save").click()
    expect(row).to_have_count(0)
    expect(told).to_contain_text("cy@example.org")
    told.get_by_role("button", name="Tell somebody").click()
    told.get_by_label("By").select_option("webhook")
    told.get_by_label("Address to post to").fill("https://receiver.invalid/secret-path")
    told.get_by_role("button", name="Add", exact=True).click()
    expect(told.get_by_role("status").locator("code")).to_have_text(re.compile("^whsec_"))
    told.get_by_role("button", name="Done").click()
    hook = told.locator(".list > li").filter(has_text="https://receiver.invalid/…")
    hook.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog", name="Tell https://receiver.invalid/… nothing more?").get_by_role(
        "button", name="Remove"
    ).click()
    expect(hook).to_have_count(0)
    expect(told).to_contain_text("team@example.org")


def test_what_the_rights_do_not_allow_is_not_shown(quiet: Page, site: ConsoleSite) -> None:
    page = quiet
    sign_in(page, f"{site.url}/settings", site.viewer)
    expect(page.get_by_role("heading", level=2)).to_have_text(["Templates of reports"])
    expect(page.get_by_role("button", name="New template")).to_have_count(0)
    page.goto(f"{site.url}/admin")
    expect(page.get_by_role("alert")).to_contain_text("Only who manages the workspace “default”")
    expect(page.locator("#content")).to_be_hidden()


def test_the_operator_sees_who_speaks_and_how_late_but_no_word(
    quiet: Page, site: ConsoleSite, running: Aside[ConsoleSite]
) -> None:
    page = quiet
    sign_in(page, f"{site.url}/settings", OWN_KEY)
    page.get_by_role("link", name="Server").click()
    row = page.locator("#streams-body tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(site.meeting)
    expect(row).to_contain_text("Meeting room 3")
    running.run(site.speaker.until("caption"))
    running.run(site.speaker.send([SPOKEN]))
    expect(page.locator("#tiles li").filter(has_text="Delay of drafts")).to_contain_text("95 % within")
    expect(row.locator("td").nth(3)).to_have_text(re.compile(r"\d+\.\d s"))
    httpx.post(f"{site.url}/v1/signin", json={"key": "x" * 9}, trust_env=False)
    expect(page.locator("#node-list li")).to_contain_text("this one")
    for word in ("alpha", "bravo", "foxtrot"):
        expect(page.locator("body")).not_to_contain_text(word)
    page.get_by_role("button", name="Русский").click()
    expect(row).to_contain_text("Идёт")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_and_pictures_are_taken(browser: Browser, site: ConsoleSite, theme: str) -> None:
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(
        locale="en-GB" if theme == "light" else "ru-RU",
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        bypass_csp=True,
    )
    page = context.new_page()
    page.goto(f"{site.url}/settings")
    look(page, f"signin-{theme}")
    page.locator("#key").fill(site.manager)
    page.keyboard.press("Enter")
    expect(page.locator("#usage tbody tr")).to_have_count(6)
    page.locator("#webhooks li button").first.click()
    page.locator("#keys button.main").click()
    page.locator("#templates li button").first.click()
    expect(page.locator("#templates pre")).to_be_visible()
    look(page, f"settings-{theme}")
    page.locator("#keys li button").first.click()
    look(page, f"question-{theme}")
    context.clear_cookies()
    page.goto(f"{site.url}/admin")
    page.locator("#key").fill(OWN_KEY)
    page.keyboard.press("Enter")
    expect(page.locator("#streams-body tr")).to_have_count(1)
    look(page, f"admin-{theme}")
    context.close()


def look(page: Page, name: str) -> None:
    """A picture of the whole page in each width; nothing is wider than the screen, or to complain of."""
    for size in SIZES:
        page.set_viewport_size(size)
        whole = page.evaluate("document.querySelector('main').scrollHeight") + 80
        page.set_viewport_size({"width": size["width"], "height": max(whole, size["height"])})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, size)
        page.screenshot(path=ARTIFACTS / f"{name}-{size['width']}.png")
    page.set_viewport_size(SIZES[0])
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
