"""Why a bot is in its state: a stable code and one sentence for the person who sent it. Pure data.

`failure` says that the bot ends as `failed` by it, and not as `done`: it did not do what it was sent for.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Reason:
    """A stable code and one clear sentence."""

    code: str
    sentence: str
    failure: bool = False


ASKED: Final = Reason("asked", "The bot was asked to leave.")
CANCELLED: Final = Reason("cancelled", "The bot was called off before it had joined.")
EMPTY: Final = Reason("empty", "Everybody else has left the meeting.")
NOBODY_CAME: Final = Reason("nobody_came", "Nobody else came to the meeting.")
SILENT: Final = Reason("silent", "Nothing was said in the meeting for as long as the bot was to wait.")
TIME_OVER: Final = Reason("time_over", "The bot has stayed as long as it was to stay.")
MEETING_ENDED: Final = Reason("meeting_ended", "The meeting was ended.")
REMOVED: Final = Reason("removed", "Somebody in the meeting has removed the bot.")

DENIED: Final = Reason("denied", "The bot was not let into the meeting.", failure=True)
NOT_ADMITTED: Final = Reason(
    "not_admitted", "Nobody let the bot in from the waiting room in time.", failure=True
)
NOT_JOINED: Final = Reason(
    "not_joined", "The page of the meeting did not let the bot join in time.", failure=True
)
MEETING_NOT_FOUND: Final = Reason(
    "meeting_not_found", "There is no such meeting at this address.", failure=True
)
SIGN_IN_NEEDED: Final = Reason(
    "sign_in_needed", "The meeting takes only people who have signed in, which the bot cannot.", failure=True
)
PASSWORD_NEEDED: Final = Reason(
    "password_needed",
    "The meeting asks for a password; send the bot with an address that holds it.",
    failure=True,
)
CHALLENGED: Final = Reason(
    "challenged", "The meeting's page asks for a proof that the bot is human.", failure=True
)
PAGE_UNREACHABLE: Final = Reason(
    "page_unreachable", "The address of the meeting did not answer.", failure=True
)
PAGE_LOST: Final = Reason(
    "page_lost", "The bot's browser has stopped; what was heard until then is kept.", failure=True
)
CONNECTION_LOST: Final = Reason(
    "connection_lost", "The bot lost the meeting; what was heard until then is kept.", failure=True
)
ADDRESS_REFUSED: Final = Reason(
    "address_refused",
    "The meeting's address leads into a private network, where bots do not go.",
    failure=True,
)
NO_BROWSER: Final = Reason(
    "no_browser", "The server has no Chromium to send a bot with (apt-get install chromium).", failure=True
)
NOT_HEARD: Final = Reason(
    "not_heard",
    "The server could not take the meeting's sound; what was heard until then is kept.",
    failure=True,
)
ALREADY_THERE: Final = Reason(
    "already_there", "Another bot of the workspace was in the meeting already.", failure=True
)
TOO_LATE: Final = Reason("too_late", "The server did not run when the bot should have joined.", failure=True)
INTERNAL: Final = Reason("internal", "The server failed; the log says why.", failure=True)

# No ends: told beside a state.
NO_SOUND: Final = Reason("no_sound", "People are in the meeting, and nothing is heard from any of them.")
SOUND_AGAIN: Final = Reason("sound_again", "The meeting is heard again.")
TAKEN_UP: Final = Reason("taken_up", "The process that ran the bot stopped; it joins again from another one.")

ENDS: Final = {one.code: one for one in tuple(globals().values()) if isinstance(one, Reason)}
"""Every reason by its code."""
