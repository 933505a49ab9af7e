"""The live page as a person uses it: a page object for Playwright.

In: a browser page and the address of any server, scripted or real. Out: what a person would see or do, by
role and name, so that a test that passes says the page can be used. It knows nothing of the wire.
"""

import base64
import re
from pathlib import Path

from playwright.sync_api import Download, Locator, Page, expect


class LivePage:
    """`/` in one tab, in English unless another interface language was asked for."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.finals = page.get_by_role("log").locator(".line")
        self.growing = page.locator("#current .line")
        self.pending = page.locator("#current .tentative")
        self.problem = page.get_by_role("alert")
        self.notice = page.locator("#notice")
        self.status = page.locator("#status")
        self.delay = page.locator("#delay")
        self.coverage = page.locator("#coverage")
        self.stage = page.locator("#stage")

    def open(self) -> "LivePage":
        """Load the page and wait until it can be used."""
        self.page.goto(self.url)
        expect(self.button("Start captions").or_(self.button("Включить субтитры"))).to_be_visible()
        return self

    def button(self, name: str) -> Locator:
        """A button by what it says."""
        return self.page.get_by_role("button", name=name, exact=True)

    def start(self) -> None:
        """Press the one big button."""
        self.button("Start captions").click()

    def wait_until_live(self) -> None:
        """The server has answered and takes audio."""
        expect(self.page.locator("body")).to_have_attribute("data-phase", "live")

    def stop(self) -> None:
        """Press Stop and wait for the summary."""
        self.button("Stop").click()
        self.wait_until_ended()

    def wait_until_ended(self) -> None:
        """The summary has the focus."""
        expect(self.page.locator("body")).to_have_attribute("data-phase", "ended")
        expect(self.page.locator("#summary-title")).to_be_focused()

    def speak_language(self, name: str) -> None:
        """Choose the language that will be spoken."""
        self.page.get_by_role("radio", name=name).check()

    def level(self) -> int:
        """The sound level that assistive technology reads, 0 to 100."""
        return int(self.page.get_by_role("meter").get_attribute("aria-valuenow") or 0)

    def wait_for_sound(self) -> None:
        """The meter moves."""
        expect(self.page.get_by_role("meter")).to_have_attribute("aria-valuenow", re.compile(r"[1-9]\d"))

    def enter_key(self, key: str) -> None:
        """Fill the key form and send it."""
        self.page.get_by_label("API key").fill(key)
        self.button("Continue").click()

    def choose_file(self, path: str) -> None:
        """Choose a recording."""
        self.page.get_by_label("Choose a recording").set_input_files(path)

    def drop_file(self, path: Path) -> None:
        """Drop a recording on the page as a person would."""
        transfer = self.page.evaluate_handle(
            """([name, samples]) => {
                const content = Uint8Array.from(atob(samples), (c) => c.charCodeAt(0));
                const transfer = new DataTransfer();
                transfer.items.add(new File([content], name));
                return transfer;
            }""",
            [path.name, base64.b64encode(path.read_bytes()).decode()],
        )
        self.page.dispatch_event("body", "dragover", {"dataTransfer": transfer})
        expect(self.page.locator("#drop")).to_be_visible()
        self.page.dispatch_event("body", "drop", {"dataTransfer": transfer})

    def download(self, form: str) -> Download:
        """Click one of the download links."""
        with self.page.expect_download() as waiting:
            self.page.get_by_role("link", name=form.upper(), exact=True).click()
        return waiting.value
