"""What the lines of one meeting say, prepared so that a statement can be held against them.

In: the lines. Out: for a statement and the segments it cites: how much of it they say, which of its
numbers and names they do not, whether one denies what the other affirms, which lines say it best. No
model is asked.
"""

import re
from collections.abc import Iterable, Sequence

from summarizer.cues import NEGATION, OPEN_ENDED, TO_THE_WRITER, is_agreement
from summarizer.numbers import numbers
from summarizer.schema import Line
from summarizer.words import WORD, is_content, rarity, sentences, stem, stems

MOST_CITES = 4
"""Segments that one statement may cite."""

_START = re.compile(r"(?:^|[.!?…:]\s+|[«\"(]\s*)$")
_ACTS = re.compile(
    r"(?:\s+[^\W\d_]+)?\s+(?:will|would|has|is|to|[a-z]{2,}s|не|\w{2,}(?:ит|ет|ёт|ат|ят|ут|ют|л|ла|тся))\b"
)
"""What follows the name of somebody who does something."""

_DENIED = re.compile(rf"(?:{NEGATION.pattern})((?:\s+[\w'’-]+){{1,4}})", re.IGNORECASE)
_DENIED_NUMBER = re.compile(rf"(?:{NEGATION.pattern})(?:\s+\w+)?\s+(\d[\d.,]*)", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s$")


class Evidence:
    """The lines of one meeting, in order of time. Lines have distinct ids."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.lines = sorted(lines, key=lambda line: (line.start, line.end))
        self.index = {line.id: place for place, line in enumerate(self.lines)}
        # What is said to the writer of the report is no evidence, of a neighbour's statement neither.
        self._stems = [
            frozenset(() if TO_THE_WRITER.search(line.text) else stems(f"{line.speaker} {line.text}"))
            for line in self.lines
        ]
        # Squared, and less for what nobody says: of the weights tried, these tell a statement's own span from
        # another span of the same meeting best.
        self._weights = {word: weight**2 for word, weight in rarity(self._stems).items()}
        self._unknown = 0.6 * max(self._weights.values(), default=1.0)
        self._saying: dict[str, list[int]] = {}
        for place, said in enumerate(self._stems):
            for word in said:
                self._saying.setdefault(word, []).append(place)
        self._numbers: dict[int, frozenset[str]] = {}
        self.speakers = {line.speaker for line in self.lines if line.speaker}
        self.names = self._known_names()

    def places(self, cites: Sequence[str]) -> list[int] | None:
        """Where the cited lines stand; None where one does not exist, or there are none or too many."""
        known = [self.index[cite] for cite in dict.fromkeys(cites) if cite in self.index]
        good = 1 <= len(known) <= MOST_CITES and len(known) == len(set(cites))
        return sorted(known) if good else None

    def around(self, places: Iterable[int], reach: int = 1) -> list[int]:
        """These places with `reach` neighbours on each side."""
        near = {place + step for place in places for step in range(-reach, reach + 1)}
        return sorted(place for place in near if 0 <= place < len(self.lines))

    def support(self, text: str, places: Iterable[int]) -> float:
        """The share, by rarity, of the statement's stems that these lines and their neighbours say."""
        wanted = set(stems(text))
        near = self.around(places)
        said = {word for place in near for word in self._stems[place]}
        total = sum(self._weight(word) for word in wanted)
        return sum(self._weight(word) for word in wanted & said) / total if total else 0.0

    def missing_numbers(self, text: str, places: Iterable[int]) -> set[str]:
        """Numbers of the statement that these lines do not say."""
        said = {value for place in places for value in self._numbers_at(place)}
        return set(numbers(text)) - said

    def missing_names(self, text: str, places: Iterable[int]) -> set[str]:
        """Names in the statement that these lines neither say nor are spoken by."""
        said: set[str] = set()
        for place in places:
            line = self.lines[place]
            said.update(_name_stem(word) for word in WORD.findall(f"{line.speaker} {line.text}"))
        return {name for name in self.names_in(text) if _name_stem(name) not in said}

    def names_in(self, text: str) -> list[str]:
        """Words with a capital that do not merely begin a sentence, and names known from the meeting."""
        found = []
        for match in WORD.finditer(text):
            word = match[0]
            begins = bool(_START.search(text[: match.start()]))
            if word[0].isupper() and (
                _name_stem(word) in self.names
                or (self._is_stranger(word, text[match.end() :]) if begins else _may_name(word))
            ):
                found.append(_POSSESSIVE.sub("", word))
        return found

    def denies(self, text: str, places: Iterable[int]) -> bool:
        """Whether one of the statement and the lines denies what the other affirms, word by word."""
        mine, my_denials = _affirmed_and_denied(text)
        said, denials = _affirmed_and_denied(" ".join(self.lines[place].text for place in places))
        wrongly_affirmed = (mine - my_denials) & (denials - said)
        wrongly_denied = my_denials & (said - denials) if denials else my_denials
        return bool(wrongly_affirmed or wrongly_denied)

    def ranked_sentences(self, text: str, places: Iterable[int]) -> list[tuple[int, str, float]]:
        """The sentences of these lines as (place, sentence, what it shares), the most first."""
        wanted = set(stems(text)) | set(numbers(text))
        found = [
            (place, said, self._shared(wanted, said))
            for place in places
            for said in sentences(self.lines[place].text)
        ]
        return sorted(found, key=lambda row: -row[2])

    def agreed(self, places: Iterable[int]) -> bool:
        """Whether these lines, or two on either side, close the matter, and do not leave it open."""
        near = self.around(places, 2)
        open_ended = any(OPEN_ENDED.search(self.lines[place].text) for place in self.around(places, 0))
        return not open_ended and any(is_agreement(self.lines[place].text) for place in near)

    def recited(self, text: str) -> list[list[int]]:
        """Other lines to cite, the likeliest first: the three that share most with the statement."""
        wanted = set(stems(text))
        score: dict[int, float] = {}
        for word in wanted:
            for place in self._saying.get(word, ()):
                score[place] = score.get(place, 0.0) + self._weight(word)
        best = sorted(score, key=lambda place: -score[place])[:3]
        pairs = [sorted((best[0], other)) for other in best[1:]]
        return [[place] for place in best] + pairs

    def _numbers_at(self, place: int) -> frozenset[str]:
        if place not in self._numbers:
            self._numbers[place] = frozenset(numbers(self.lines[place].text))
        return self._numbers[place]

    def _is_stranger(self, word: str, after: str) -> bool:
        """Whether a first word does something and the meeting never says it."""
        return _may_name(word) and bool(_ACTS.match(after)) and stem(word) not in self._saying

    def _shared(self, wanted: set[str], said: str) -> float:
        return sum(self._weight(word) for word in wanted & (set(stems(said)) | set(numbers(said))))

    def _weight(self, word: str) -> float:
        return self._weights.get(word, self._unknown)

    def _known_names(self) -> set[str]:
        names = {_name_stem(word) for speaker in self.speakers for word in WORD.findall(speaker)}
        for line in self.lines:
            for match in WORD.finditer(line.text):
                word = match[0]
                if word[0].isupper() and _may_name(word) and not _START.search(line.text[: match.start()]):
                    names.add(_name_stem(word))
        return names


def _may_name(word: str) -> bool:
    return len(word) > 1 and is_content(word)


def _affirmed_and_denied(text: str) -> tuple[set[str], set[str]]:
    """The beginnings of the stems that stand alone, and of those that a negation stands before."""
    denied = {next(map(_root, stems(found[1])), "") for found in _DENIED.finditer(text) if stems(found[1])}
    denied.update(found[1] for found in _DENIED_NUMBER.finditer(text))
    affirmed = {_root(word) for word in stems(_DENIED.sub(_without_denied, text))}
    return affirmed, denied


def _without_denied(found: re.Match[str]) -> str:
    first = next((word for word in WORD.findall(found[1]) if is_content(word)), "")
    return found[1].replace(first, "", 1)


def _root(word: str) -> str:
    return word[:4]


def _name_stem(word: str) -> str:
    return stem(_POSSESSIVE.sub("", word))
