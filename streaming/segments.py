"""A finished piece of transcript: what is stored, exported, shown and searched. Pure data, seconds."""

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
    the clock of the session that made it (or of the meeting, once `shifted`).
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

    def shifted(self, seconds: float) -> "Segment":
        """The same segment on a clock that started `seconds` earlier."""
        words = tuple(
            replace(word, start=word.start + seconds, end=word.end + seconds) for word in self.words
        )
        return replace(self, start=self.start + seconds, end=self.end + seconds, words=words)


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
