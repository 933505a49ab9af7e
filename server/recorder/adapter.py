"""What a bot needs to know of one service of meetings: the protocol of adapters, and what they see.

An adapter is one small file in `server/recorder/adapters`. It gets the page of the meeting, opened, and the
bot's name; it joins, says what it sees when it is asked (about once a second), and leaves. It never touches
sound: `page/capture.js` runs in every page before the page's own scripts, takes each audio track that comes
in, and gives it a key. In the page it offers `window.stenoRecorder`:

    tracks: [{key, track, peer, mid, guess}]    # those that are heard now

`look` of an adapter is usually one call of `page.evaluate` whose JSON goes through `Sight.of_json`, which
takes nothing on trust. Names may be given there (`names`), or not at all: then the nearest text to the
element that plays the track is taken, and in the end `Speaker 1`, ….
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Protocol
from urllib.parse import SplitResult

from playwright.async_api import Page

from server.recorder import reasons
from server.recorder.reasons import Reason

MOST_PARTICIPANTS: Final = 500
MOST_TRACKS: Final = 500
LONGEST_NAME: Final = 100


class Phase(StrEnum):
    """Where the bot stands, as the page shows it."""

    JOINING = "joining"
    WAITING_ROOM = "waiting_room"
    RECORDING = "recording"
    ENDED = "ended"
    """It was in the meeting, which is over, or it was removed: `Sight.reason` says which."""
    DENIED = "denied"
    """It does not get in: `Sight.reason` says why."""


PHASES: Final = frozenset(one.value for one in Phase)


class NotJoined(Exception):
    """An adapter cannot join, for a reason that is told to whoever has sent the bot."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody in the meeting other than the bot. `speaking`: the page marks them as speaking just now."""

    name: str
    speaking: bool = False


@dataclass(frozen=True, slots=True)
class Sight:
    """What an adapter sees. `participants` are the others, None where the page does not tell; `names` gives
    the names of tracks by their key, where the adapter knows them."""

    phase: Phase
    participants: tuple[Participant, ...] | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    reason: Reason | None = None

    @classmethod
    def of_json(cls, given: Any) -> "Sight":
        """What a page's script has returned: `{phase, participants: [{name, speaking}], names: {key: name},
        reason: code}`. What cannot be read is left out, what is too much cut off: any page may say it."""
        told = given if isinstance(given, dict) else {}
        phase = told.get("phase")
        return cls(
            Phase(phase) if isinstance(phase, str) and phase in PHASES else Phase.JOINING,
            _participants(told.get("participants")),
            _names(told.get("names")),
            BY_CODE.get(str(told.get("reason"))),
        )


BY_CODE: Final[Mapping[str, Reason]] = {
    one.code: one
    for one in (
        reasons.MEETING_ENDED,
        reasons.REMOVED,
        reasons.DENIED,
        reasons.MEETING_NOT_FOUND,
        reasons.SIGN_IN_NEEDED,
        reasons.PASSWORD_NEEDED,
        reasons.CHALLENGED,
        reasons.CONNECTION_LOST,
    )
}
"""The reasons that a page's script may give."""


class Adapter(Protocol):
    """One service of meetings. An adapter has no state: it serves any number of bots at once."""

    @property
    def name(self) -> str:
        """A stable name, such as `janus`."""
        ...

    @property
    def mixed(self) -> bool:
        """Whether the service sends one track for all. It is labelled as mixed, and who speaks is taken from
        the marks of `Sight.participants`."""
        ...

    @property
    def probe(self) -> str:
        """A JavaScript expression that is true on a loaded page of this service: how services that anybody
        may host are known. Empty where the address alone tells."""
        ...

    def serves(self, url: SplitResult) -> bool:
        """Whether the address alone says that it is this service."""
        ...

    async def join(self, page: Page, name: str) -> None:
        """Ask to be let in under a name, without a microphone and a camera. It returns when it has asked, and
        need not wait until it is in. Raises `NotJoined`, or Playwright's errors for a page that does not do
        what it should: it is then tried again until the time to join is over."""
        ...

    async def look(self, page: Page) -> Sight:
        """What the page shows now. Quick: one call into the page."""
        ...

    async def leave(self, page: Page) -> None:
        """Say good-bye as a person would, if that can be; the page is closed afterwards anyway."""
        ...


def tidy_name(given: object) -> str:
    """A name as a person would write it: one line without control characters, of `LONGEST_NAME` at the most;
    empty where there is none."""
    if not isinstance(given, str):
        return ""
    printable = "".join(letter if letter.isprintable() else " " for letter in given[: 4 * LONGEST_NAME])
    return " ".join(printable.split())[:LONGEST_NAME].strip()


def _participants(given: Any) -> tuple[Participant, ...] | None:
    if not isinstance(given, Sequence) or isinstance(given, str):
        return None
    return tuple(
        Participant(tidy_name(one.get("name")), one.get("speaking") is True)
        for one in given[:MOST_PARTICIPANTS]
        if isinstance(one, dict)
    )


def _names(given: Any) -> dict[str, str]:
    if not isinstance(given, dict):
        return {}
    named = {str(key)[:LONGEST_NAME]: tidy_name(name) for key, name in list(given.items())[:MOST_TRACKS]}
    return {key: name for key, name in named.items() if name}
