"""What crosses the border of the model: a window of audio in, a hypothesis out.

Pure data. Positions are samples at 16 kHz on the media clock of the session that asked. Nothing here
is a setting of the engine: all that decides how a window is decoded travels in the request.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 16_000
"""The one rate inside: samples a second of every waveform that reaches the gate or the model."""

Waveform = npt.NDArray[np.float32]
"""Mono float32 in [-1, 1] at `SAMPLE_RATE`, shape (samples,)."""


class Kind(StrEnum):
    """Why a window is decoded: for what is said just now, for a pause that may end the utterance, or
    because it has ended. Finals are never dropped."""

    PARTIAL = "partial"
    PAUSE = "pause"
    FINAL = "final"

    @property
    def whole(self) -> bool:
        """Whether the window may be the whole utterance: it is decoded with care, and with word times."""
        return self is not Kind.PARTIAL


Detected = tuple[tuple[str, float], ...]
"""Languages that may be spoken in a window with their shares of the probability, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Prior:
    """The language spoken so far, and what it takes to leave it for another one.

    The other one must have `probability` among all that are allowed, and `share` of what the two have
    together: a window of which little can be told stays in `language`.
    """

    language: str
    share: float
    probability: float

    def settle(self, detected: Detected) -> str:
        """The language to decode in."""
        likeliest, probability = detected[0]
        own = dict(detected).get(self.language, 0.0)
        clear = probability >= self.probability and probability >= self.share * (probability + own)
        return likeliest if clear else self.language


@dataclass(frozen=True, slots=True, eq=False)
class DecodeRequest:
    """One window to decode.

    `key` names the utterance: a newer window of the same key replaces an older one still waiting, unless
    that is a final.
    `generation` comes back in the answer, so that a stale answer can be told.
    `deadline` is in seconds of the scheduler's clock; it orders, it does not cancel.
    `beam` is the number of hypotheses followed at once.
    `prefix` is text that the answer must begin with (already shown to people as settled).
    `draft` is what was heard in the first `drafted` samples: a partial can be only so much longer.
    `paused` is what was heard of the first `resumed` samples, in which somebody paused: what a draft need not
    hear again.
    `language` forces one; otherwise it is detected among `languages` (empty: all the model knows),
    and `prior`, if there is one, is only left on clear evidence.
    The last `beyond` samples of `audio` are not the utterance's: they are heard for how its sentence goes on.
    `spoken_until` is where the detector last heard speech in it (0: nobody knows): a whole window is heard up
    to there.
    `background`: nobody waits for the answer just now, and live windows go first.
    """

    key: str
    generation: int
    kind: Kind
    audio: Waveform
    start: int
    deadline: float
    prefix: str = ""
    draft: str = ""
    drafted: int = 0
    paused: str = ""
    resumed: int = 0
    language: str | None = None
    languages: tuple[str, ...] = ()
    prior: Prior | None = None
    beyond: int = 0
    spoken_until: int = 0
    hotwords: tuple[str, ...] = ()
    beam: int = 1
    background: bool = False

    @property
    def end(self) -> int:
        """Where the audio ends that is the utterance's."""
        return self.start + len(self.audio) - self.beyond


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its place. `text` keeps its leading space, so that joined words give the text."""

    text: str
    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What the model heard in one window. `text` includes the forced prefix; partials have no `words`.

    `detected` is what the sound says of the language, whatever was spoken before; empty when the request
    named the language.
    """

    text: str
    language: str
    language_probability: float = 1.0
    detected: Detected = ()
    words: tuple[Word, ...] = ()
    average_logprob: float = 0.0
    no_speech_probability: float = 0.0
    compression_ratio: float = 1.0
    redone: bool = field(default=False)
    """True when the first result looped and the window was decoded again in full length."""
    provisional: bool = False
    """True when a smaller model than that of the finals heard it: to be shown, and never settled."""


class Superseded(Exception):
    """A newer window of the same utterance took this one's place in the queue."""


class EngineError(Exception):
    """The model could not decode: our fault, never the speaker's. `reason` is what a `gap` tells of it.

    `engine_error`: it failed, twice. `engine_timeout`: it did not come back, twice. `engine_unavailable`:
    it hangs, and nothing is asked of it.
    """

    reason = "engine_error"


class EngineTimeout(EngineError):
    """The model did not come back."""

    reason = "engine_timeout"


class EngineUnavailable(EngineError):
    """Nothing is asked of the model until it comes back."""

    reason = "engine_unavailable"


class Recognizer(Protocol):
    """Anything that decodes windows: the local worker, a remote one, a scripted one in tests."""

    async def decode(self, request: DecodeRequest) -> Hypothesis:
        """The hypothesis for one window. Raises `Superseded` (never for finals) and `EngineError`."""
        ...

    def wait(self) -> float:
        """How long it takes just now from the asking to the answer of a window, in seconds."""
        ...


class VadStream(Protocol):
    """The speech detector's state for one track."""

    def probabilities(self, windows: Waveform) -> npt.NDArray[np.float32]:
        """Speech probability of each window. `windows` has shape (n, 512), consecutive in time."""
        ...
