"""Any page on which people speak over WebRTC, when nothing else is known of it.

The bot opens the page and is in the meeting as soon as a track comes in. Who has to fill in a form first, or
press a button, is not let in: that needs an adapter. Names are the texts beside the elements that play
tracks.
"""

from typing import Final
from urllib.parse import SplitResult

from playwright.async_api import Page

from server.recorder.adapter import Sight

LOOK: Final = """() => {
  const tracks = window.stenoRecorder ? window.stenoRecorder.tracks : [];
  return {phase: tracks.length ? "recording" : "joining"};
}"""


class Generic:
    """A page of WebRTC."""

    name = "webrtc"
    mixed = False
    probe = ""

    def serves(self, url: SplitResult) -> bool:
        """Any that nobody else does."""
        return url.scheme in {"http", "https"}

    async def join(self, page: Page, name: str) -> None:
        """The page is open, which is all."""

    async def look(self, page: Page) -> Sight:
        """In as soon as there is a track."""
        return Sight.of_json(await page.evaluate(LOOK))

    async def leave(self, page: Page) -> None:
        """Whoever closes the page has left."""
