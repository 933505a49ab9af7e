"""The VideoRoom of Janus, by its two demo pages: one connection for each participant, or one for all.

The bot joins as a subscriber, so it sends nothing and nobody sees it. Names come from what the server
signals, which the pages keep: by connection on the one page, by the part of the connection on the other.
"""

import re
from typing import Final
from urllib.parse import SplitResult

from playwright.async_api import Page

from server.recorder.adapter import Sight

STEP_MS: Final = 10_000
LOOK: Final = """() => {
  const names = {}, participants = [];
  const name = (text) => { const area = document.createElement("textarea"); area.innerHTML = text || "";
                           return area.value; };
  const tracks = window.stenoRecorder.tracks;
  const joined = typeof mypvtid !== "undefined" && mypvtid !== null;
  if (typeof subscriptions !== "undefined") {
    const peer = remoteFeed && remoteFeed.webrtcStuff && remoteFeed.webrtcStuff.pc;
    for (const track of tracks) {
      const sub = track.peer === peer && subStreams[track.mid];
      if (sub && sub.feed_display) names[track.key] = sub.feed_display;
    }
    for (const id in feedStreams)
      if (String(id) !== String(myid)) participants.push({name: feedStreams[id].display});
  } else {
    for (const feed of Object.values(feeds)) {
      if (!feed || !feed.webrtcStuff) continue;
      participants.push({name: name(feed.rfdisplay)});
      for (const track of tracks)
        if (track.peer === feed.webrtcStuff.pc) names[track.key] = name(feed.rfdisplay);
    }
  }
  const words = [...document.querySelectorAll(".bootbox-body")].map((one) => one.innerText).join(" ");
  if (/does not exist|No such room/i.test(words)) return {phase: "denied", reason: "meeting_not_found"};
  if (/destroyed/i.test(words)) return {phase: "ended"};
  return {phase: joined ? "recording" : "joining", participants, names};
}"""


class Janus:
    """Janus VideoRoom, 1.x."""

    name = "janus"
    mixed = False
    probe = (
        "typeof Janus === 'function' && typeof myroom !== 'undefined' "
        "&& !!document.getElementById('videojoin')"
    )

    def serves(self, url: SplitResult) -> bool:
        """The pages are on anybody's host, under these names."""
        return re.search(r"/m?videoroomtest\.html$", url.path) is not None

    async def join(self, page: Page, name: str) -> None:
        """Register as a subscriber; the pages take letters and digits alone."""
        await page.evaluate("subscriber_mode = true")
        await page.click("#start", timeout=STEP_MS)
        await page.fill("#username", re.sub(r"[^A-Za-z0-9]", "", name) or "Notetaker", timeout=STEP_MS)
        await page.click("#register", timeout=STEP_MS)

    async def look(self, page: Page) -> Sight:
        """By the pages' own variables."""
        return Sight.of_json(await page.evaluate(LOOK))

    async def leave(self, page: Page) -> None:
        """Give the session back."""
        await page.evaluate("janus && janus.destroy({cleanupHandles: true, notifyDestroyed: false})")
