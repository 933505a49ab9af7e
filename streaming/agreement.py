"""When a word may be shown as settled: local agreement that distrusts the cut edge. Pure.

Successive hypotheses of a growing utterance change most in their last words, where the audio ends in the
middle of something. A word is settled once it stood at the same place in the last `needed` hypotheses and
was never among the last `held_back` words of any of them (LocalAgreement-n, Liu et al. 2020,
Macháček et al. 2023). A settled word is never taken back.
"""

from collections import deque
from collections.abc import Sequence

PUNCTUATION = ".,!?…:;\"'«»“”„()-–—"


def normal(word: str) -> str:
    """A word without case and surrounding marks, for comparing."""
    return word.strip(PUNCTUATION).casefold()


def common_prefix(hypotheses: Sequence[Sequence[str]]) -> int:
    """How many words all hypotheses begin with alike."""
    length = 0
    for words in zip(*hypotheses, strict=False):
        if len({normal(word) for word in words}) > 1:
            break
        length += 1
    return length


class Agreement:
    """The settled and the tentative words of one utterance."""

    def __init__(self, needed: int = 5, held_back: int = 3, hidden: int = 1) -> None:
        """`hidden`: how many of a hypothesis' last words are not even shown as tentative."""
        self._needed = needed
        self._held_back = held_back
        self._hidden = hidden
        self._history: deque[tuple[tuple[str, ...], int]] = deque(maxlen=needed)
        self.committed: tuple[str, ...] = ()
        self.pending: tuple[str, ...] = ()
        self.edge = 0
        """The end of audio in which all settled words were already heard."""

    def push(self, text: str, end: int) -> bool:
        """Take the hypothesis of a window that ends at sample `end`; True if the words shown changed.

        A hypothesis that does not begin with the settled words is not evidence and changes nothing. A mark
        that it puts after the last of them is none the less welcome: models go on with ", but".
        """
        words = tuple(text.split())
        if common_prefix([words, self.committed]) < len(self.committed):
            return False
        self._history.append((words, end))
        before = self.committed, self.pending
        if len(self._history) == self._needed:
            trusted = [held[: max(0, len(held) - self._held_back)] for held, _ in self._history]
            agreed = common_prefix(trusted)
            if agreed > len(self.committed):
                self.committed = self._marked(words) + words[len(self.committed) : agreed]
                self.edge = self._history[0][1]
        self.pending = self._shown(words[len(self.committed) :])
        return (self.committed, self.pending) != before

    def _marked(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """The settled words, with the mark that now follows them, now that more words are settled."""
        last = words[len(self.committed) - 1 : len(self.committed)]
        if self.committed and last[0].startswith(self.committed[-1]):
            return self.committed[:-1] + last
        return self.committed

    def _shown(self, tail: tuple[str, ...]) -> tuple[str, ...]:
        """The tentative words worth showing; the very first word is, or nothing would appear."""
        if len(tail) <= self._hidden:
            return () if self.committed else tail
        return tail[: len(tail) - self._hidden]
