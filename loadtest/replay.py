"""Tells what a resumed stream repeats from what is new. Pure.

Messages of the server go in, in the order of their arrival. A caption is a repetition when its `seq` is no
higher than one heard before; the final of a segment that has had none is news all the same, since a server
that was killed may have forgotten the numbers of captions that it never stored. Such a server hears again
all audio from the position where it resumes, and may hear the same words as another segment: a final of that
audio with the text of an earlier one is a repetition, and with another text it takes the earlier one's place.
"""

from collections.abc import Mapping
from typing import Any

from loadtest.memory import CLOCK_RATE

Message = Mapping[str, Any]


class Replay:
    """What one stream has heard so far."""

    def __init__(self) -> None:
        self.seq = 0
        """The highest number heard, to resume after."""
        self._finals: dict[str, Message] = {}
        self._again: list[Message] = []
        self._gaps_until = 0.0

    def is_new(self, message: Message) -> bool:
        """Whether a person should see it; notes it as heard."""
        match message.get("type"):
            case "caption":
                return self._caption(message)
            case "gap":
                end = float(message.get("end") or 0.0)
                new, self._gaps_until = end > self._gaps_until, max(end, self._gaps_until)
                return new
            case "resumed":
                self._again = heard_again(list(self._finals.values()), message)
        return True

    def _caption(self, message: Message) -> bool:
        seq, segment = message.get("seq"), str(message.get("segment"))
        number = seq if isinstance(seq, int) else self.seq + 1
        later, self.seq = number > self.seq, max(self.seq, number)
        if segment in self._finals:
            return False
        if not message.get("final"):
            return later
        self._finals[segment] = message
        return all(one.get("text") != message.get("text") for one in self._again if overlap(one, message))


def heard_again(captions: list[Message], resumed: Message) -> list[Message]:
    """Those captions whose audio lies behind the position of a `resumed`."""
    position = float(resumed.get("position") or 0) / CLOCK_RATE
    return [one for one in captions if (_start(one) + _end(one)) / 2 > position]


def overlap(one: Message, other: Message) -> bool:
    """Whether two captions are of the same audio."""
    same_track = one.get("track") == other.get("track")
    return same_track and _start(one) < _end(other) and _start(other) < _end(one)


def _start(message: Message) -> float:
    return float(message.get("start") or 0.0)


def _end(message: Message) -> float:
    return float(message.get("end") or 0.0)
