"""One track of a session: audio in, utterances out. Pure.

A track is one microphone or one channel. It keeps the recent audio, asks the speech detector about every
window of 512 samples, and opens and closes utterances at the borders that the segmenter finds. What the
model is asked, and when, is decided here; what it answers goes to the utterance.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from asr.types import SAMPLE_RATE, DecodeRequest, VadStream, Waveform
from streaming.buffer import AudioBuffer
from streaming.joining import Names
from streaming.ledger import Ledger
from streaming.progress import TrackProgress
from streaming.segmenter import PRE_ROLL, WINDOW, Closed, Opened, Segmenter
from streaming.tongue import Tongue
from streaming.utterance import Conclusion, Style, Utterance

FINAL_DEADLINE = 1.0
PAUSE_DEADLINE = 0.5
BEYOND_CUT = SAMPLE_RATE
"""How much of what follows a cut in running speech is decoded with the piece before it, for its last mark:
two or three words. With two seconds `base` left out sentences of one Russian window in eight more."""


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
        self._tongue = Tongue(style.languages, before.language)
        self._names = Names(style.hotwords)
        self._ending = before.ending

    @property
    def position(self) -> int:
        """The number of samples received."""
        return self._buffer.end

    @property
    def language(self) -> str | None:
        """The language spoken last, once it is clear."""
        return self._tongue.language

    @property
    def safe(self) -> int:
        """All audio before this index has its final outcome."""
        starts = [utterance.start for utterance in self.closing.values()]
        return min([self.ledger.accounted, *starts])

    @property
    def progress(self) -> TrackProgress:
        """What to store of this track along with its finals."""
        safe = self.safe
        return TrackProgress(safe, self.told, self.ledger.totals_until(safe), self.language, self._ending)

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
            if self.open is not None:
                self.open.speech_end = self._segmenter.last_speech
        self._settle_silence()
        return changes

    def miss(self, samples: int, reason: str, now: float) -> Changes:
        """So many samples that follow were lost on their way: silence takes their place, and time goes on."""
        self.ledger.miss(self._buffer.end, self._buffer.end + samples, reason)
        return self.feed(np.zeros(samples, np.float32), now)

    def flush(self, now: float) -> Changes:
        """Close the running utterance where the audio ends now."""
        changes = Changes()
        self._apply(self._segmenter.flush(self._buffer.end), changes, now)
        return changes

    def change(self, languages: tuple[str, ...], hotwords: tuple[str, ...], endpointing: int) -> None:
        """Other languages and words for the utterances that are yet to open, and another pause, in samples,
        that ends one."""
        if languages != self._style.languages:
            spoken = self._tongue.language
            self._tongue = Tongue(languages, spoken if not languages or spoken in languages else None)
        self._style = replace(self._style, languages=languages, hotwords=hotwords)
        self._names.add(hotwords)
        self._segmenter.endpointing = endpointing

    def finish(self) -> None:
        """No more audio comes: what is left is silence."""
        self.ledger.silence_until(self._buffer.end)

    def ask(self, interval: float | None, now: float) -> DecodeRequest | None:
        """What to ask of the model now, if anything: once about every pause that may end the utterance,
        else a partial after each `interval` seconds of audio (None: never) once the one before is answered.
        """
        utterance, pause = self.open, self._segmenter.pause
        if utterance is None:
            return None
        if pause is not None:
            if utterance.asked_at(pause[1]):
                return None
            return utterance.pause(self._buffer.read(*pause), now + PAUSE_DEADLINE)
        if utterance.waiting or interval is None:
            return None
        heard = self._buffer.end - max(utterance.decoded_to, utterance.speech_start)
        if heard < interval * SAMPLE_RATE:
            return None
        audio = self._buffer.read(utterance.start, self._buffer.end)
        return utterance.partial(audio, now + interval)

    def release(self) -> tuple[list[tuple[Utterance, Conclusion]], list[DecodeRequest]]:
        """Utterances whose conclusion is due to be told, and what must be asked again before more are.

        They are taken in the order in which they were spoken. Answers may come in any order, since windows
        of one length are decoded together.
        """
        released: list[tuple[Utterance, Conclusion]] = []
        for utterance in list(self.closing.values()):
            if utterance.conclusion is None:
                break
            if (again := utterance.ask_again()) is not None:
                return released, [again]
            del self.closing[utterance.id]
            released.append((utterance, self._told(utterance)))
        return released, []

    def _told(self, utterance: Utterance) -> Conclusion:
        """Take an utterance for finished; the next one is told how it ended."""
        conclusion = utterance.told()
        self.told += 1
        self.ledger.settle(conclusion.outcome, conclusion.reason)
        segment = conclusion.segment
        if conclusion.outcome == "transcribed":
            if utterance.answer is not None:
                utterance.tongue.take(utterance.answer, utterance.speech)
            self._names.learn(segment.text)
        if conclusion.outcome != "silence":
            self._ending = utterance.ending(segment.text, segment.language)
        following = next(iter(self.closing.values()), self.open)
        if following is not None:
            following.before = self._ending
        return conclusion

    def _apply(self, boundaries: list[Opened | Closed], changes: Changes, now: float) -> None:
        for boundary in boundaries:
            changes.boundaries.append(boundary)
            if isinstance(boundary, Opened):
                self._open(boundary)
            else:
                request = self._close(boundary, now)
                changes.requests += [request] if request is not None else []

    def _open(self, opened: Opened) -> None:
        self._opened += 1
        name = self._new_id(self._opened)
        self.open = Utterance(
            name, opened.start, opened.speech, self.name, self._style, self._tongue, self._names
        )
        if len(self._style.languages) == 1:
            self.open.language = self._tongue.language
        if not self.closing:
            self.open.before = self._ending

    def _close(self, closed: Closed, now: float) -> DecodeRequest | None:
        utterance = self.open
        assert utterance is not None, "an utterance is opened before it is closed"  # noqa: S101
        self.open = None
        utterance.end, utterance.speech_end, utterance.voice = closed.end, closed.speech_end, closed.voice
        self.closing[utterance.id] = utterance
        self.ledger.utterance(closed.start, closed.end)
        heard = min(self._windowed, closed.end + BEYOND_CUT) if closed.joined else closed.end
        audio = self._buffer.read(closed.start, heard)
        return utterance.final(audio, now + FINAL_DEADLINE, heard - closed.end)

    def _settle_silence(self) -> None:
        settled = self._segmenter.settled
        self.ledger.silence_until(settled)
        self._buffer.trim(min(settled, self._windowed - PRE_ROLL))
