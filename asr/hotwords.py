"""Hotwords that the model says where nobody said them. Pure.

A hint is text that the decoder takes for said before. Over noise it goes on with it: "Steno," is heard in
typing, a whole list of names in music. Such a text is nothing but hotwords, and decoded without the hint it
is gone, or another text altogether; of a name that was spoken, something like it is left ("Inverish heal").

Finals of nothing but hotwords, log probability and probability that it is no speech: cut from music, typing
and the like -0.6 to -1.8 and 0.4 to 0.95 (`base`, `tiny.en`); names spoken alone -0.25 to -0.75 and 0.0 to
0.35 (0.8 at 8 kHz). What lies between is decoded once more.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from asr.types import DecodeRequest, Hypothesis

CLEAR_LOGPROB = -0.5
CLEAR_SPEECH = 0.3
ALIKE = 0.5
"""Of the letters of two texts: so many must agree for them to be one word in two spellings."""

_MARKS = re.compile(r"[\W_]+")


def only(text: str, hotwords: Sequence[str]) -> bool:
    """Whether the text has words, and all of them are hotwords or parts of them."""
    known = {word for hotword in hotwords for word in _words(hotword)}
    said = _words(text)
    return bool(said) and known.issuperset(said)


def leaked(hypothesis: Hypothesis, hotwords: Sequence[str]) -> bool:
    """Whether the hotwords may stand for no sound, so that it takes a decoding without them to know."""
    clear = hypothesis.average_logprob >= CLEAR_LOGPROB and hypothesis.no_speech_probability <= CLEAR_SPEECH
    return not clear and only(hypothesis.text, hotwords)


def better(hinted: Hypothesis, bare: Hypothesis) -> Hypothesis:
    """Of a text of hotwords and what is heard without them: a hint may spell a word, not put one in."""
    spelled, heard = ("".join(_words(hypothesis.text)) for hypothesis in (hinted, bare))
    return hinted if SequenceMatcher(None, spelled, heard, autojunk=False).ratio() >= ALIKE else bare


def shown(request: DecodeRequest, hypothesis: Hypothesis) -> Hypothesis:
    """A partial as it may be shown: one that says nothing but hotwords waits for the words that follow."""
    if not only(hypothesis.text, request.hotwords):
        return hypothesis
    return replace(hypothesis, text=request.prefix.strip())


def _words(text: str) -> list[str]:
    return _MARKS.sub(" ", text.casefold()).split()
