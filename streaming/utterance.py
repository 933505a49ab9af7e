"""One utterance from its first word to its final text. Pure.

It knows which words are settled, which language it is in, and what to ask the model for next; it turns
hypotheses into captions. Positions are samples on the media clock.
"""

from dataclasses import dataclass, field
from typing import Literal

from asr.types import SAMPLE_RATE, DecodeRequest, Hypothesis, Kind, Waveform
from streaming.agreement import Agreement
from streaming.ledger import Outcome
from streaming.quarantine import LOOPED_ABOVE, suspicious
from streaming.segmenter import EARLIEST_CUT, Voice
from streaming.segments import SUSPECTED_HALLUCINATION, Segment, TimedWord

WHOLE_BEAM = 5
"""Word error rate of finals with a beam of one: 8.8 % (tiny.en, English), 18.1 % (base, Russian) and 8.8 %
(base, English); with five 6.3, 16.7 and 8.1 %."""
INCOMPLETE = "incomplete"
"""Flag of a segment whose end could not be decoded."""

ENOUGH_TO_TELL = int(2.5 * SAMPLE_RATE)
"""Speech that suffices to tell a language; less of it keeps the language spoken before."""
SURE = 0.6


@dataclass(frozen=True, slots=True)
class Style:
    """What the client asked for, as far as an utterance is concerned."""

    languages: tuple[str, ...] = ()
    hotwords: tuple[str, ...] = ()
    stability: Literal["stable", "accurate"] = "stable"
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Conclusion:
    """An utterance's end: its final segment, what its audio counts as, and why, if it was lost."""

    segment: Segment
    outcome: Outcome
    reason: str | None = None


@dataclass(slots=True)
class Utterance:
    """`id` names the segment; `start` is where its audio begins, `speech_start` the speech itself.

    `speech_end` is the end of the speech heard so far; `voice` what was heard of it in all, once it ended.
    """

    id: str
    start: int
    speech_start: int
    track: str | None
    style: Style
    language: str | None = None
    agreement: Agreement = field(default_factory=Agreement)
    end: int | None = None
    speech_end: int = 0
    voice: Voice = field(default_factory=Voice)
    shown: bool = False
    waiting: bool = False
    decoded_to: int = 0
    generation: int = 0
    shown_end: int = 0
    draft: tuple[str, int] = ("", 0)
    concluding: DecodeRequest | None = None
    conclusion: Conclusion | None = None
    _paused_at: int | None = None
    _pause: DecodeRequest | None = None
    _pause_heard: Hypothesis | None = None

    @property
    def committed(self) -> str:
        """The settled text so far."""
        return " ".join(self.agreement.committed)

    def partial(self, audio: Waveform, deadline: float) -> DecodeRequest:
        """Ask for what was said so far. Where the settled words lead the model to stop, it hears freely."""
        forced = "" if self.agreement.stopped_short else self.committed
        return self._ask(Kind.PARTIAL, audio, deadline, forced)

    def pause(self, audio: Waveform, deadline: float) -> DecodeRequest:
        """Ask for what will be the whole, should the pause go on: its end then needs no decoding."""
        self._pause = self._ask(Kind.PAUSE, audio, deadline, self._forced)
        self._pause_heard = None
        self._paused_at = self.decoded_to
        return self._pause

    def final(self, audio: Waveform, deadline: float) -> DecodeRequest | None:
        """Ask for the whole; with `stable` the answer must begin with what was settled.

        None when the last pause asked for just that: its answer concludes, or has concluded.
        """
        asked = self._pause
        if asked is None or len(asked.audio) != len(audio) or not self._answers(self._pause_heard):
            self.concluding = self._request(Kind.FINAL, audio, deadline, self._forced)
            return self.concluding
        self.concluding = asked
        if self._pause_heard is not None:
            self.conclude(self._pause_heard)
        return None

    def _answers(self, heard: Hypothesis | None) -> bool:
        """Whether a pause's answer, if it has come, still begins with all that is settled."""
        return heard is None or heard.text.startswith(self._forced)

    def asked_at(self, end: int) -> bool:
        """Whether the pause at sample `end` has been asked about, answered or not: it is asked once."""
        return self._paused_at == end

    @property
    def _forced(self) -> str:
        return self.committed if self.style.stability == "stable" else ""

    def _ask(self, kind: Kind, audio: Waveform, deadline: float, prefix: str, beam: int = 0) -> DecodeRequest:
        self.waiting = True
        self.decoded_to = self.start + len(audio)
        return self._request(kind, audio, deadline, prefix)

    def _request(self, kind: Kind, audio: Waveform, deadline: float, prefix: str) -> DecodeRequest:
        self.generation += 1
        return DecodeRequest(
            key=self.id,
            generation=self.generation,
            kind=kind,
            audio=audio,
            start=self.start,
            deadline=deadline,
            beam=WHOLE_BEAM if kind.whole else 1,
            prefix=prefix,
            draft=self.draft[0],
            drafted=self.draft[1],
            language=self.language,
            languages=self.style.languages,
            hotwords=self.style.hotwords,
        )

    def heard(self, request: DecodeRequest, hypothesis: Hypothesis) -> bool:
        """Take the answer for a partial or a pause; True if the words to show changed."""
        if request.generation != self.generation or self.end is not None:
            return False
        self.waiting = False
        if request is self._pause:
            self._pause_heard = hypothesis
        if hypothesis.compression_ratio > LOOPED_ABOVE:
            # A loop says nothing of the audio; the next partial, or the final, will.
            return False
        self.draft = hypothesis.text, len(request.audio)
        end = request.start + len(request.audio)
        changed = self.agreement.push(hypothesis.text, end, cut=request.kind is Kind.PARTIAL)
        sure = hypothesis.language_probability >= SURE and len(request.audio) >= ENOUGH_TO_TELL
        if self.agreement.committed or sure:
            # Settled words are in this language; the rest of the utterance is decoded in it too.
            self.language = hypothesis.language
        return changed

    def unanswered(self, request: DecodeRequest) -> DecodeRequest | None:
        """A partial or a pause will not be answered: what to ask in its place, if it was to conclude."""
        if request.generation == self.generation:
            self.waiting = False
        if request is self._pause:
            self._pause = None
        if request is not self.concluding:
            return None
        self.concluding = self._request(Kind.FINAL, request.audio, request.deadline, request.prefix)
        return self.concluding

    def caption(self, language: str, heard: int) -> Segment:
        """The segment as it can be shown now; `heard` is the end of the window in which its words were.

        Its end is one that the final cannot fall short of: speech that was heard, and none that a cut may
        yet leave to the next utterance.
        """
        self.shown = True
        certain = max(self.start + EARLIEST_CUT, self.agreement.edge)
        self.shown_end = max(self.shown_end, min(heard, self.speech_end, certain))
        return self._segment(self.committed, language)

    def conclude(self, hypothesis: Hypothesis) -> Conclusion:
        """Take the final answer."""
        self.conclusion = self._conclusion(hypothesis)
        return self.conclusion

    def abandon(self, reason: str) -> Conclusion:
        """The model failed on the final: what was settled stays, the rest is lost."""
        segment = self._segment(self.committed, self.language or "", flags=(INCOMPLETE,))
        self.conclusion = Conclusion(segment, "lost", reason)
        return self.conclusion

    def _conclusion(self, hypothesis: Hypothesis) -> Conclusion:
        text = hypothesis.text.strip()
        settled = self.committed if self.style.stability == "stable" else ""
        if not text.startswith(settled):
            segment = self._segment(settled, hypothesis.language, flags=(INCOMPLETE,))
            return Conclusion(segment, "transcribed")
        if not any(char.isalnum() for char in text):
            return Conclusion(self._segment(settled, hypothesis.language), "silence")
        flags = (SUSPECTED_HALLUCINATION,) if suspicious(hypothesis, self.voice) else ()
        words = _words(hypothesis, self.speech_start, self.speech_end)
        segment = self._segment(text, hypothesis.language, words, flags)
        return Conclusion(segment, "quarantined" if flags else "transcribed")

    def _segment(
        self,
        text: str,
        language: str,
        words: tuple[TimedWord, ...] = (),
        flags: tuple[str, ...] = (),
    ) -> Segment:
        scores = [word.confidence for word in words]
        end = self.shown_end if self.end is None else self.speech_end
        return Segment(
            id=self.id,
            start=seconds(self.speech_start),
            end=seconds(max(end, self.shown_end, self.speech_start)),
            text=text,
            language=language,
            words=words,
            speaker=self.style.speaker,
            track=self.track,
            confidence=round(sum(scores) / len(scores), 3) if scores else None,
            flags=flags,
        )


def seconds(position: int) -> float:
    """A position in seconds, to the millisecond."""
    return round(position / SAMPLE_RATE, 3)


def _words(hypothesis: Hypothesis, speech_start: int, speech_end: int) -> tuple[TimedWord, ...]:
    """The words with times inside the speech.

    The alignment gives the silence around an utterance to its first and last word; the detector knows better.
    """
    return tuple(
        TimedWord(
            word.text.strip(),
            seconds(max(word.start, speech_start) if word.end > speech_start else word.start),
            seconds(min(word.end, speech_end) if word.start < speech_end else word.end),
            round(word.confidence, 3),
        )
        for word in hypothesis.words
        if word.text.strip()
    )
