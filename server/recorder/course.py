"""One bot's way through a meeting: what is seen and heard goes in with the time, what became of it comes out.

Pure: no clock, no page. `see` gives the changes of state, each with its reason, and alarms; the bot leaves by
itself when everybody has left, when nothing is said, when its time is over, or when it is not let in.
"""

from dataclasses import dataclass
from typing import Final

from server.recorder import reasons
from server.recorder.adapter import Phase, Sight
from server.recorder.reasons import Reason
from server.recorder.states import BotState, Step, after

JOIN_SECONDS: Final = 90.0
"""How long a page may take until the bot waits or is in."""
ADMIT_SECONDS: Final = 900.0
"""How long the bot stays in a waiting room."""
NOBODY_SECONDS: Final = 600.0
"""How long it waits for the first one to come, if that is more than `empty_seconds`."""
ALARM_SECONDS: Final = 60.0
"""How long people may be present without any sound before an alarm."""


@dataclass(frozen=True, slots=True)
class LeaveWhen:
    """When a bot leaves by itself: so long after everybody else has left, so long without any sound, and so
    long after it began to record at the latest."""

    empty_seconds: float = 60.0
    silence_seconds: float = 900.0
    max_minutes: float = 240.0


@dataclass(frozen=True, slots=True)
class Change:
    """The state from now on, and why, where there is a reason to tell. The same state as before: an alarm, or
    its end."""

    state: BotState
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Sound:
    """What was heard since the last look: whether any sound, and how many tracks come in now."""

    loud: bool
    tracks: int


class Course:
    """From joining to leaving. `rules` are what the bot was told, `now` any seconds that never go back."""

    def __init__(self, rules: LeaveWhen, now: float) -> None:
        self.state: BotState = "joining"
        self.reason: Reason | None = None
        """Why it leaves or has left."""
        self._rules = rules
        self._since = now
        self._recording_since: float | None = None
        self._alone_since = now
        self._met = False
        self._sound_at = now
        self._alarmed = False

    def see(self, sight: Sight, sound: Sound, now: float) -> tuple[Change, ...]:
        """Take what the page shows, and what was heard."""
        if self.state not in {"joining", "waiting_room", "recording"}:
            return ()
        match sight.phase:
            case Phase.ENDED | Phase.DENIED:
                return (self._turned_away(sight),)
            case Phase.WAITING_ROOM if self.state != "waiting_room":
                return (self._step(Step.WAITS, now),)
            case Phase.RECORDING if self.state != "recording":
                self._enter(now)
                return (self._step(Step.ADMITTED, now),)
        if self.state != "recording":
            return self._patience(now)
        self._note(sight, sound, now)
        if (reason := self._rule(now)) is not None:
            return (self.leave(reason),)
        return self._alarm(sight, sound, now)

    def again(self, now: float) -> Change:
        """The browser was lost; the bot joins again. Raises `Impossible` for a bot that was about to
        leave."""
        self._step(Step.LOST, now)
        return Change(self.state, reasons.PAGE_LOST)

    def leave(self, reason: Reason) -> Change:
        """Leave for a reason. Raises `Impossible` for a bot that has left."""
        self.state, self.reason = after(self.state, Step.LEAVES), reason
        return Change(self.state, reason)

    def end(self, reason: Reason | None = None) -> Change:
        """The bot is gone and its transcript is stored. `reason` is given where it broke off without leaving.
        Raises `Impossible` for a bot that has ended."""
        why = self.reason or reason or reasons.INTERNAL
        if why.failure:
            self.state = after(self.state, Step.FAILED)
        else:
            if self.state != "leaving":
                self.leave(why)
            self.state = after(self.state, Step.LEFT)
        self.reason = why
        return Change(self.state, why)

    def _step(self, step: Step, now: float) -> Change:
        self.state, self._since = after(self.state, step), now
        return Change(self.state)

    def _enter(self, now: float) -> None:
        if self._recording_since is None:
            self._recording_since = now
        self._alone_since = self._sound_at = now

    def _turned_away(self, sight: Sight) -> Change:
        was_in = self._recording_since is not None
        usual = reasons.MEETING_ENDED if was_in else reasons.DENIED
        return self.leave(sight.reason or usual)

    def _patience(self, now: float) -> tuple[Change, ...]:
        waited = now - self._since
        if self.state == "joining" and waited >= JOIN_SECONDS:
            return (self.leave(reasons.NOT_JOINED),)
        if self.state == "waiting_room" and waited >= ADMIT_SECONDS:
            return (self.leave(reasons.NOT_ADMITTED),)
        return ()

    def _note(self, sight: Sight, sound: Sound, now: float) -> None:
        if sound.loud:
            self._sound_at = now
        if _present(sight, sound):
            self._met, self._alone_since = True, now

    def _rule(self, now: float) -> Reason | None:
        rules = self._rules
        alone = rules.empty_seconds if self._met else max(rules.empty_seconds, NOBODY_SECONDS)
        assert self._recording_since is not None, "a bot that records has begun to"  # noqa: S101
        if now - self._recording_since >= rules.max_minutes * 60:
            return reasons.TIME_OVER
        if now - self._alone_since >= alone:
            return reasons.EMPTY if self._met else reasons.NOBODY_CAME
        if now - self._sound_at >= rules.silence_seconds:
            return reasons.SILENT
        return None

    def _alarm(self, sight: Sight, sound: Sound, now: float) -> tuple[Change, ...]:
        if self._alarmed and sound.loud:
            self._alarmed = False
            return (Change(self.state, reasons.SOUND_AGAIN),)
        silent = _present(sight, sound) and now - self._sound_at >= ALARM_SECONDS
        if silent and not self._alarmed:
            self._alarmed = True
            return (Change(self.state, reasons.NO_SOUND),)
        return ()


def _present(sight: Sight, sound: Sound) -> bool:
    """Whether anybody else is there; where the page does not tell, whoever sends a track is."""
    return sound.tracks > 0 if sight.participants is None else bool(sight.participants)
