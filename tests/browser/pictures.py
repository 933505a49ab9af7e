"""Pictures of pages, for people to look at: in `artifacts/` at the top of the repository."""

from pathlib import Path

from playwright.sync_api import Page

ARTIFACTS = Path(__file__).parents[2] / "artifacts"
WIDTHS = (360, 900, 1440)
HEIGHT = 900


def pictured(page: Page, name: str) -> None:
    """The whole page in every width, in the theme that it has, as `name-THEME-WIDTH.png`."""
    before = page.viewport_size
    theme = "dark" if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "light"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.screenshot(path=ARTIFACTS / f"{name}-{theme}-{width}.png", full_page=True)
    if before is not None:
        page.set_viewport_size(before)
