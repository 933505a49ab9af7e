"""Where utterances begin and end on one track, from speech probabilities. Pure.

A window is 512 samples. Speech begins when the probability reaches `ONSET` and goes on until it has
stayed below `OFFSET` for the endpointing time. From `SOFT_LIMIT` on, ever shorter pauses end the
utterance, so that long speech is cut where the speaker breathes; at `HARD_LIMIT` it is cut at its
quietest point. Pieces touch: what one leaves out, the next one begins with.
"""

from collections import deque
from dataclasses import dataclass
from typing import Literal

from asr.types import SAMPLE_RATE

WINDOW = 512
ONSET = 0.5
OFFSET = 0.35
PRE_ROLL = int(0.3 * SAMPLE_RATE)
POST_ROLL = int(0.25 * SAMPLE_RATE)
MIN_SPEECH = 3 * WINDOW
"""Less speech than this (96 ms) is a click, not a word."""
SOFT_LIMIT = 15 * SAMPLE_RATE
HARD_LIMIT = 25 * SAMPLE_RATE
SHORTEST_PAUSE = 3 * WINDOW
CUT_SEARCH = 5 * SAMPLE_RATE
EARLIEST_CUT = HARD_LIMIT - CUT_SEARCH
"""No cut is made before so much of an utterance."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Somebody speaks; the audio to decode begins at `start`, the speech itself at `speech`."""

    start: int
    speech: int


@dataclass(frozen=True, slots=True)
class Voice:
    """What the detector heard of an utterance: samples of speech, and its surest probability."""

    spoken: int = 0
    peak: float = 0.0


@dataclass(frozen=True, slots=True)
class Closed:
    """The utterance is `[start, end)`. `joined` when the next one goes on without a pause."""

    start: int
    end: int
    speech_end: int
    reason: Literal["pause", "length", "flush"]
    joined: bool = False
    voice: Voice = Voice()


Boundary = Opened | Closed


class Segmenter:
    """The state of one track between pauses."""

    def __init__(self, endpointing: int, first: int = 0, settled: int = 0) -> None:
        """Windows begin at `first`, and what lies before `settled` opens none."""
        self.endpointing = endpointing
        """The pause in samples that ends an utterance."""
        self._position = first
        self._floor = settled
        self._start: int | None = None
        self._announced = False
        self._first_speech = 0
        self._last_speech = 0
        self._spoken = 0
        self._peak = 0.0
        # For the last seconds: where the window begins, how much is in it, whether it counts as speech.
        self._recent: deque[tuple[int, float, bool]] = deque(maxlen=CUT_SEARCH // WINDOW)

    @property
    def open_since(self) -> int | None:
        """Where the running utterance begins; None in silence."""
        return self._start

    @property
    def pause(self) -> tuple[int, int] | None:
        """The running utterance as `[start, end)`, if it is over should the pause go on; None while it is
        too short to say, and in silence."""
        if self._start is None or not self._announced or self._position - self._last_speech < POST_ROLL:
            return None
        return self._start, self._last_speech + POST_ROLL

    @property
    def last_speech(self) -> int:
        """Where the running utterance was last heard to be speech; it only moves on."""
        return self._last_speech

    @property
    def settled(self) -> int:
        """All audio before this index belongs to closed utterances or to silence."""
        if self._start is not None:
            return self._start
        return max(self._floor, self._position - PRE_ROLL)

    def push(self, probability: float, level: float, committed_edge: int = 0) -> list[Boundary]:
        """Take the next window: its speech probability and its level (any measure of loudness).

        `committed_edge`: words already settled lie before this index, so no cut may be made there.
        """
        window = self._position
        self._position += WINDOW
        if self._start is None:
            begins = probability >= ONSET and self._position > self._floor
            return self._begin(window, probability) if begins else []
        return self._go_on(window, probability, level, committed_edge)

    def flush(self, end: int) -> list[Boundary]:
        """Close what is open at `end`, the newest sample received."""
        if self._start is None:
            return []
        # What the unfinished window holds belongs to the utterance as well.
        return self._close(end, "flush")

    def _begin(self, window: int, probability: float, start: int | None = None) -> list[Boundary]:
        self._start = max(self._floor, window - PRE_ROLL) if start is None else start
        self._first_speech = max(window, self._start)
        self._last_speech = window + WINDOW
        self._spoken = WINDOW
        self._peak = probability
        self._announced = False
        self._recent.clear()
        return []

    def _go_on(self, window: int, probability: float, level: float, edge: int) -> list[Boundary]:
        start = self._start or 0
        spoken = probability >= OFFSET
        self._recent.append((window, probability + level, spoken))
        boundaries: list[Boundary] = []
        self._peak = max(self._peak, probability)
        if spoken:
            self._last_speech = self._position
            self._spoken += WINDOW
            if self._spoken >= MIN_SPEECH and not self._announced:
                self._announced = True
                boundaries.append(Opened(start, self._first_speech))
        length = self._position - start
        if self._position - self._last_speech >= self._pause_needed(length):
            end = min(self._position, self._last_speech + POST_ROLL)
            return boundaries + self._close(end, "pause")
        if length >= HARD_LIMIT:
            return boundaries + self._cut(max(edge, start + WINDOW))
        return boundaries

    def _pause_needed(self, length: int) -> int:
        if length <= SOFT_LIMIT:
            return self.endpointing
        share = min(1.0, (length - SOFT_LIMIT) / (HARD_LIMIT - SOFT_LIMIT))
        return int(self.endpointing + share * (SHORTEST_PAUSE - self.endpointing))

    def _close(self, end: int, reason: Literal["pause", "flush"]) -> list[Boundary]:
        start, self._start = self._start or 0, None
        if not self._announced:
            return []
        self._floor = end
        voice = Voice(self._spoken, self._peak)
        return [Closed(start, end, self._last_speech, reason, voice=voice)]

    def _cut(self, earliest: int) -> list[Boundary]:
        """Cut running speech at the quietest of the last seconds; the rest is the next utterance.

        As any other, the rest is announced once enough of it is speech: often at once. Silence that a cut
        leaves over is not shown to the model, which would make up words for it.
        """
        start = self._start or 0
        places = [(level, window) for window, level, _ in self._recent if window >= earliest]
        at = min(places)[1] + WINDOW // 2 if places else self._position
        rest = WINDOW * sum(spoken for window, _, spoken in self._recent if window >= at)
        self._floor = at
        last_speech = self._last_speech
        voice = Voice(self._spoken - rest, self._peak)
        # Where in running speech the detector was surest is not kept: the rest is given the same.
        self._begin(at, self._peak, start=at)
        self._last_speech = max(last_speech, at)
        self._spoken = rest
        self._announced = rest >= MIN_SPEECH
        closed = Closed(start, at, min(last_speech, at), "length", self._announced, voice)
        return [closed, Opened(at, at)] if self._announced else [closed]
