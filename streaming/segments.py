"""A finished piece of transcript: what is stored, exported, shown and searched. Pure data, seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

SUSPECTED_HALLUCINATION = "suspected_hallucination"


@dataclass(frozen=True, slots=True)
class TimedWord:
    """One word with its place in seconds. `word` has no surrounding space."""

    word: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Segment:
    """One utterance (or a piece of a long one) with final text.

    `id` is unique in the whole store and ordered within its session; `start` and `end` are seconds on
    the clock of the session that made it (or of the meeting, once `shifted`). Where people gave the speaker
    another name, `speaker` is that name and `label` what the stream called the speaker. `version` is how
    often people corrected the text; 0: as it was heard.
    """

    id: str
    start: float
    end: float
    text: str
    language: str
    words: tuple[TimedWord, ...] = ()
    speaker: str | None = None
    track: str | None = None
    confidence: float | None = None
    flags: tuple[str, ...] = ()
    label: str | None = None
    version: int = 0

    def shifted(self, seconds: float) -> "Segment":
        """The same segment on a clock that started `seconds` earlier."""
        words = tuple(
            replace(word, start=word.start + seconds, end=word.end + seconds) for word in self.words
        )
        return replace(self, start=self.start + seconds, end=self.end + seconds, words=words)

    def named(self, names: Mapping[str, str] | None) -> "Segment":
        """The same segment under the name that its speaker has now; `names` are by label."""
        label = self.label or self.speaker
        name = (names or {}).get(label or "", label)
        if name == self.speaker:
            return self
        return replace(self, speaker=name, label=None if name == label else label)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Where every received sample ended, in seconds, summed over tracks. The parts sum to `received`."""

    received: float = 0.0
    transcribed: float = 0.0
    silence: float = 0.0
    quarantined: float = 0.0
    lost: float = 0.0

    def __add__(self, other: "Coverage") -> "Coverage":
        return Coverage(
            self.received + other.received,
            self.transcribed + other.transcribed,
            self.silence + other.silence,
            self.quarantined + other.quarantined,
            self.lost + other.lost,
        )
