"""Captions as a session gives them, for the tests of wires."""

from streaming.events import Caption
from streaming.segments import Segment, TimedWord


def partial(name: str, settled: str, pending: str = "", start: float = 1.0, end: float = 2.0) -> Caption:
    """Words of a running utterance."""
    return Caption(1, Segment(name, start, end, settled, "en"), pending)


def final(name: str, *words: tuple[str, float, float], track: str | None = None) -> Caption:
    """A finished utterance of words with their times; the confidence of each is 0.9."""
    timed = tuple(TimedWord(word, start, end, 0.9) for word, start, end in words)
    text = " ".join(word.word for word in timed)
    start, end = (timed[0].start, timed[-1].end) if timed else (1.0, 1.0)
    return Caption(2, Segment(name, start, end, text, "en", timed, track=track, confidence=0.9), final=True)
