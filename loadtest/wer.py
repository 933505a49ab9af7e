"""Word error rate: (substitutions + insertions + deletions) / words of the reference.

Texts go in, counts come out; counts add up, so that a set is scored over its words and not over its files.
Both texts are lower-cased, stripped of punctuation, and ё is read as е.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

_JOINING = re.compile(r"['’ʼ`´]")
_OTHER = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class WordErrors:
    """Errors against `words` words of reference."""

    words: int = 0
    substitutions: int = 0
    insertions: int = 0
    deletions: int = 0

    @property
    def errors(self) -> int:
        """All errors together."""
        return self.substitutions + self.insertions + self.deletions

    @property
    def rate(self) -> float:
        """Errors a word; with an empty reference every inserted word counts as one whole error."""
        return self.errors / max(self.words, 1)

    def __add__(self, other: "WordErrors") -> "WordErrors":
        return WordErrors(
            self.words + other.words,
            self.substitutions + other.substitutions,
            self.insertions + other.insertions,
            self.deletions + other.deletions,
        )


def normalise(text: str) -> list[str]:
    """The words of a text as they are compared: "Don't stop — it's Фёдор!" -> dont stop its федор."""
    text = unicodedata.normalize("NFKC", text).lower().replace("ё", "е")
    return _OTHER.sub(" ", _JOINING.sub("", text)).split()


def compare(reference: str, hypothesis: str) -> WordErrors:
    """The least number of word errors that explain `hypothesis`."""
    expected, heard = normalise(reference), normalise(hypothesis)
    kinds = [step.tag for step in Levenshtein.editops(expected, heard)]
    return WordErrors(len(expected), kinds.count("replace"), kinds.count("insert"), kinds.count("delete"))


def score(pairs: Iterable[tuple[str, str]]) -> WordErrors:
    """Errors over a set of (reference, hypothesis)."""
    return sum((compare(reference, hypothesis) for reference, hypothesis in pairs), WordErrors())
