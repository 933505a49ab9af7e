"""Which language a window is decoded in. Pure.

The request may name it; otherwise the sound decides among the languages that are allowed, and a prior of
the request weighs against leaving the language spoken so far.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from asr.types import DecodeRequest, Detected

Ranking = Sequence[tuple[str, float]]
"""(`"<|xx|>"`, probability) of every language that the model knows, in falling order."""

KEPT = 8
"""Languages of a ranking that are told; what comes after them has no share worth telling."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The language to decode in, its share of the probability, and what the sound alone said."""

    language: str
    probability: float = 1.0
    detected: Detected = ()


def choose(request: DecodeRequest, ranking: Ranking) -> Choice:
    """The language for one window."""
    if request.language:
        return Choice(request.language)
    detected = shares(ranking, request.languages)
    language = request.prior.settle(detected) if request.prior else detected[0][0]
    return Choice(language, dict(detected).get(language, 0.0), detected)


def shares(ranking: Ranking, allowed: Sequence[str]) -> Detected:
    """The likeliest allowed languages, their probabilities taken among the allowed ones; empty means any."""
    named = [(token[2:-2], probability) for token, probability in ranking]
    kept = [pair for pair in named if pair[0] in allowed] or named
    total = sum(probability for _, probability in kept)
    return tuple((name, probability / total if total else 0.0) for name, probability in kept[:KEPT])
