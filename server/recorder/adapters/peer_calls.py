"""peer-calls, where browsers are connected each to each. The bot joins without a microphone and a camera;
names stand on the tiles."""

from typing import Final
from urllib.parse import SplitResult

from playwright.async_api import Page

from server.recorder.adapter import Sight

STEP_MS: Final = 10_000
LOOK: Final = """() => {
  const names = {}, participants = [];
  // The bot's own tile has a field for the name.
  for (const tile of document.querySelectorAll(".video-container")) {
    const label = tile.querySelector("span.nickname"), video = tile.querySelector("video");
    if (!label) continue;
    const name = label.innerText.trim();
    participants.push({name});
    // As long as somebody has not said their name, they are called so.
    if (!name || name === "Anonymous" || !video || !video.srcObject) continue;
    for (const track of window.stenoRecorder.tracks)
      if (video.srcObject.getTracks().includes(track.track)) names[track.key] = name;
  }
  const asked = document.querySelector("form.media");
  return {phase: asked ? "joining" : "recording", participants, names};
}"""


class PeerCalls:
    """peer-calls 3."""

    name = "peer-calls"
    mixed = False
    probe = "!!document.querySelector('#container') && !!document.querySelector('input#callId')"

    def serves(self, url: SplitResult) -> bool:
        """On anybody's host: told by the page."""
        return False

    async def join(self, page: Page, name: str) -> None:
        """Fill in the form."""
        await page.fill("form.media [name=nickname]", name, timeout=STEP_MS)
        await page.select_option("form.media [name=video-input]", "false", timeout=STEP_MS)
        await page.select_option("form.media [name=audio-input]", "false", timeout=STEP_MS)
        await page.click("form.media [type=submit]", timeout=STEP_MS)

    async def look(self, page: Page) -> Sight:
        """By the tiles."""
        return Sight.of_json(await page.evaluate(LOOK))

    async def leave(self, page: Page) -> None:
        """Whoever closes the page has left."""
