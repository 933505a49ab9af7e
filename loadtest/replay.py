"""Tells what a resumed stream repeats from what is new. Pure.

Messages of the server go in, in the order of their arrival. A caption is a repetition when its `seq` is no
higher than one heard before; the final of a segment that has had none is always news, since a server that
was killed may have forgotten the numbers of captions that it never stored.
"""

from collections.abc import Mapping
from typing import Any


class Replay:
    """What one stream has heard so far."""

    def __init__(self) -> None:
        self.seq = 0
        """The highest number heard, to resume after."""
        self._finals: set[str] = set()
        self._gaps_until = 0.0

    def is_new(self, message: Mapping[str, Any]) -> bool:
        """Whether a person should see it; notes it as heard."""
        kind = message.get("type")
        if kind == "caption":
            return self._caption(message)
        if kind == "gap":
            end = float(message.get("end") or 0.0)
            new, self._gaps_until = end > self._gaps_until, max(end, self._gaps_until)
            return new
        return True

    def _caption(self, message: Mapping[str, Any]) -> bool:
        seq, segment = message.get("seq"), str(message.get("segment"))
        number = seq if isinstance(seq, int) else self.seq + 1
        first_final = bool(message.get("final")) and segment not in self._finals
        new = first_final or (number > self.seq and segment not in self._finals)
        self.seq = max(self.seq, number)
        if first_final:
            self._finals.add(segment)
        return new
