"""Zoom's web client. It plays one mix of all voices; where it decodes that in WebAssembly instead of WebRTC,
no track comes in. Not run against the live service."""

import re
from typing import Final
from urllib.parse import parse_qs, quote, urlsplit

from playwright.async_api import Page

from server.recorder.adapters.lobby import Lobby, Signs, Steps

SIGNS: Final = Signs(
    inside='[aria-label*="participants list" i], button[aria-label^="Participants" i]',
    tile='[role="group"][aria-label^="video of" i], [data-userid]',
    label='[data-displayname], [class*="avatar-name"]',
    entry='[role="listitem"][aria-label], [id^="participants-list-"][aria-label]',
    self='[data-self="true"]',
    speaking='[data-active-speaker="true"], [class*="speaker-active"], [aria-label*="active speaker" i]',
    cut=r"\s*(\((host|co-host|guest|host, me)[^)]*\)\s*)?(,\s*(computer audio|video|audio|no audio)\b.*)?$",
    signIn=r"^https://([\w-]+\.)*zoom\.us/(signin|web/sso)",
    said=(
        ("ended", "removed", r"you have been removed|host has removed you"),
        (
            "denied",
            "meeting_not_found",
            r"meeting id is (not valid|invalid)|link is invalid|invalid meeting id",
        ),
        ("denied", "password_needed", r"(passcode|password) (is )?(wrong|incorrect)"),
        ("denied", "sign_in_needed", r"sign in to join|authorized attendees only|only authenticated users"),
        ("denied", "challenged", r"not a (ro)?bot|enter the characters|verify (that )?you are human"),
        ("denied", "denied", r"denied your request|unable to join this meeting"),
        ("ended", "meeting_ended", r"meeting has (been )?ended|ended this meeting|has been ended by"),
        ("ended", None, r"you have left the meeting"),
        ("waiting_room", None, r"will let you in|wait(ing)? for the host|let them know you(’|')?re here"),
    ),
)
STEPS: Final = Steps(
    openers=(
        "role=button[name=/^(i agree|accept cookies|accept all cookies)$/i]",
        "role=button[name=/continue without (microphone|audio)/i]",
        "role=link[name=/join from (your )?browser/i]",
    ),
    off=('button[aria-label^="Mute" i]', 'button[aria-label^="Stop video" i]'),
    field=("#input-for-name", "role=textbox[name=/your name/i]"),
    join=("role=button[name=/^join$/i]",),
    after=("role=button[name=/join audio by computer|continue without (microphone|audio)/i]",),
    leave=("role=button[name=/^leave$/i]",),
)
CONFIRM: Final = "role=button[name=/^leave meeting$/i]"
CONFIRM_MS: Final = 1_500
_NUMBER: Final = re.compile(r"/(?:j|s|w|wc|wc/join)/(\d{8,12})")


class Zoom(Lobby):
    """zoom.us in a browser."""

    def __init__(self) -> None:
        super().__init__("zoom", SIGNS, STEPS, mixed=True)

    async def join(self, page: Page, name: str) -> None:
        """A link opens a page that wants to start a program; the client for browsers is elsewhere."""
        if (address := client_address(page.url)) is not None:
            await page.goto(address)
        await super().join(page, name)

    async def leave(self, page: Page) -> None:
        """It asks once more."""
        await super().leave(page)
        if await page.locator(CONFIRM).first.is_visible():
            await page.locator(CONFIRM).first.click(timeout=CONFIRM_MS)


def client_address(url: str) -> str | None:
    """Where the browser's client is for a meeting; None where the page is it already, or the address names no
    meeting by its number."""
    parts = urlsplit(url)
    found = _NUMBER.match(parts.path)
    host = f".{parts.hostname or ''}"
    if found is None or parts.path.startswith("/wc/") or not host.endswith(".zoom.us"):
        return None
    password = parse_qs(parts.query).get("pwd", [""])[0]
    return f"https://app.zoom.us/wc/join/{found[1]}" + (f"?pwd={quote(password)}" if password else "")
