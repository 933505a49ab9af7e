"""The pages around the widget: about it, with nothing but it, and every page under its own policy."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.caption_site import CaptionSite, caption_site
from tests.browser.meeting_site import KEY

pytestmark = pytest.mark.browser

ARTIFACTS = Path(__file__).parents[2] / "artifacts" / "widget"
"""Pictures of every page, for people to look at."""
SIZES = [
    ViewportSize(width=360, height=740),
    ViewportSize(width=900, height=700),
    ViewportSize(width=1440, height=900),
]
SAID = [
    "Good morning everyone, thanks for joining. Let us start with the quarterly budget review.",
    "Good morning. I have the numbers ready, shall I share my screen?",
    "Yes please, go ahead.",
    "So in the third quarter we spent $42,000 on cloud hosting, which is 11% above the plan.",
    "Доброе утро. Сначала посмотрим, что изменилось с прошлой недели.",
    "Sorry, does that include the migration project we finished in August?",
]
WATCH = """
window.violations = [];
addEventListener("securitypolicyviolation", ({violatedDirective, blockedURI}) =>
    window.violations.push([violatedDirective, blockedURI]));
"""


@pytest.fixture(scope="module")
def site() -> Iterator[CaptionSite]:
    """One server for the tests of this module."""
    with caption_site() as running:
        yield running


@pytest.fixture(scope="module")
def spoken(site: CaptionSite) -> str:
    """A meeting with history in which somebody speaks."""
    meeting = site.meeting()
    site.history(meeting, SAID)
    site.say(
        meeting,
        "now",
        "It does. Without the migration",
        pending="we would be almost",
        start=19,
        final=False,
        speaker="Boris",
    )
    return meeting


@pytest.fixture(scope="module")
def over(site: CaptionSite) -> str:
    """A meeting that has ended."""
    meeting = site.meeting()
    site.history(meeting, SAID[:2])
    site.end(meeting)
    return meeting


def test_every_page_keeps_its_policy_and_says_so(page: Page, site: CaptionSite, spoken: str) -> None:
    page.add_init_script(WATCH)
    for path in ("/", f"/meetings/{spoken}", "/widget", f"/embed/{spoken}", "/docs"):
        answer = page.goto(site.open + path)
        assert answer is not None
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.violations ?? 'no script ran'") == [], path
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy, path
        assert policy.startswith("default-src"), path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        framed = "'self'" if path.startswith("/embed/") else "'none'"
        assert policy.endswith(f"frame-ancestors {framed}"), path


def test_the_page_for_frames_takes_its_look_and_its_token_from_its_address(
    page: Page, site: CaptionSite, spoken: str
) -> None:
    page.goto(f"{site.url}/embed/{spoken}?theme=dark&size=4&lang=ru&onclick=x#token={KEY}")
    expect(page.get_by_role("log").locator(".line")).to_have_count(len(SAID))
    widget = page.locator("steno-captions")
    expect(widget).to_have_attribute("size", "4")
    expect(page.get_by_role("status")).to_have_text("В эфире")
    assert widget.get_attribute("onclick") is None


def test_only_pages_of_the_same_origin_may_frame_it(page: Page, site: CaptionSite, spoken: str) -> None:
    frame = f'<iframe title="Captions" src="{site.open}/embed/{spoken}"></iframe>'
    page.goto(f"{site.open}/widget")
    page.evaluate("html => { document.querySelector('main').innerHTML = html; }", frame)
    inside = page.frame_locator("iframe")
    expect(inside.get_by_role("log").locator(".line")).to_have_count(len(SAID))
    strange = page.context.new_page()
    strange.goto(site.embed(frame))
    strange.wait_for_load_state("networkidle")
    expect(strange.frame_locator("iframe").get_by_role("log")).to_have_count(0)
    strange.close()


def test_a_token_names_the_pages_elsewhere_that_may_frame_it(
    page: Page, site: CaptionSite, spoken: str
) -> None:
    refused = page.context.new_page()
    for tab, origin, shown in ((page, site.embed(""), len(SAID)), (refused, "https://else.example", 0)):
        address = f"{site.url}/embed/{spoken}?token={site.token(spoken, (site.url, origin))}"
        tab.goto(site.embed(f'<iframe title="Captions" src="{address}"></iframe>'))
        tab.wait_for_load_state("networkidle")
        expect(tab.frame_locator("iframe").get_by_role("log").locator(".line")).to_have_count(shown)
    refused.close()


def test_the_files_of_the_widget_may_be_loaded_by_all_and_captions_be_read_by_who_has_a_key(
    site: CaptionSite, spoken: str
) -> None:
    with httpx.Client(base_url=site.url, trust_env=False, headers={"Origin": "https://a.example"}) as client:
        for file in ("widget.js", "widget/element.js", "protocol.js", "widget/demo.jsonl"):
            answer = client.get(f"/static/{file}")
            assert answer.headers["access-control-allow-origin"] == "*", file
            assert answer.headers["cross-origin-resource-policy"] == "cross-origin", file
        path = f"/v1/meetings/{spoken}/captions.vtt"
        asked = client.options(
            path,
            headers={
                "Access-Control-Request-Method": "GET",
                "Access-Control-Request-Headers": "authorization",
            },
        )
        assert asked.status_code == 200
        assert "authorization" in asked.headers["access-control-allow-headers"].lower()
        refused = client.get(path)
        assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, "*")
        told = client.get(path, headers={"Authorization": f"Bearer {KEY}"})
        assert (told.status_code, told.headers["access-control-allow-origin"]) == (200, "*")
        assert "access-control-allow-origin" not in client.get("/v1/meetings").headers
        assert client.options(path).status_code == 405


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    """A theme of the reader's system."""
    return str(request.param)


def test_every_page_is_accessible_and_its_picture_is_taken(
    browser: Browser, site: CaptionSite, spoken: str, over: str, theme: str
) -> None:
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    bar = f'<steno-captions meeting="{spoken}" token="{KEY}" layout="bar"></steno-captions>'
    pages = {
        "about": (f"{site.open}/widget", "Good morning"),
        "embed": (f"{site.open}/embed/{spoken}", "almost"),
        "ended": (f"{site.open}/embed/{over}?contrast=more&times=", "share my screen"),
        "refused": (f"{site.url}/embed/{spoken}", "wants one"),
        "bar": (site.embed(site.script() + bar), "almost"),
    }
    context = browser.new_context(
        locale="en-GB",
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        bypass_csp=True,
    )
    page = context.new_page()
    for name, (address, sign) in pages.items():
        page.set_viewport_size(SIZES[0])
        page.goto(address)
        expect(page.get_by_text(sign).first).to_be_visible(timeout=15_000)
        for size in SIZES:
            page.set_viewport_size(size)
            page.screenshot(path=ARTIFACTS / f"{name}-{size['width']}-{theme}.png", full_page=name == "about")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, size)
            if size["width"] == 1440:
                continue
            results = Axe().run(page)
            found = [
                (one["id"], [node["target"] for node in one["nodes"]])
                for one in results.response["violations"]
            ]
            assert found == [], (name, size)
    context.close()
