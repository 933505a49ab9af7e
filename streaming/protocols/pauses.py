"""Which finals end what somebody said: those after which a pause was heard, not pieces of running speech.

The end of speech is told before the final of that speech, which must be decoded first; several may wait.
"""

from streaming.segments import Segment

TOLERANCE = 0.001
"""Seconds. Both times are rounded to the millisecond."""


class Pauses:
    """The ends of speech on one channel whose finals are to come. False when none is awaited."""

    def __init__(self) -> None:
        # bounded: a final, or the acknowledgement of its audio, takes each of them away.
        self._at: list[float] = []

    def __bool__(self) -> bool:
        return bool(self._at)

    def heard(self, at: float) -> None:
        """Somebody stopped to speak at this second."""
        self._at.append(at)

    def follow(self, segment: Segment) -> bool:
        """Take a final; whether a pause follows it."""
        until = segment.end + TOLERANCE
        follows = any(segment.start <= at <= until for at in self._at)
        self._at = [at for at in self._at if at > until]
        return follows

    def without_words(self, after: float, until: float) -> float | None:
        """All audio before `until` has its text: the last end of sounds after `after` that had none."""
        silent = [at for at in self._at if after < at <= until]
        self._at = [at for at in self._at if at > until]
        return silent[-1] if silent else None
