"""When a word may be shown as settled: local agreement that distrusts the cut edge. Pure.

Successive hypotheses of a growing utterance change most in their last words, where the audio ends in the
middle of something. A word is settled once it stood at the same place in every hypothesis of the last `span`
of audio, at least `least` of them, and was among the last `held_back` words of none (LocalAgreement-n, Liu et
al. 2020, Macháček et al. 2023; the span keeps it apart from how often the model is asked, which follows the
load). What was heard up to a pause is decoded with more care and settles by itself. A settled word is never
taken back.

Measured on English speech (tiny.en, a partial every 0.5 s, answered after 0.15 s; offline 6.4 %): word error
rate of the finals, 95th percentile of the time from a word to its caption, revised words per shown word.

    span  held back  a pause settles        errors   word     flicker
    2.4 s     3      nothing                8.0 %    1.6 s    0.16
    3.6 s     3      nothing                5.9 %    2.5 s    0.18
    4.8 s     4      nothing                5.9 %    2.3 s    0.18
    3.6 s     3      all its words          7.4 %    0.9 s    0.13
    3.6 s     3      all but two            6.2 %    1.2 s    0.16
    2.4 s     3      all but two            6.4 %    1.1 s    0.15

A word that the final corrects counts as shown only then, so settling late costs the percentile what settling
wrongly costs the errors. With `hidden` 0 flicker is twice as high, with 2 words come 0.3 s later.
"""

from collections import deque
from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

from asr.types import SAMPLE_RATE

SPAN = int(3.0 * SAMPLE_RATE)
LEAST = 3
HELD_BACK = 3
HIDDEN = 1
PAUSE_HELD_BACK = 2
PATIENCE = 3
"""Hypotheses that stop short before one is believed."""
MISHEARD = 0.5
"""The share of the settled words that a free hypothesis may hear otherwise and still go on from them."""
MOST = 16
"""Hypotheses remembered at the most: with one every 0.4 s, far more than a span holds."""

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

    def __init__(
        self, span: int = SPAN, least: int = LEAST, held_back: int = HELD_BACK, hidden: int = HIDDEN
    ) -> None:
        """`span` in samples; `hidden`: how many of a hypothesis' last words are not even shown."""
        self._span = span
        self._least = least
        self._held_back = held_back
        self._hidden = hidden
        self._history: deque[tuple[tuple[str, ...], int]] = deque(maxlen=MOST)
        self.stopped_short = 0
        """How many times in a row the model stopped before words that it had heard."""
        self.committed: tuple[str, ...] = ()
        self.pending: tuple[str, ...] = ()
        self._paused = 0
        self.edge = 0
        """The end of audio in which all settled words were already heard."""

    def push(self, text: str, end: int, provisional: bool = False) -> bool:
        """Take the hypothesis of a window that ends at sample `end`; True if the words shown changed.

        The audio may end in the middle of a word, so the last words are not to be trusted. A hypothesis that
        does not begin with the settled words is no evidence: what follows them in it can be shown, but not
        settled. A mark that it puts after the last of them is none the less welcome: models go on with
        ", but". Nothing is settled by a `provisional` one.
        """
        words = tuple(text.split())
        if self._broke_off(words):
            return False
        if common_prefix([words, self.committed]) < len(self.committed):
            found = self._past_settled(words)
            return self._show(words[found:], self._hidden) if found else False
        before = self.committed
        if not provisional:
            self._history.append((words[: max(0, len(words) - self._held_back)], end))
            self._settle(words, end)
        # Words heard up to a pause end there: they stay shown when nothing follows them yet.
        hidden = min(self._hidden, max(0, len(words) - self._paused))
        return self._show(words[len(self.committed) :], hidden) or self.committed != before

    def pause(self, text: str, end: int) -> bool:
        """The same for a window that ends in a pause, which was decoded with more care: no word is cut, all
        are shown, and all but the last ones are settled by it alone."""
        words = tuple(text.split())
        if common_prefix([words, self.committed]) < len(self.committed):
            return False
        before = self.committed
        settled = len(words) - PAUSE_HELD_BACK
        if settled > len(self.committed):
            self._commit(words, settled, end)
            self._history.clear()
        self._paused = len(words)
        return self._show(words[len(self.committed) :], 0) or self.committed != before

    def agrees(self, text: str) -> bool:
        """Whether a text begins with the settled words."""
        return common_prefix([text.split(), self.committed]) == len(self.committed)

    def _broke_off(self, words: tuple[str, ...]) -> bool:
        """Whether the model stopped before words that it had heard: audio only grows, so they are still
        said. Only when it stops short again and again is it believed."""
        shown = self.committed + self.pending
        short = len(words) < len(shown) - 1 and common_prefix([words, shown]) >= len(words) - 1
        self.stopped_short = self.stopped_short + 1 if short and self.stopped_short < PATIENCE else 0
        return self.stopped_short > 0

    def _past_settled(self, words: tuple[str, ...]) -> int:
        """How many words of a free hypothesis stand for the settled ones; 0 when it says something else."""
        heard, settled = [normal(word) for word in words], [normal(word) for word in self.committed]
        costs = {length: Levenshtein.distance(heard[:length], settled) for length in range(1, len(heard) + 1)}
        best = min(costs, key=lambda length: (costs[length], abs(length - len(settled))), default=0)
        return best if best and costs[best] <= len(settled) * MISHEARD else 0

    def _show(self, tail: tuple[str, ...], hidden: int) -> bool:
        """Take the words after the settled ones; True if those shown changed."""
        before, self.pending = self.pending, self._shown(tail, hidden)
        return self.pending != before

    def _settle(self, words: tuple[str, ...], end: int) -> None:
        """Settle what every hypothesis of the last `span` has, the one before them included."""
        old = sum(heard <= end - self._span for _, heard in self._history)
        first = min(old - 1, len(self._history) - self._least)
        if first < 0:
            return
        for _ in range(first):
            self._history.popleft()
        agreed = common_prefix([trusted for trusted, _ in self._history])
        if agreed > len(self.committed):
            self._commit(words, agreed, self._history[0][1])

    def _commit(self, words: tuple[str, ...], number: int, edge: int) -> None:
        """Settle the first `number` words; the audio up to `edge` was enough to hear them."""
        self.committed = self._marked(words) + words[len(self.committed) : number]
        self.edge = edge

    def _marked(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """The settled words, with the mark that now follows them, now that more words are settled."""
        last = words[len(self.committed) - 1 : len(self.committed)]
        if self.committed and last[0].startswith(self.committed[-1]):
            return self.committed[:-1] + last
        return self.committed

    def _shown(self, tail: tuple[str, ...], hidden: int) -> tuple[str, ...]:
        """The tentative words worth showing; the very first word is, or nothing would appear."""
        if len(tail) <= hidden:
            return () if self.committed else tail
        return tail[: len(tail) - hidden]
