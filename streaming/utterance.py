"""One utterance from its first word to its final text. Pure.

It knows which words are settled, which language it is in, and what to ask the model for next; it turns
hypotheses into captions. Positions are samples on the media clock.
"""

from dataclasses import dataclass, field, replace
from typing import Literal

from asr.types import SAMPLE_RATE, DecodeRequest, EngineError, Hypothesis, Kind, Waveform
from streaming import joining, tongue
from streaming.agreement import Agreement
from streaming.joining import Ending, Names, Opening
from streaming.ledger import Outcome
from streaming.quarantine import LOOPED_ABOVE, suspicious
from streaming.segmenter import EARLIEST_CUT, Voice
from streaming.segments import SUSPECTED_HALLUCINATION, Segment, TimedWord
from streaming.tongue import Tongue

WHOLE_BEAM = 5
"""Word error rate of finals with a beam of one: 8.8 % (tiny.en, English), 18.1 % (base, Russian) and 8.8 %
(base, English); with five 6.3, 16.7 and 8.1 %."""
INCOMPLETE = "incomplete"
"""Flag of a segment whose end could not be decoded."""
STOPPED_SHORT = 3 * SAMPLE_RATE
"""Running speech from whose cut the last word heard is farther than this was not decoded to its end."""


@dataclass(frozen=True, slots=True)
class Style:
    """What the client asked for, as far as an utterance is concerned."""

    languages: tuple[str, ...] = ()
    hotwords: tuple[str, ...] = ()
    stability: Literal["stable", "accurate"] = "stable"
    speaker: str | None = None
    background: bool = False


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
    `tongue` and `names` are the track's. `language` is known when only one is allowed, or from settled words.
    `before` is how the utterance before it ended, once that is known.
    """

    id: str
    start: int
    speech_start: int
    track: str | None
    style: Style
    tongue: Tongue = field(default_factory=lambda: Tongue(()))
    names: Names = field(default_factory=Names)
    language: str | None = None
    agreement: Agreement = field(default_factory=Agreement)
    end: int | None = None
    speech_end: int = 0
    voice: Voice = field(default_factory=Voice)
    heard_in: str = ""
    shown: bool = False
    waiting: bool = False
    decoded_to: int = 0
    generation: int = 0
    shown_end: int = 0
    draft: tuple[str, int] = ("", 0)
    paused: tuple[str, int] = ("", 0)
    answered: int = 0
    asked: DecodeRequest | None = None
    conclusion: Conclusion | None = None
    _paused_at: int | None = None
    _pause: DecodeRequest | None = None
    _pause_heard: Hypothesis | None = None
    before: Ending | None = None
    opening: Opening | None = None
    answer: Hypothesis | None = None
    beyond: tuple[str, ...] = ()
    asked_again: bool = False

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
        self._pause = self._ask(Kind.PAUSE, audio, deadline, self._settled)
        self._pause_heard = None
        self._paused_at = self.decoded_to
        return self._pause

    def final(self, audio: Waveform, deadline: float, beyond: int = 0) -> DecodeRequest | None:
        """Ask for the whole; with `stable` the answer must begin with what was settled.

        The last `beyond` samples follow a cut: what is said there is heard, but not part of it. None when
        the last pause asked for just this: its answer concludes, or has concluded.
        """
        pause, heard = self._pause, self._pause_heard
        kept = heard is None or heard.text.startswith(self._settled)
        if beyond or pause is None or len(pause.audio) != len(audio) or not kept:
            final = self._request(Kind.FINAL, audio, deadline, self._settled)
            self.asked = replace(final, beyond=beyond)
            return self.asked
        self.asked = pause
        if heard is not None:
            self.conclude(heard)
        return None

    def asked_at(self, end: int) -> bool:
        """Whether the pause at sample `end` has been asked about, answered or not: it is asked once."""
        return self._paused_at == end

    @property
    def _settled(self) -> str:
        """The text that the final must begin with."""
        return self.committed if self.style.stability == "stable" else ""

    def _ask(self, kind: Kind, audio: Waveform, deadline: float, prefix: str) -> DecodeRequest:
        self.waiting = True
        self.decoded_to = self.start + len(audio)
        return self._request(kind, audio, deadline, prefix)

    @property
    def speech(self) -> int:
        """Samples of speech heard in it so far."""
        return max(0, self.speech_end - self.speech_start)

    def _request(self, kind: Kind, audio: Waveform, deadline: float, prefix: str) -> DecodeRequest:
        self.generation += 1
        speech = self.speech if kind.whole else self.start + len(audio) - self.speech_start
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
            paused=self.paused[0],
            resumed=self.paused[1],
            language=self.language,
            languages=self.style.languages,
            prior=self.tongue.weigh(speech),
            spoken_until=self.speech_end,
            hotwords=self.style.hotwords,
            background=self.style.background,
        )

    def heard(self, request: DecodeRequest, hypothesis: Hypothesis) -> bool:
        """Take the answer for a partial or a pause; True if the words to show changed.

        An answer is welcome while a later pause is decoded, but settles nothing that the answer about that
        pause would then have to begin with.
        """
        if request.generation <= self.answered or self.end is not None:
            return False
        self.answered = request.generation
        newest = request.generation == self.generation
        self.waiting = self.waiting and not newest
        if request is self._pause:
            self._pause_heard = hypothesis
        if hypothesis.compression_ratio > LOOPED_ABOVE or tongue.disputed(hypothesis):
            # A loop says nothing of the audio. What little was said may sound like another language: nothing
            # of it is shown until that is clear.
            return False
        self.heard_in = hypothesis.language
        self.draft = hypothesis.text, len(request.audio)
        end = request.start + len(request.audio)
        if request.kind is Kind.PARTIAL or not newest:
            changed = self.agreement.push(hypothesis.text, end, hypothesis.provisional or not newest)
        else:
            changed = self.agreement.pause(hypothesis.text, end)
            if self.agreement.agrees(hypothesis.text):
                self.paused = self.draft
        if self.agreement.committed:
            # Settled words are in this language; the rest of the utterance is decoded in it too.
            self.language = hypothesis.language
            self.opening = self.opening or self._reads_on(self.committed, hypothesis.language)
        return changed

    def unanswered(self, request: DecodeRequest) -> DecodeRequest | None:
        """A partial or a pause will not be answered: what to ask in its place, if it was to conclude."""
        if request.generation == self.generation:
            self.waiting = False
        if request is self._pause:
            self._pause = None
        return self._once_more(request) if request is self.asked else None

    def caption(self, language: str, heard: int) -> Segment:
        """The segment as it can be shown now; `heard` is the end of the window in which its words were.

        Its end is one that the final cannot fall short of: speech that was heard, and none that a cut may
        yet leave to the next utterance.
        """
        self.shown = True
        certain = max(self.start + EARLIEST_CUT, self.agreement.edge)
        self.shown_end = max(self.shown_end, min(heard, self.speech_end, certain))
        segment = _segment(self, self.committed, language)
        return self.opening.segment(segment) if self.opening else segment

    @property
    def pending(self) -> str:
        """The words that may still change."""
        text = " ".join(self.agreement.pending)
        return text if self.opening else self._reads_on(text, self.heard_in).text(text)

    def _reads_on(self, text: str, language: str) -> Opening:
        return joining.opening(self.before, text, self.start, language, self.names)

    def conclude(self, hypothesis: Hypothesis) -> Conclusion:
        """Take the final answer."""
        self.answer = hypothesis
        end = self.asked.end if self.asked is not None and self.asked.beyond else None
        if end is not None and (parts := joining.split(hypothesis, end, self._settled)):
            hypothesis, self.beyond = parts
        self.conclusion = self._conclusion(hypothesis)
        return self.conclusion

    def ask_again(self) -> DecodeRequest | None:
        """Ask once more if the answer is not to the point, now that all utterances before it are known.

        It may be in a language that is not the utterance's, or not go on, word for word, beyond a cut.
        """
        asked, answer = self.asked, self.answer
        if self.asked_again or asked is None or answer is None or not answer.text.strip():
            return None
        language = self.tongue.settle(answer.detected, self.speech) or answer.language
        whole = answer.words and answer.words[-1].end >= asked.end - STOPPED_SHORT
        short = asked.beyond > 0 and not whole
        if language == answer.language and not short:
            return None
        self.asked_again, self.conclusion = True, None
        if short:
            asked = replace(asked, audio=asked.audio[: -asked.beyond], beyond=0)
        return self._once_more(replace(asked, language=language))

    def _once_more(self, asked: DecodeRequest) -> DecodeRequest:
        """The same question again, as a final that nothing replaces."""
        self.generation += 1
        self.asked = replace(asked, kind=Kind.FINAL, generation=self.generation)
        return self.asked

    def told(self) -> Conclusion:
        """The conclusion as it reads on from the utterance before; no more of this one changes then."""
        conclusion = self.conclusion
        assert conclusion is not None, "only what is concluded is told"  # noqa: S101
        segment = conclusion.segment
        reading = self.opening or self._reads_on(segment.text, segment.language)
        return replace(conclusion, segment=reading.segment(segment))

    def ending(self, text: str, language: str) -> Ending:
        """How it ended, for the utterance after it."""
        return Ending(text, self.beyond, language, self.speech_end)

    def abandon(self, reason: str) -> Conclusion:
        """The model failed on the final: what was settled stays, the rest is lost."""
        if self.answer is not None:
            # The first answer is not as good as a second might have been, but it is one.
            return self.conclude(self.answer)
        segment = _segment(self, self.committed, self.language or "", flags=(INCOMPLETE,))
        self.conclusion = Conclusion(segment, "lost", reason)
        return self.conclusion

    def _conclusion(self, hypothesis: Hypothesis) -> Conclusion:
        text = hypothesis.text.strip()
        settled = self._settled
        if not text.startswith(settled):
            # An engine that was given the settled words begins with them.
            segment = _segment(self, settled, hypothesis.language, flags=(INCOMPLETE,))
            return Conclusion(segment, "lost", EngineError.reason)
        if not any(char.isalnum() for char in text):
            return Conclusion(_segment(self, settled, hypothesis.language), "silence")
        flags = (SUSPECTED_HALLUCINATION,) if suspicious(hypothesis, self.voice) else ()
        words = _words(hypothesis, self.speech_start, self.speech_end)
        segment = _segment(self, text, hypothesis.language, words, flags)
        return Conclusion(segment, "quarantined" if flags else "transcribed")


def seconds(position: int) -> float:
    """A position in seconds, to the millisecond."""
    return round(position / SAMPLE_RATE, 3)


def _segment(
    one: Utterance,
    text: str,
    language: str,
    words: tuple[TimedWord, ...] = (),
    flags: tuple[str, ...] = (),
) -> Segment:
    scores = [word.confidence for word in words]
    end = one.shown_end if one.end is None else one.speech_end
    return Segment(
        id=one.id,
        start=seconds(one.speech_start),
        end=seconds(max(end, one.shown_end, one.speech_start)),
        text=text,
        language=language,
        words=words,
        speaker=one.style.speaker,
        track=one.track,
        confidence=round(sum(scores) / len(scores), 3) if scores else None,
        flags=flags,
    )


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
