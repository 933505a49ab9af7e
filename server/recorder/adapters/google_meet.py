"""Google Meet, as a guest of a browser. It sends the voices of those who speak on a few tracks in turn, so
the sound counts as mixed, and who speaks is read from the tiles. Not run against the live service."""

from typing import Final

from server.recorder.adapters.lobby import Lobby, Signs, Steps

SIGNS: Final = Signs(
    inside='button[aria-label^="Leave call" i]',
    tile="[data-participant-id]",
    label='[translate="no"], .notranslate',
    entry='[role="list"][aria-label*="participants" i] [role="listitem"]',
    self="[data-self-name], [data-is-self='true']",
    speaking='[data-is-speaking="true"], [data-audio-active="true"], [aria-label*="is speaking" i]',
    cut=r"\s*,? (is speaking|is presenting|meeting host)\b.*$",
    signIn=r"^https://(accounts\.google\.com|workspace\.google\.com)/",
    said=(
        ("ended", "removed", r"you(’|')?ve been removed|removed you from the (call|meeting)"),
        ("denied", "denied", r"denied your request to join|no one responded to your request"),
        ("denied", "meeting_not_found", r"check your meeting code|invalid video call name|meeting code has"),
        ("denied", "sign_in_needed", r"you need to sign in|sign in with your google account to join"),
        ("denied", "denied", r"you can(’|')?t join this video call"),
        ("ended", "meeting_ended", r"call ended|meeting has ended|ended the (call|meeting) for everyone"),
        ("ended", None, r"you(’|')?ve? left the (call|meeting)|return to home screen"),
        ("waiting_room", None, r"asking to (be let in|join)|let(s)? you in|brings you into the call"),
    ),
)
STEPS: Final = Steps(
    openers=(
        "role=button[name=/continue without (microphone|mic)/i]",
        "role=button[name=/^got it$/i]",
        "role=button[name=/^dismiss$/i]",
    ),
    off=('[aria-label^="Turn off microphone" i]', '[aria-label^="Turn off camera" i]'),
    field=("role=textbox[name=/your name/i]",),
    join=("role=button[name=/^(ask to join|join now|join anyway)$/i]",),
    after=("role=button[name=/^(got it|continue without microphone)/i]",),
    leave=("role=button[name=/^leave call/i]",),
)


class GoogleMeet(Lobby):
    """meet.google.com."""

    def __init__(self) -> None:
        super().__init__("google_meet", SIGNS, STEPS, mixed=True)
