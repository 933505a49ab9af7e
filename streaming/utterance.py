"""One utterance from its first word to its final text. Pure.

It knows which words are settled, which language it is in, and what to ask the model for next; it turns
hypotheses into captions. Positions are samples on the media clock.
"""

from dataclasses import dataclass, field, replace
from typing import Literal

from asr.types import SAMPLE_RATE, DecodeRequest, Hypothesis, Kind, Waveform
from streaming import joining, tongue
from streaming.agreement import Agreement
from streaming.joining import Ending, Names, Opening
from streaming.ledger import Outcome
from streaming.segments import SUSPECTED_HALLUCINATION, Segment, TimedWord
from streaming.tongue import Tongue

NO_SPEECH_ABOVE = 0.6
LOGPROB_BELOW = -1.0
LOOPED_ABOVE = 2.4
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


@dataclass(frozen=True, slots=True)
class Conclusion:
    """An utterance's end: its final segment, what its audio counts as, and why, if it was lost."""

    segment: Segment
    outcome: Outcome
    reason: str | None = None


@dataclass(slots=True)
class Utterance:
    """`id` names the segment; `start` is where its audio begins, `speech_start` the speech itself.

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
    heard_in: str = ""
    shown: bool = False
    waiting: bool = False
    decoded_to: int = 0
    generation: int = 0
    shown_end: int = 0
    conclusion: Conclusion | None = None
    before: Ending | None = None
    opening: Opening | None = None
    asked: DecodeRequest | None = None
    answer: Hypothesis | None = None
    beyond: tuple[str, ...] = ()
    asked_again: bool = False

    @property
    def committed(self) -> str:
        """The settled text so far."""
        return " ".join(self.agreement.committed)

    def partial(self, audio: Waveform, deadline: float) -> DecodeRequest:
        """Ask for what was said so far."""
        self.waiting = True
        self.decoded_to = self.start + len(audio)
        return self._request(Kind.PARTIAL, audio, deadline, self.committed)

    def final(self, audio: Waveform, deadline: float, beyond: int = 0) -> DecodeRequest:
        """Ask for the whole; with `stable` the answer must begin with what was settled.

        The last `beyond` samples follow a cut: what is said there is heard, but not part of it.
        """
        request = self._request(Kind.FINAL, audio, deadline, self._settled)
        self.asked = replace(request, beyond=beyond)
        return self.asked

    @property
    def _settled(self) -> str:
        """The text that the final must begin with."""
        return self.committed if self.style.stability == "stable" else ""

    @property
    def speech(self) -> int:
        """Samples of speech in it, once it has ended."""
        return max(0, self.speech_end - self.speech_start)

    def _request(self, kind: Kind, audio: Waveform, deadline: float, prefix: str) -> DecodeRequest:
        self.generation += 1
        speech = self.speech if kind is Kind.FINAL else self.start + len(audio) - self.speech_start
        return DecodeRequest(
            key=self.id,
            generation=self.generation,
            kind=kind,
            audio=audio,
            start=self.start,
            deadline=deadline,
            prefix=prefix,
            language=self.language,
            languages=self.style.languages,
            prior=self.tongue.weigh(speech),
            hotwords=self.style.hotwords,
        )

    def heard(self, request: DecodeRequest, hypothesis: Hypothesis) -> bool:
        """Take a partial answer; True if the words to show changed."""
        self.waiting = False
        if request.generation != self.generation or self.end is not None:
            return False
        if hypothesis.compression_ratio > LOOPED_ABOVE:
            # A loop says nothing of the audio; the next partial, or the final, will.
            return False
        if tongue.disputed(hypothesis):
            # What little was said sounds like another language: nothing of it is shown until that is clear.
            return False
        self.heard_in = hypothesis.language
        changed = self.agreement.push(hypothesis.text, request.start + len(request.audio))
        if self.agreement.committed:
            # Settled words are in this language; the rest of the utterance is decoded in it too.
            self.language = hypothesis.language
            self.opening = self.opening or self._reads_on(self.committed, hypothesis.language)
        return changed

    def caption(self, language: str, speech_end: int) -> Segment:
        """The segment as it can be shown now."""
        self.shown = True
        self.shown_end = max(self.shown_end, speech_end)
        segment = self._segment(self.committed, language)
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
        self.generation += 1
        self.asked = replace(asked, generation=self.generation, language=language)
        if short:
            self.asked = replace(self.asked, audio=asked.audio[: -asked.beyond], beyond=0)
        return self.asked

    def told(self) -> Conclusion:
        """The conclusion as it reads on from the utterance before; no more of this one changes then."""
        conclusion = self.conclusion
        assert conclusion is not None, "only what is concluded is told"  # noqa: S101
        segment = conclusion.segment
        opening = self.opening or self._reads_on(segment.text, segment.language)
        return replace(conclusion, segment=opening.segment(segment))

    def ending(self, text: str, language: str) -> Ending:
        """How it ended, for the utterance after it."""
        return Ending(text, self.beyond, language, self.speech_end)

    def abandon(self, reason: str) -> Conclusion:
        """The model failed on the final: what was settled stays, the rest is lost."""
        if self.answer is not None:
            # The first answer is not as good as a second might have been, but it is one.
            return self.conclude(self.answer)
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
        flags = (SUSPECTED_HALLUCINATION,) if suspicious(hypothesis) else ()
        segment = self._segment(text, hypothesis.language, _words(hypothesis), flags)
        return Conclusion(segment, "quarantined" if flags else "transcribed")

    def _segment(
        self,
        text: str,
        language: str,
        words: tuple[TimedWord, ...] = (),
        flags: tuple[str, ...] = (),
    ) -> Segment:
        scores = [word.confidence for word in words]
        return Segment(
            id=self.id,
            start=seconds(self.speech_start),
            end=seconds(max(self.speech_end, self.shown_end, self.speech_start)),
            text=text,
            language=language,
            words=words,
            speaker=self.style.speaker,
            track=self.track,
            confidence=round(sum(scores) / len(scores), 3) if scores else None,
            flags=flags,
        )


def suspicious(hypothesis: Hypothesis) -> bool:
    """Whether the text is probably not what was said: a loop, or unsure words over non-speech."""
    unsure = hypothesis.no_speech_probability > NO_SPEECH_ABOVE and hypothesis.average_logprob < LOGPROB_BELOW
    return unsure or hypothesis.compression_ratio > LOOPED_ABOVE


def seconds(position: int) -> float:
    """A position in seconds, to the millisecond."""
    return round(position / SAMPLE_RATE, 3)


def _words(hypothesis: Hypothesis) -> tuple[TimedWord, ...]:
    return tuple(
        TimedWord(word.text.strip(), seconds(word.start), seconds(word.end), round(word.confidence, 3))
        for word in hypothesis.words
        if word.text.strip()
    )
