"""Signs that a decoded text is not what was said. Pure.

Whisper fails in recognisable ways: it repeats itself until the token limit, or it writes with little
confidence over sound that holds no speech. These functions measure; callers decide.
"""

import zlib
from collections.abc import Sequence

from asr.types import Hypothesis

MAX_COMPRESSION = 2.4
"""Above this ratio text is a repetition (the threshold of Whisper's reference decoder)."""

LOW_LOGPROB = -1.0
"""Mean log-probability a token below which a text is unsure (the same)."""

MAX_TOKENS_PER_SECOND = 12.0
"""Fast speech stays below 8 tokens a second in English and 11 in Russian; loops run far above."""

MAX_PERIOD = 12
"""The longest phrase in tokens whose repetition is looked for."""

TOO_OFTEN = {1: 8, 2: 6}
TOO_OFTEN_A_PHRASE = 4

SAID_ONCE = 12
"""So many tokens in a row are not said twice within an utterance: the decoder began again."""


def compression_ratio(text: str) -> float:
    """Bytes of UTF-8 per byte of its zlib form; 1.0 for no text."""
    data = text.encode()
    return len(data) / len(zlib.compress(data)) if data else 1.0


def repeats(tokens: Sequence[int], period: int) -> int:
    """How many times in a row the last `period` tokens stand at the end."""
    unit = tokens[-period:]
    count = 1
    while tokens[-(count + 1) * period : len(tokens) - count * period] == unit:
        count += 1
    return count


def before_loop(tokens: Sequence[int]) -> Sequence[int]:
    """The text up to the first time that its end is said, where the end is a phrase said over and over.

    People say "no, no, no, no, no", so a single word (with its comma) is a loop only after many times; a
    phrase of several words sooner.
    """
    for period in range(1, min(MAX_PERIOD, len(tokens) // 2) + 1):
        count = repeats(tokens, period)
        if count >= TOO_OFTEN.get(period, TOO_OFTEN_A_PHRASE):
            return tokens[: len(tokens) - (count - 1) * period]
    return tokens


def before_restart(tokens: Sequence[int]) -> Sequence[int]:
    """The text up to where a passage of `SAID_ONCE` tokens is said for the second time.

    In windows shorter than those of its training the decoder at times comes to the end and does not stop,
    but tells everything once more.
    """
    seen: set[tuple[int, ...]] = set()
    for start in range(len(tokens) - SAID_ONCE + 1):
        passage = tuple(tokens[start : start + SAID_ONCE])
        if passage in seen:
            return tokens[:start]
        seen.add(passage)
    return tokens


def stuck(tokens: Sequence[int]) -> bool:
    """Whether the text ends in a phrase said over and over."""
    return len(before_loop(tokens)) < len(tokens)


def loops(tokens: Sequence[int], text: str, limit: int) -> bool:
    """Whether decoding ran into a loop: repeated text, or no end within `limit` tokens."""
    if len(tokens) >= limit or compression_ratio(text) > MAX_COMPRESSION:
        return True
    return stuck(tokens) or len(before_restart(tokens)) < len(tokens)


def token_limit(seconds: float, ceiling: int = 320) -> int:
    """The most tokens that `seconds` of speech can hold, with room for the shortest windows."""
    return min(ceiling, int(seconds * MAX_TOKENS_PER_SECOND) + 16)


def looped(hypothesis: Hypothesis) -> bool:
    """Whether a text is a repetition."""
    return hypothesis.compression_ratio > MAX_COMPRESSION


def doubtful(hypothesis: Hypothesis) -> bool:
    """Whether a text is better decoded again."""
    return looped(hypothesis) or hypothesis.average_logprob < LOW_LOGPROB
