"""Jitsi Meet, on anybody's host. Its page keeps the conference as data (`APP`), which says more, and changes
less, than what is drawn: who is there, who speaks, whose each track is. Not run against the live service."""

from typing import Final
from urllib.parse import SplitResult

from playwright.async_api import Page

from server.calendars.links import leads_to
from server.recorder.adapter import Sight

STEP_MS: Final = 20_000
PRESS_MS: Final = 3_000
FIELD: Final = '#premeeting-name-input, [data-testid="prejoin.screen"] input, [data-testid="lobby.nameField"]'
JOIN: Final = '[data-testid="prejoin.joinMeeting"], [data-testid="lobby.knockButton"]'
READY: Final = f"{FIELD}, {JOIN}"
INSIDE: Final = "() => Boolean(window.APP && APP.conference && APP.conference.isJoined())"
OFF: Final = """() => { APP.conference.muteAudio(true); APP.conference.muteVideo(true); }"""
LOOK: Final = """() => {
  const state = window.APP && APP.store ? APP.store.getState() : {};
  const of = (name) => state[`features/base/${name}`] || {};
  const text = (document.body ? document.body.innerText : "").slice(0, 20000);
  const said = (pattern) => pattern.test(text);
  if (window.APP && APP.conference && APP.conference.isJoined()) {
    const people = of("participants");
    const remote = people.remote instanceof Map ? [...people.remote.values()] : [];
    const names = {}, by = {};
    const participants = remote.filter((one) => !one.fakeParticipant && !one.botType).map((one) => {
      by[one.id] = one.name || "";
      return {name: one.name || "Guest", speaking: one.id === people.dominantSpeaker};
    });
    const sent = Array.isArray(state["features/base/tracks"]) ? state["features/base/tracks"] : [];
    for (const one of sent) {
      const track = one.jitsiTrack && one.jitsiTrack.getTrack && one.jitsiTrack.getTrack();
      for (const taken of window.stenoRecorder ? window.stenoRecorder.tracks : [])
        if (taken.track === track && by[one.participantId])
          names[taken.key] = by[one.participantId];
    }
    return {phase: "recording", participants, names};
  }
  const conference = of("conference"), lobby = state["features/lobby"] || {};
  const error = String((conference.error && conference.error.name) || "");
  if (said(/you have been (removed|kicked)|kicked you out|removed from the meeting/i))
    return {phase: "ended", reason: "removed"};
  if (/accessDenied/i.test(error) || said(/request to join (has been|was) (rejected|denied)|not allowed/i))
    return {phase: "denied", reason: "denied"};
  if (conference.passwordRequired || /passwordRequired/i.test(error))
    return {phase: "denied", reason: "password_needed"};
  if (/authenticationRequired|notAllowed/i.test(error))
    return {phase: "denied", reason: "sign_in_needed"};
  if (/destroyed/i.test(error) || said(/meeting has (been )?(ended|terminated)|thank you for using/i))
    return {phase: "ended", reason: "meeting_ended"};
  const waits = /asking to join|waiting for (the|a) (host|moderator)/i;
  if (lobby.knocking || conference.authRequired || said(waits))
    return {phase: "waiting_room"};
  return {phase: "joining"};
}"""


class Jitsi:
    """Jitsi Meet: meet.jit.si, 8x8.vc and others."""

    name = "jitsi"
    mixed = False
    probe = "typeof APP === 'object' && APP !== null && !!APP.conference && !!APP.store"

    def serves(self, url: SplitResult) -> bool:
        """Well-known hosts; others are told by their page."""
        return leads_to(url.geturl(), "jitsi")

    async def join(self, page: Page, name: str) -> None:
        """Give the name and ask to be let in; a host may have switched that page off."""
        await page.wait_for_function(f"{INSIDE.removeprefix('() => ')} || document.querySelector({READY!r})",
                                     timeout=STEP_MS)  # fmt: skip
        if await page.evaluate(INSIDE):
            await page.evaluate("(name) => APP.conference.changeLocalDisplayName(name)", name)
        else:
            if await page.locator(FIELD).first.is_visible():
                await page.locator(FIELD).first.fill(name, timeout=PRESS_MS)
            await page.locator(JOIN).filter(visible=True).first.click(timeout=PRESS_MS)
        await page.evaluate(OFF)

    async def look(self, page: Page) -> Sight:
        """By the page's own data."""
        return Sight.of_json(await page.evaluate(LOOK))

    async def leave(self, page: Page) -> None:
        """Hang up."""
        await page.evaluate("() => APP.conference.hangup(false)")
