"""Whether a final is probably not what was said. Pure.

Whisper writes text over sound that holds no speech: a phrase of its training data, a guess, a loop. A final
goes in with what the speech detector heard of the same audio; out come the signs that speak against it. One
weak sign proves nothing, since a real "да" in a noisy room has some too, so signs have weights, and only
their sum flags a text. Flagged text is kept: a reader may find that it was said.

The thresholds were set on one half of recordings of noise, music, silence and speech, and measured on the
other half; `tests/model/test_quarantine.py` prints precision and recall.
"""

from collections.abc import Iterator

from asr.types import SAMPLE_RATE, Hypothesis
from streaming.phantoms import period, phantom, plain_words
from streaming.segmenter import Voice

ENOUGH = 3
"""The sum of weights from which a text is suspected."""

LOOPED_ABOVE = 2.4
"""Compression ratio above which a text is a repetition (the threshold of Whisper's reference decoder)."""

NO_SPEECH_ABOVE = 0.6
"""Probability of no speech at which Whisper's reference decoder distrusts what it wrote."""

LOGPROB_BELOW = -1.0
"""Mean log-probability a token; real words in noise get down to -1.3, so that this alone says little."""

FAINT_BELOW = 0.9
"""Of real words the detector is surer than this in at least one window, but for the shortest and faintest."""

LETTERS_PER_SECOND = 40.0
"""Letters and digits a second of detected speech. People reach 20; a word that it barely heard, 35."""

SQUEEZED_WORD = SAMPLE_RATE * 3 // 100
SQUEEZED_SHARE = 0.4
"""From this share of words of less than 30 ms on, the alignment found no place for the text in the audio."""

OFTEN = 3
"""How many times over a phrase is a sign. People do say "yes, yes, yes"; cries are written like it too."""

WEIGHTS = {
    "looped": ENOUGH,
    "no_speech": 2,
    "unsure": 1,
    "faint": 1,
    "crowded": 1,
    "squeezed": 1,
    "repeated": 1,
    "phantom": 1,
}
"""What each sign counts. The first is enough alone; a phantom phrase needs weak evidence beside it."""


def suspicious(hypothesis: Hypothesis, voice: Voice) -> bool:
    """Whether the text of a final should be flagged; `voice` is what the detector heard in its audio."""
    return sum(WEIGHTS[sign] for sign in signs(hypothesis, voice)) >= ENOUGH


def signs(hypothesis: Hypothesis, voice: Voice) -> Iterator[str]:
    """The signs against the text, as `WEIGHTS` names them."""
    if hypothesis.compression_ratio > LOOPED_ABOVE:
        yield "looped"
    if hypothesis.no_speech_probability > NO_SPEECH_ABOVE:
        yield "no_speech"
    if hypothesis.average_logprob < LOGPROB_BELOW:
        yield "unsure"
    if voice.peak < FAINT_BELOW:
        yield "faint"
    if _letters(hypothesis.text) > LETTERS_PER_SECOND * voice.spoken / SAMPLE_RATE:
        yield "crowded"
    if _squeezed(hypothesis):
        yield "squeezed"
    words = plain_words(hypothesis.text)
    if words and len(words) >= OFTEN * period(words):
        yield "repeated"
    if phantom(hypothesis.text):
        yield "phantom"


def _letters(text: str) -> int:
    return sum(character.isalnum() for character in text)


def _squeezed(hypothesis: Hypothesis) -> bool:
    short = sum(word.end - word.start < SQUEEZED_WORD for word in hypothesis.words)
    return short > 0 and short >= SQUEEZED_SHARE * len(hypothesis.words)
