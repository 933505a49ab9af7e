"""Whether a statement denies what was said, or affirms what was denied.

In: the statement and the words it rests on. Out: yes or no. Both are read clause by clause: a clause of the
statement is held against those that share most of its words, and all of these must deny where it does not, or
the reverse, for the answer to be yes. A question has the sign of what is answered. What a clause means beyond
a "not" in it is not understood.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from summarizer.cues import NEGATION, TAKES_IT_UP, TURNS_IT_DOWN
from summarizer.numbers import numbers
from summarizer.words import sentences, stems

_CLAUSE = re.compile(
    r"[,;:—–]+\s|\s[—–-]\s|\b(?:and|but|because|so|if|when|then|и|а|но|потому что|чтобы|если|когда)\b",
    re.IGNORECASE,
)
_NEAR, _FAR = 0.75, 0.4
"""Share of the best clause's overlap at which another clause may be the one meant, too; and where those say
nothing of yes or no."""

Weight = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class _Clause:
    """Words, and whether they are denied; None where they are asked and the answer is not there."""

    words: frozenset[str]
    denies: bool | None
    denied: str = ""
    """The word that its "not" stands before."""


def contradicts(statement: str, said: Sequence[str], weight: Weight) -> bool:
    """Whether a clause of the statement has the opposite sign of every clause that may be meant.

    `said` are lines in their order.
    """
    heard = _clauses(said)
    return any(_opposed(clause, heard, weight) for clause in _clauses([statement]))


def _opposed(clause: _Clause, heard: list[_Clause], weight: Weight) -> bool:
    if clause.denies is None:
        return False
    saying = {other.denies for other in heard if clause.denied in other.words}
    if clause.denies and saying == {False}:
        return True
    shared = [(sum(map(weight, clause.words & other.words)), other) for other in heard]
    best = max((overlap for overlap, _ in shared), default=0.0)
    for share in (_NEAR, _FAR) if best else ():
        signs = {other.denies for overlap, other in shared if overlap >= share * best} - {None}
        if signs:
            return clause.denies not in signs
    # Nothing says it; a denial must at least rest on one.
    return clause.denies and not any(other.denies for other in heard)


def _clauses(lines: Sequence[str]) -> list[_Clause]:
    found: list[_Clause] = []
    for line, after in zip_longest(lines, lines[1:], fillvalue=""):
        parts = sentences(line)
        for place, sentence in enumerate(parts):
            answers = (*parts[place + 1 : place + 2], after)
            before = len(found)
            for part in _CLAUSE.split(sentence):
                words = frozenset(word[:4] for word in stems(part)) | frozenset(numbers(part))
                if words:
                    found.append(_Clause(words, _sign(part, sentence, answers), _denied(part)))
                elif len(found) > before and NEGATION.search(part):
                    # "They ask for a certificate, and we have none": both may be meant.
                    found.append(_Clause(found[-1].words, True))
    return found


def _denied(clause: str) -> str:
    """The beginning of the first word after a "not"."""
    found = NEGATION.search(clause)
    return next((word[:4] for word in stems(clause[found.end() :])), "") if found else ""


def _sign(clause: str, sentence: str, answers: Iterable[str]) -> bool | None:
    if not sentence.endswith("?"):
        return bool(NEGATION.search(clause))
    for answer in answers:
        if TURNS_IT_DOWN.search(answer):
            return True
        if TAKES_IT_UP.search(answer):
            return False
    return None
