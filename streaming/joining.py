"""How one utterance reads on from the one before it. Pure.

A long speech is cut where the speaker does not pause. The piece before such a cut is decoded with what
follows it, so its last mark and the words `beyond` the cut are heard in their sentence; `split` takes the two
apart. The piece after the cut is decoded on its own and begins as any sentence does: `opening` finds, from
the words beyond the cut, the case of its first letter, a word said by both pieces, and one said by neither.

After a short pause there is nothing but the text before it. Where that does not end a sentence, the next
piece does not begin one: its capital is lowered unless it may be a name. Whether a full stop before a pause
is false cannot be told when it is sent, so what follows it is left as it was heard.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from asr.types import SAMPLE_RATE, Hypothesis, Word
from streaming.agreement import normal
from streaming.segments import Segment, TimedWord

READS_ON = 1.0
"""Seconds between two pieces up to which a sentence may go on."""
OPEN_MARKS = ",;:-–—"
"""What may stand at the end of a piece whose sentence goes on; so may a letter."""
CAPITAL_NOUNS = frozenset({"de", "lb"})
"""Languages that write nouns with a capital."""
ALWAYS_CAPITAL = frozenset(
    """
    i i'm i've i'll i'd mr mrs ms miss dr monday tuesday wednesday thursday friday saturday sunday january
    february april june july august september october november december english american british french
    german russian
    """.split()  # noqa: SIM905 (reads better than a column)
)
MOST_NAMES = 2000


@dataclass(frozen=True, slots=True)
class Ending:
    """How an utterance ended: its text, the words heard beyond its cut, its language, its end in samples."""

    text: str
    beyond: tuple[str, ...]
    language: str
    end: int


@dataclass(frozen=True, slots=True)
class Opening:
    """What is changed at the head of an utterance: words dropped, a word added, the first letter's case."""

    dropped: int = 0
    added: str = ""
    upper: bool | None = None

    def text(self, text: str) -> str:
        """A text as it reads on."""
        if self == AS_IT_IS or not text:
            return text
        return _cased(" ".join([*self.added.split(), *text.split()[self.dropped :]]), self.upper)

    def segment(self, segment: Segment) -> Segment:
        """A segment as it reads on; the times of its words stay what they were."""
        if self == AS_IT_IS or not segment.text:
            return segment
        words = segment.words[self.dropped :]
        if self.added and words:
            words = (TimedWord(self.added, segment.start, words[0].start, words[0].confidence), *words)
        if words:
            words = (replace(words[0], word=_cased(words[0].word, self.upper)), *words[1:])
        return replace(segment, text=self.text(segment.text), words=words)


AS_IT_IS = Opening()


class Names:
    """Words that were heard with a capital within a sentence."""

    def __init__(self, hotwords: Sequence[str] = ()) -> None:
        """`hotwords` are written as they were given."""
        # bounded: to MOST_NAMES; a meeting that names more is read without the rest.
        self._names: set[str] = set()
        self.add(hotwords)

    def add(self, hotwords: Sequence[str]) -> None:
        """Take more words that are written as they are given."""
        self._names.update(normal(word) for hotword in hotwords for word in hotword.split())

    def learn(self, text: str) -> None:
        """Take the names of a text."""
        words = text.split()
        for before, word in pairwise(words):
            bare = word.strip("\"'«“„(")
            if bare[:1].isupper() and before[-1].isalnum() and len(self._names) < MOST_NAMES:
                self._names.add(normal(word))

    def may_be(self, word: str, language: str) -> bool:
        """Whether the capital of a word may belong to it wherever it stands."""
        bare = normal(word)
        odd = not word.isalpha() and not word.rstrip(".,!?…:;").replace("'", "").replace("-", "").isalpha()
        shouted = word[1:2].isupper() or sum(map(str.isupper, word)) > 1
        return odd or shouted or language in CAPITAL_NOUNS or bare in ALWAYS_CAPITAL or bare in self._names


def split(hypothesis: Hypothesis, end: int, settled: str) -> tuple[Hypothesis, tuple[str, ...]] | None:
    """What was said before sample `end`, and the words beyond it; None when the words have no places.

    A word belongs where its middle lies. `settled` is text that the first part must keep.
    """
    words = hypothesis.words
    if "".join(word.text for word in words).split() != hypothesis.text.split():
        return None
    kept = sum(1 for word in words if word.start + word.end < 2 * end)
    while kept < len(words) and len(_text(words[:kept])) < len(settled):
        kept += 1
    first = replace(hypothesis, text=_text(words[:kept]), words=words[:kept])
    return first, tuple(_text(words[kept:]).split())


def opening(before: Ending | None, text: str, start: int, language: str, names: Names) -> Opening:
    """How a text that starts at sample `start` reads on from the utterance before it."""
    words = text.split()
    if before is None or not words or not before.text:
        return AS_IT_IS
    if before.beyond:
        return _continued(before, words)
    if start - before.end > READS_ON * SAMPLE_RATE or before.language != language:
        return AS_IT_IS
    last = before.text.rstrip("\"'»”“)")[-1:]
    goes_on = last.isalnum() or last in OPEN_MARKS
    lowered = goes_on and words[0][:1].isupper() and not names.may_be(words[0], language)
    return Opening(upper=False) if lowered else AS_IT_IS


def _continued(before: Ending, words: Sequence[str]) -> Opening:
    """The opening that the words heard beyond the cut bear out; none when they are others."""
    expected = [normal(word) for word in before.beyond]
    heard = [normal(word) for word in words]
    upper = before.beyond[0][:1].isupper() if before.beyond[0][:1].isalpha() else None
    if heard[0] == expected[0]:
        return Opening(upper=upper)
    last = normal(before.text.split()[-1])
    if heard[0] == last and heard[1:2] == expected[:1]:
        return Opening(dropped=1, upper=upper)
    if len(expected) > 2 and heard[:2] == expected[1:3]:
        return Opening(added=before.beyond[0], upper=upper)
    return AS_IT_IS


def _cased(text: str, upper: bool | None) -> str:
    if upper is None:
        return text
    return (text[:1].upper() if upper else text[:1].lower()) + text[1:]


def _text(words: Sequence[Word]) -> str:
    return "".join(word.text for word in words).strip()
