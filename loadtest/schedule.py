"""What each speaker says and when: clips and silences, fixed by the plan's seed. Pure.

A speaker talks in turns: clips one after the other with a breath between them, then a pause long enough to
end an utterance, such that the share of talking is the plan's duty. Every speaker plays the clips of one
language in an order of its own, each clip once before any comes again.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from loadtest.client import RATE, Audio
from loadtest.corpus import Clip
from loadtest.plan import Plan

BREATH = (0.15, 0.3)
"""Seconds of silence between two clips of a turn: too short to end an utterance."""
PAUSE = (0.8, 2.0)
"""Seconds; a turn goes on until the pause that the duty grants after it is at least this long."""
TAIL = 1.5
"""Seconds of silence at the end of every stream, so that the last final comes as all others do."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Clips without a real pause; times in seconds of the stream's audio."""

    start: float
    end: float
    clips: tuple[tuple[float, Clip], ...]
    """Each with its start."""


@dataclass(frozen=True, slots=True)
class Script:
    """One speaker: starts `offset` seconds after the run, streams `seconds` of audio."""

    speaker: int
    offset: float
    seconds: float
    language: str
    turns: tuple[Turn, ...]

    @property
    def clips(self) -> tuple[tuple[float, Clip], ...]:
        """All clips with their starts."""
        return tuple(clip for turn in self.turns for clip in turn.clips)

    @property
    def reference(self) -> str:
        """Every word that is said."""
        return " ".join(clip.reference for _, clip in self.clips)

    @property
    def talking(self) -> float:
        """Seconds of clips."""
        return sum(clip.seconds for _, clip in self.clips)

    def audio(self) -> Iterator[Audio]:
        """The stream as clips and silences."""
        at = 0
        for start, clip in self.clips:
            begin = round(start * RATE)
            yield np.zeros(begin - at, np.float32)
            yield clip.audio
            at = begin + len(clip.audio)
        yield np.zeros(max(round(self.seconds * RATE) - at, 0), np.float32)


def write_scripts(plan: Plan, clips: Sequence[Clip]) -> list[Script]:
    """The scripts of all speakers. All streams end at the same moment, so the first one is the longest."""
    languages = sorted({clip.language for clip in clips})
    return [_script(plan, clips, index, languages[index % len(languages)]) for index in range(plan.speakers)]


def _script(plan: Plan, clips: Sequence[Clip], speaker: int, language: str) -> Script:
    offset = speaker * plan.stagger
    seconds = (plan.seconds + plan.ramp - offset) * plan.speed
    rng = random.Random(f"{plan.seed}/{speaker}")  # noqa: S311 - reproducible, not secret
    deck = _Deck([clip for clip in clips if clip.language == language], rng)
    turns: list[Turn] = []
    at = rng.uniform(0.2, 0.2 + PAUSE[0] * (1 - plan.duty) / 0.5)
    while turn := _turn(deck, rng, at, seconds - TAIL, plan.duty):
        turns.append(turn)
        at = turn.end + _rest(turn.start, turn.end, turn.clips, plan.duty)
    return Script(speaker, offset, seconds, language, tuple(turns))


def _rest(start: float, end: float, said: Sequence[tuple[float, Clip]], duty: float) -> float:
    """Seconds of silence after a turn that make its clips the share `duty`; breaths are silence too."""
    talked = sum(clip.seconds for _, clip in said)
    return max(talked / duty - (end - start), 0.0)


def _turn(deck: "_Deck", rng: random.Random, start: float, limit: float, duty: float) -> Turn | None:
    """The next turn; None when no clip fits before `limit`."""
    said: list[tuple[float, Clip]] = []
    at, end = start, start
    wanted = rng.uniform(*PAUSE)
    while clip := deck.draw(limit - at):
        said.append((at, clip))
        end = at + clip.seconds
        if _rest(start, end, said, duty) >= wanted:
            break
        at = end + rng.uniform(*BREATH)
    return Turn(start, end, tuple(said)) if said else None


class _Deck:
    """Clips in random order, shuffled anew when all have been played."""

    def __init__(self, clips: list[Clip], rng: random.Random) -> None:
        self._clips = clips
        self._rng = rng
        self._left: list[Clip] = []

    def draw(self, room: float) -> Clip | None:
        """The next clip of at most `room` seconds, if there is any."""
        if not self._left:
            self._left = self._rng.sample(self._clips, len(self._clips))
        clip = next((clip for clip in self._left if clip.seconds <= room), None)
        if clip is not None:
            self._left.remove(clip)
        return clip
