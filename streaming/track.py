"""One track of a session: audio in, utterances out. Pure.

A track is one microphone or one channel. It keeps the recent audio, asks the speech detector about every
window of 512 samples, and opens and closes utterances at the borders that the segmenter finds. What the
model is asked, and when, is decided here; what it answers goes to the utterance.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from asr.types import SAMPLE_RATE, DecodeRequest, VadStream, Waveform
from streaming.buffer import AudioBuffer
from streaming.ledger import Ledger
from streaming.progress import TrackProgress
from streaming.segmenter import PRE_ROLL, WINDOW, Closed, Opened, Segmenter
from streaming.utterance import Conclusion, Style, Utterance

FINAL_DEADLINE = 1.0
ENOUGH_FOR_DETECTION = 2 * SAMPLE_RATE
"""Utterances shorter than this keep the language of the one before: detection guesses on them."""


@dataclass(slots=True)
class Changes:
    """What a step of a track brought about, in order."""

    boundaries: list[Opened | Closed] = field(default_factory=list)
    requests: list[DecodeRequest] = field(default_factory=list)


class Track:
    """The state of one track."""

    def __init__(
        self,
        name: str | None,
        vad: VadStream,
        endpointing: int,
        style: Style,
        new_id: Callable[[int], str],
        *,
        first: int = 0,
        begun: TrackProgress | None = None,
    ) -> None:
        """`new_id` names the utterance of a number; a track that goes on hears audio from `first` again."""
        before = begun or TrackProgress(first, 0, {})
        self.name = name
        self.ledger = Ledger.begun(before.settled, before.totals)
        self.told = before.told
        self.open: Utterance | None = None
        # bounded: by the driver, which stops reading audio while too much awaits its final.
        self.closing: dict[str, Utterance] = {}
        self._vad = vad
        self._segmenter = Segmenter(endpointing, first, before.settled)
        self._buffer = AudioBuffer(first)
        self._windowed = first
        self._style = style
        self._new_id = new_id
        self._opened = self.told
        self._language = style.languages[0] if len(style.languages) == 1 else before.language

    @property
    def position(self) -> int:
        """The number of samples received."""
        return self._buffer.end

    @property
    def language(self) -> str | None:
        """The language of the last final."""
        return self._language

    @property
    def safe(self) -> int:
        """All audio before this index has its final outcome."""
        starts = [utterance.start for utterance in self.closing.values()]
        return min([self.ledger.accounted, *starts])

    @property
    def progress(self) -> TrackProgress:
        """What to store of this track along with its finals."""
        safe = self.safe
        return TrackProgress(safe, self.told, self.ledger.totals_until(safe), self._language)

    @property
    def waiting_seconds(self) -> float:
        """Seconds of finished speech whose final is still to come."""
        return self.ledger.open / SAMPLE_RATE

    def utterance(self, key: str) -> Utterance | None:
        """The utterance of that id, while it lives."""
        if self.open is not None and self.open.id == key:
            return self.open
        return self.closing.get(key)

    def feed(self, samples: Waveform, now: float) -> Changes:
        """Take the samples that follow."""
        changes = Changes()
        self._buffer.append(samples)
        self.ledger.receive_until(self._buffer.end)
        count = (self._buffer.end - self._windowed) // WINDOW
        windows = self._buffer.read(self._windowed, self._windowed + count * WINDOW).reshape(count, WINDOW)
        levels = np.sqrt(np.mean(windows**2, axis=1)) if count else windows
        for probability, level in zip(self._vad.probabilities(windows), levels, strict=True):
            self._windowed += WINDOW
            edge = self.open.agreement.edge if self.open is not None else 0
            self._apply(self._segmenter.push(float(probability), float(level), edge), changes, now)
        self._settle_silence()
        return changes

    def flush(self, now: float) -> Changes:
        """Close the running utterance where the audio ends now."""
        changes = Changes()
        self._apply(self._segmenter.flush(self._buffer.end), changes, now)
        return changes

    def finish(self) -> None:
        """No more audio comes: what is left is silence."""
        self.ledger.silence_until(self._buffer.end)

    def partial(self, interval: float, now: float) -> DecodeRequest | None:
        """The next partial request, if enough was said since the last one and that was answered."""
        utterance = self.open
        if utterance is None or utterance.waiting:
            return None
        heard = self._buffer.end - max(utterance.decoded_to, utterance.speech_start)
        if heard < interval * SAMPLE_RATE:
            return None
        return utterance.partial(self._buffer.read(utterance.start, self._buffer.end), now + interval)

    def release(self) -> list[tuple[Utterance, Conclusion]]:
        """Utterances whose conclusion is due to be told: in the order in which they were spoken.

        Answers may come in any order, since windows of one length are decoded together.
        """
        released = []
        for utterance in list(self.closing.values()):
            if utterance.conclusion is None:
                break
            del self.closing[utterance.id]
            outcome = utterance.conclusion.outcome
            self.ledger.settle((utterance.end or utterance.start) - utterance.start, outcome)
            if outcome == "transcribed":
                self._language = utterance.conclusion.segment.language
            self.told += 1
            released.append((utterance, utterance.conclusion))
        return released

    def _apply(self, boundaries: list[Opened | Closed], changes: Changes, now: float) -> None:
        for boundary in boundaries:
            changes.boundaries.append(boundary)
            if isinstance(boundary, Opened):
                self._open(boundary)
            else:
                changes.requests.append(self._close(boundary, now))

    def _open(self, opened: Opened) -> None:
        self._opened += 1
        self.open = Utterance(self._new_id(self._opened), opened.start, opened.speech, self.name, self._style)
        if len(self._style.languages) == 1:
            self.open.language = self._language

    def _close(self, closed: Closed, now: float) -> DecodeRequest:
        utterance = self.open
        assert utterance is not None, "an utterance is opened before it is closed"  # noqa: S101
        self.open = None
        utterance.end, utterance.speech_end = closed.end, closed.speech_end
        if closed.end - closed.start < ENOUGH_FOR_DETECTION:
            utterance.language = utterance.language or self._language
        self.closing[utterance.id] = utterance
        self.ledger.utterance(closed.start, closed.end)
        return utterance.final(self._buffer.read(closed.start, closed.end), now + FINAL_DEADLINE)

    def _settle_silence(self) -> None:
        settled = self._segmenter.settled
        self.ledger.silence_until(settled)
        self._buffer.trim(min(settled, self._windowed - PRE_ROLL))
