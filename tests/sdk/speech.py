"""What the SDKs are given to hear, and how near what they got must be.

The first twelve seconds of the packaged meeting: six utterances of two voices, in any encoding.
"""

from collections.abc import Iterator

from loadtest.wer import compare
from tests.support.recordings import RATE, Samples, samples

KEY = "sk_of_the_tests"
SECONDS = 11.0
SAID = (
    "Good morning, everyone. Thanks for joining. Let us start with the quarterly budget review. "
    "Good morning. I have the numbers ready. Shall I share my screen? Yes, please go ahead."
)
MOST_WRONG = 0.25
"""Of the words. tiny.en mishears two or three of them."""


def speech() -> Samples:
    """The speech of `SAID`, 16 kHz mono."""
    return samples()[: int(SECONDS * RATE)]


def pieces(audio: bytes, size: int = 6_401) -> Iterator[bytes]:
    """Audio as a client that knows nothing of samples cuts it."""
    for at in range(0, len(audio), size):
        yield audio[at : at + size]


def wrong(text: str) -> float:
    """The share of words of `SAID` that a text has wrong."""
    return compare(SAID, text).rate
