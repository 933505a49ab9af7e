"""Microsoft Teams, as a guest of a browser. It sends one mix of all voices; who speaks is read from the
outlines of the tiles. Not run against the live service."""

from typing import Final

from server.recorder.adapters.lobby import Lobby, Signs, Steps

SIGNS: Final = Signs(
    inside='#hangup-button, [data-tid="hangup-main-btn"], button[aria-label^="Leave (" i]',
    tile='[data-tid="participant-tile"], [data-stream-type][aria-label]',
    entry='[data-tid^="participantsInCall-"]',
    self='[data-tid="self-video"], [data-is-local="true"]',
    speaking='[data-tid="voice-level-stream-outline"][data-active="true"], [aria-label*=", speaking" i]',
    cut=r",.*$|\s+\((guest|unverified|external)\).*$",
    signIn=r"^https://login\.(microsoftonline|live)\.com/",
    said=(
        ("ended", "removed", r"you(’|')?ve been removed|someone removed you|removed from this meeting"),
        ("denied", "denied", r"denied access to the meeting|your request to join was declined"),
        (
            "denied",
            "meeting_not_found",
            r"couldn(’|')?t find (this|the) meeting|meeting (link|id) (is|isn(’|')?t)",
        ),
        ("denied", "password_needed", r"passcode (is )?(wrong|incorrect)|check (the|your) passcode"),
        ("denied", "sign_in_needed", r"sign in to join|only people with .* account|must be signed in"),
        ("denied", "challenged", r"enter the characters|verify you(’|')?re not a robot"),
        ("ended", "meeting_ended", r"(meeting|call) (has )?ended"),
        ("ended", None, r"you(’|')?ve? left the meeting|rejoin"),
        ("waiting_room", None, r"let you in|know you(’|')?re waiting|when the meeting starts"),
    ),
)
STEPS: Final = Steps(
    openers=(
        '[data-tid="joinOnWeb"]',
        "role=button[name=/continue on this browser/i]",
        "role=button[name=/continue without audio or video/i]",
    ),
    off=(
        '[data-tid="toggle-mute"][aria-checked="true"]',
        '[data-tid="toggle-video"][aria-checked="true"]',
    ),
    field=('[data-tid="prejoin-display-name-input"]', "role=textbox[name=/(type|enter) your name/i]"),
    join=('[data-tid="prejoin-join-button"]', "role=button[name=/^join now$/i]"),
    after=("role=button[name=/continue without audio or video/i]",),
    leave=('[data-tid="hangup-main-btn"]', "#hangup-button", "role=button[name=/^leave/i]"),
)


class Teams(Lobby):
    """teams.microsoft.com and teams.live.com."""

    def __init__(self) -> None:
        super().__init__("teams", SIGNS, STEPS, mixed=True)
