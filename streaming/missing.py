"""Audio that never came, told as one gap once its end is known. Pure."""

from typing import Final

from asr.types import SAMPLE_RATE
from streaming.events import Gap
from streaming.utterance import seconds

GAP_SAMPLES: Final = SAMPLE_RATE // 5
"""From so much missing audio on the client is told of a gap; a shorter one is in the ledger alone."""


class MissingAudio:
    """The stretch that is missing just now, if any; the last reason is the one that is told."""

    def __init__(self) -> None:
        self._start = 0
        self._end = 0
        self._reason = ""

    def add(self, position: int, samples: int, reason: str) -> None:
        """So many samples from `position` on are missing."""
        if self._end != position or self._end == self._start:
            self._start = position
        self._end, self._reason = position + samples, reason

    def told(self) -> list[Gap]:
        """The gap to tell of, now that audio comes again or nothing more."""
        start, end = self._start, self._end
        self._start = self._end
        return [Gap(seconds(start), seconds(end), self._reason)] if end - start >= GAP_SAMPLES else []
