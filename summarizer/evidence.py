"""What the lines of one meeting say, prepared so that a statement can be held against them.

In: the lines. Out: for a statement and the segments it cites: how much of it they say, which of its
numbers and names they do not, whether one denies what the other affirms, which lines say it best. No
model is asked.
"""

import re
from collections.abc import Iterable, Sequence

from summarizer.cues import OPEN_ENDED, TAKES_IT_UP, TO_THE_WRITER, TURNS_IT_DOWN, is_agreement
from summarizer.dates import days_named
from summarizer.numbers import numbers, said_numbers
from summarizer.polarity import contradicts
from summarizer.schema import Line
from summarizer.words import WORD, is_content, rarity, sentences, stem, stems

MOST_CITES = 4
"""Segments that one statement may cite."""

ROOT, ALIKE = 5, 0.8
"""Letters that two stems must share to be alike, and what that is worth."""

NEAR = 3
"""Lines on each side in which what a line leaves out may have been said."""

_START = re.compile(r"(?:^|[.!?…:]\s+|[«\"(]\s*)$")
_ACTS = re.compile(
    r"(?:\s+[^\W\d_]+)?\s+(?:will|would|has|had|is|was|to|made|took|gave|said|got|went|[a-z]{2,}(?:s|ed)|не|\w{2,}(?:ит|ет|ёт|ат|ят|ут|ют|л|ла|тся))\b"
)
"""What follows the name of somebody who does something."""

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
        """The share, by rarity, of the statement's stems and numbers that the lines around these say.

        A word of the same beginning counts for the most part: "unloading" for "unload".
        """
        near = self.around(places)
        said = {word for place in near for word in self._stems[place]}
        said.update(value for place in near for value in self._numbers_at(place))
        roots = {word[:ROOT] for word in said if len(word) >= ROOT}
        words, values = set(stems(text)), set(numbers(text))
        found = sum(
            self._weight(word) * (1.0 if word in said else ALIKE if word[:ROOT] in roots else 0.0)
            for word in words
        )
        if not found:
            # Numbers alone say nothing of what they count.
            return 0.0
        found += sum(map(self._weight, values & said))
        return found / sum(map(self._weight, words | values))

    def missing_numbers(self, text: str, places: Iterable[int]) -> set[str]:
        """Numbers of the statement that these lines do not say.

        Thousands may be left out where they were said a moment before: "he asks for 380 thousand, she for
        340".
        """
        places = list(places)
        said = {value for place in places for value in self._numbers_at(place)}
        near = {value for place in self.around(places, NEAR) for value in self._numbers_at(place)}
        scaled = {scale for scale in ("000", "000000") if any(value.endswith(scale) for value in near)}
        return {
            value
            for value in numbers(text)
            if value not in said
            and not any(value.endswith(scale) and value.removesuffix(scale) in said for scale in scaled)
        }

    def missing_names(self, text: str, places: Iterable[int]) -> set[str]:
        """Names in the statement that these lines neither say nor are spoken by.

        What is not the name of a speaker may be said a few lines away: "and there?" is asked of a place.
        """
        places = list(places)
        said = self._words_at(places)
        near = self._words_at(self.around(places, NEAR)) - {
            _name_stem(word) for speaker in self.speakers for word in WORD.findall(speaker)
        }
        return {name for name in self.names_in(text) if _name_stem(name) not in said | near}

    def missing_days(self, text: str, places: Iterable[int]) -> bool:
        """Whether the statement names a month or a weekday that these lines do not.

        Where they name none at all, those a few lines away count.
        """
        places = list(places)
        here, near = self._days_at(places), self._days_at(self.around(places, NEAR))
        return any(
            mine - (said or close) for mine, said, close in zip(days_named(text), here, near, strict=True)
        )

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
        """Whether one of the statement and the lines denies what the other affirms."""
        return contradicts(text, [self.lines[place].text for place in places], self._weight)

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
        """Whether these lines, or one of the two after them, close the matter.

        They do not where they or the answer to them leave it open, or where the answer turns it down.
        """
        places = list(places)
        last = len(self.lines)
        said = [self.lines[place].text for place in places]
        after = [self.lines[place].text for place in range(places[-1] + 1, min(places[-1] + 3, last))]
        if any(map(OPEN_ENDED.search, said + after[:1])):
            return False
        if any(map(is_agreement, said)):
            return True
        if any(map(TURNS_IT_DOWN.search, after[:1])):
            return False
        answers = [self.lines[place + 1].text for place in places if place + 1 < last]
        return any(is_agreement(one) for one in after if not TURNS_IT_DOWN.search(one)) or any(
            map(TAKES_IT_UP.search, answers)
        )

    def recited(self, text: str) -> list[list[int]]:
        """Other lines to cite, the likeliest first: the three that share most with the statement."""
        wanted = set(stems(text))
        score: dict[int, float] = {}
        for word in wanted:
            for place in self._saying.get(word, ()):
                score[place] = score.get(place, 0.0) + self._weight(word)
        best = sorted(score, key=lambda place: -score[place])[:3]
        # Lines far apart would say together what nobody said.
        pairs = [sorted((best[0], other)) for other in best[1:] if abs(best[0] - other) < NEAR]
        return [[place] for place in best] + pairs

    def _numbers_at(self, place: int) -> frozenset[str]:
        if place not in self._numbers:
            self._numbers[place] = frozenset(said_numbers(self.lines[place].text))
        return self._numbers[place]

    def _words_at(self, places: Iterable[int]) -> set[str]:
        lines = [self.lines[place] for place in places]
        return {_name_stem(word) for line in lines for word in WORD.findall(f"{line.speaker} {line.text}")}

    def _days_at(self, places: Iterable[int]) -> tuple[set[int], set[int]]:
        return days_named(" ".join(self.lines[place].text for place in places))

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


def _name_stem(word: str) -> str:
    return stem(_POSSESSIVE.sub("", word))
