"""What the adapters of large services share: they differ in what their pages show, which is data.

A bot gives its name on a page before the meeting, waits until it is let in, and reads names and who speaks
from tiles and lists. Where it stands is told by `page/lobby.js`: a control that only a meeting has, or else
words. Services change their pages without a word; roles, labels and data attributes change less than names of
classes, so those are what is looked for.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult

from playwright.async_api import Error, Locator, Page

from server.calendars.links import Service, leads_to
from server.recorder.adapter import Sight

SCRIPT: Final = Path(__file__).parents[1] / "page" / "lobby.js"
STEP_MS: Final = 20_000
PRESS_MS: Final = 3_000
MOST_IN_THE_WAY: Final = 4
"""Dialogs and pages before the one that asks for the name."""

Said = tuple[tuple[str, str | None, str], ...]
"""Phase, code of the reason, and the words (a regular expression of JavaScript, case is nothing), in the
order in which they are looked for."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What a service's pages show, as CSS selectors. `inside`: what only a meeting has. `tile` and `entry`:
    a participant among the pictures and in the list, with the name in `label` (empty: in their own label),
    of which `cut` is left out; `self`: that it is the bot; `speaking`: the mark of who speaks, on it or in
    it. `signIn`: addresses to which those are led who must sign in."""

    inside: str
    tile: str
    said: Said
    label: str = ""
    entry: str = ""
    entryLabel: str = ""  # noqa: N815 - as the script reads it
    speaking: str = ""
    self: str = ""
    cut: str = r"(?!)"
    signIn: str = ""  # noqa: N815


@dataclass(frozen=True, slots=True)
class Steps:
    """How one joins and leaves: selectors of Playwright, of each row the first that is visible. `openers` are
    pressed until there is a field or a button, `off` where a microphone or camera is on, `after` once the
    bot has asked to be let in, if it comes."""

    field: Sequence[str]
    join: Sequence[str]
    leave: Sequence[str]
    openers: Sequence[str] = ()
    off: Sequence[str] = ()
    after: Sequence[str] = ()


class Lobby:
    """An adapter made of data."""

    def __init__(self, service: Service, signs: Signs, steps: Steps, *, mixed: bool) -> None:
        self.name: Service = service
        self.mixed = mixed
        self.probe = ""
        self._signs = asdict(signs)
        self._steps = steps

    def serves(self, url: SplitResult) -> bool:
        """By the address alone."""
        return leads_to(url.geturl(), self.name)

    async def join(self, page: Page, name: str) -> None:
        """Give the name, with microphone and camera off, and ask to be let in."""
        steps = self._steps
        ready = _any(page, [*steps.field, *steps.join])
        for _ in range(MOST_IN_THE_WAY):
            await _any(page, [*steps.openers, *steps.field, *steps.join]).first.wait_for(timeout=STEP_MS)
            if await ready.first.is_visible():
                break
            await _any(page, steps.openers).first.click(timeout=PRESS_MS)
        for switch in steps.off:
            if await page.locator(switch).first.is_visible():
                await page.locator(switch).first.click(timeout=PRESS_MS)
        field = _any(page, steps.field).first
        if await field.is_visible():
            await field.fill(name, timeout=PRESS_MS)
        await _any(page, steps.join).first.click(timeout=PRESS_MS)
        if steps.after:
            with suppress(Error):
                await _any(page, steps.after).first.click(timeout=PRESS_MS)

    async def look(self, page: Page) -> Sight:
        """By the signs."""
        return Sight.of_json(await page.evaluate(_script(), self._signs))

    async def leave(self, page: Page) -> None:
        """Press the button of who leaves."""
        await _any(page, self._steps.leave).first.click(timeout=PRESS_MS)


@cache
def _script() -> str:
    return SCRIPT.read_text("utf-8")


def _any(page: Page, selectors: Sequence[str]) -> Locator:
    """Whatever of the selectors is visible."""
    found: Any = None
    for selector in selectors:
        one = page.locator(selector).filter(visible=True)
        found = one if found is None else found.or_(one)
    assert found is not None, "a step names what it looks for"  # noqa: S101
    located: Locator = found
    return located
