"""The report that needs no language model: what was said, chosen and sorted, word for word.

In: the lines of a meeting. Out: a `Report` of status `extractive`. It holds who spoke how long, what was
spoken of when, key moments by greedy coverage of tf-idf weight (budgeted maximum coverage), questions,
numbers and dates, and possible follow-ups. It claims no decision and no task: phrases alone do not show
either.
"""

import heapq
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from summarizer.cues import is_follow_up, is_question
from summarizer.dates import names_a_day
from summarizer.headings import heading
from summarizer.lines import in_order, language_spoken
from summarizer.numbers import numbers
from summarizer.reasons import in_language
from summarizer.schema import Item, Kind, Line, Quote, Report, Section, Stats
from summarizer.words import WORD, is_content, rarity, sentences, stem, stems

TEMPLATE = "extractive"
TEMPLATE_VERSION = 1
KEY_MOMENTS, QUESTIONS, FIGURES, FOLLOW_UPS = 12, 12, 12, 10
"""How many a section holds at most."""

_TOPIC_SECONDS, _TOPICS, _KEYWORDS = 420.0, 12, 5
_SHORTEST, _LONGEST = 6, 45
"""Words of a sentence that can stand alone."""


@dataclass(frozen=True, slots=True)
class _Said:
    line: Line
    text: str
    words: int
    stems: tuple[str, ...]


def extractive_report(
    meeting_id: str, lines: Iterable[Line], *, title: str = "", language: str = "", reason: str | None = None
) -> Report:
    """The report of a meeting. `reason` says why no language model wrote it, if one should have."""
    lines = in_order(lines)
    language = language or language_spoken(lines)
    said = [
        _Said(line, text, len(WORD.findall(text)), tuple(stems(text)))
        for line in lines
        for text in sentences(line.text)
    ]
    weights = rarity(one.stems for one in said)
    sections = (
        _section("topics", "topics", language, _topics(lines)),
        _quoted("key_moments", language, _key_moments(said, weights)),
        _quoted("questions", language, _chosen(said, weights, QUESTIONS, _asks)),
        _quoted("figures", language, _chosen(said, weights, FIGURES, _has_figure)),
        _quoted("follow_ups", language, _chosen(said, weights, FOLLOW_UPS, _promises)),
    )
    return Report(
        meeting_id=meeting_id,
        template=TEMPLATE,
        template_version=TEMPLATE_VERSION,
        language=language,
        status="extractive",
        covered=((lines[0].start, max(line.end for line in lines)),) if lines else (),
        stats=stats(lines),
        title=title,
        gist="",
        sections=tuple(section for section in sections if section.items),
        reason=in_language(reason, language),
    )


def stats(lines: Sequence[Line]) -> Stats:
    """Who spoke how long, the number of turns and of words."""
    seconds: dict[str, float] = {}
    turns, before = 0, None
    for line in lines:
        seconds[line.speaker] = seconds.get(line.speaker, 0.0) + max(0.0, line.end - line.start)
        turns += line.speaker != before
        before = line.speaker
    ranked = sorted(seconds.items(), key=lambda pair: -pair[1])
    words = sum(len(WORD.findall(line.text)) for line in lines)
    return Stats(tuple((name, round(spent, 1)) for name, spent in ranked), turns, words)


def quote(line: Line, text: str | None = None) -> Quote:
    """The words of a line, or a part of them, with their place."""
    return Quote(line.id, line.start, line.end, line.text if text is None else text, line.speaker)


def _section(key: str, kind: Kind, language: str, items: tuple[Item, ...]) -> Section:
    return Section(key, heading(key, language), kind, items)


def _quoted(key: str, language: str, said: Iterable[_Said]) -> Section:
    items = tuple(
        Item(f"{key}-{number}", one.text, (one.line.id,), (quote(one.line, one.text),), "verbatim")
        for number, one in enumerate(said, 1)
    )
    return _section(key, "bullets", language, items)


def _asks(one: _Said) -> bool:
    return one.words <= _LONGEST and is_question(one.text) and bool(one.stems)


def _has_figure(one: _Said) -> bool:
    return 4 <= one.words <= _LONGEST and (names_a_day(one.text) or _large(numbers(one.text)))


def _large(values: Sequence[str]) -> bool:
    return any("." in value or len(value) > 1 for value in values)


def _promises(one: _Said) -> bool:
    return 4 <= one.words <= _LONGEST and is_follow_up(one.text)


def _weight(one: _Said, weights: Mapping[str, float]) -> float:
    return sum(weights[word] for word in set(one.stems)) / math.sqrt(one.words + 4)


def _chosen(
    said: Iterable[_Said], weights: Mapping[str, float], limit: int, wanted: Callable[[_Said], bool]
) -> list[_Said]:
    """The weightiest sentences of a kind, in the order in which they were said, each text once."""
    found = {one.text.casefold(): one for one in said if wanted(one)}
    best = heapq.nlargest(limit, found.values(), key=lambda one: _weight(one, weights))
    return sorted(best, key=lambda one: one.line.start)


def _key_moments(said: Sequence[_Said], weights: Mapping[str, float]) -> list[_Said]:
    """Sentences that together say most of what the meeting said: each new stem counts once, by its weight."""
    counts = Counter(word for one in said for word in set(one.stems))
    worth = {word: weights[word] * math.log1p(count) for word, count in counts.items() if count > 1}
    covered: set[str] = set()

    def gain(one: _Said) -> float:
        new = set(one.stems) - covered
        return sum(worth.get(word, 0.0) for word in new) / math.sqrt(one.words)

    usable = [
        one
        for one in said
        if _SHORTEST <= one.words <= _LONGEST and len(set(one.stems)) > 2 and one.text[-1] != "?"
    ]
    heap = [(-gain(one), index) for index, one in enumerate(usable)]
    heapq.heapify(heap)
    limit = min(KEY_MOMENTS, max(1, len(said) // 4))
    chosen: list[_Said] = []
    while heap and len(chosen) < limit:
        _, index = heapq.heappop(heap)
        now = gain(usable[index])
        if heap and now < -heap[0][0]:
            heapq.heappush(heap, (-now, index))
        elif now > 0:
            chosen.append(usable[index])
            covered.update(usable[index].stems)
    return sorted(chosen, key=lambda one: one.line.start)


def _topics(lines: Sequence[Line]) -> tuple[Item, ...]:
    """Stretches of the meeting with the words that set each apart from the others."""
    bags = [Counter(stems(line.text)) for line in lines]
    cuts = _cuts(lines, bags)
    parts = [_total(bags[a:b]) for a, b in pairwise(cuts)]
    apart = rarity(parts)
    forms = _forms(lines)
    items = []
    for number, (start, part) in enumerate(zip(cuts, parts, strict=False), 1):
        ranked = sorted(part, key=lambda word: -part[word] * apart[word])
        keywords = [forms[word] for word in ranked[:_KEYWORDS] if part[word] > 1 or len(part) < 60]
        if keywords:
            line = lines[start]
            cited = quote(line)
            items.append(Item(f"topics-{number}", ", ".join(keywords), (line.id,), (cited,), "verbatim"))
    return tuple(items)


def _cuts(lines: Sequence[Line], bags: Sequence[Counter[str]]) -> list[int]:
    """Indices at which a topic begins, and the end: where the words before and after differ most."""
    if not lines:
        return [0]
    seconds = max(line.end for line in lines) - lines[0].start
    wanted = max(1, min(_TOPICS, round(seconds / _TOPIC_SECONDS)))
    span = max(3, len(lines) // (3 * wanted))
    likeness = {
        index: _cosine(_total(bags[index - span : index]), _total(bags[index : index + span]))
        for index in range(span, len(lines) - span, max(1, len(lines) // 120))
    }
    chosen: list[int] = []
    for index in sorted(likeness, key=lambda index: likeness[index]):
        if len(chosen) == wanted - 1:
            break
        if all(abs(index - other) >= 2 * span for other in chosen):
            chosen.append(index)
    return [0, *sorted(chosen), len(lines)]


def _total(bags: Iterable[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for bag in bags:
        total.update(bag)
    return total


def _cosine(one: Counter[str], other: Counter[str]) -> float:
    lengths = math.sqrt(sum(n * n for n in one.values()) * sum(n * n for n in other.values()))
    return sum(count * other[word] for word, count in one.items()) / lengths if lengths else 0.0


def _forms(lines: Sequence[Line]) -> dict[str, str]:
    """For each stem the form in which it is said most often."""
    counts = Counter(word for line in lines for word in WORD.findall(line.text) if is_content(word))
    best: dict[str, str] = {}
    for word, _ in counts.most_common():
        best.setdefault(stem(word), word)
    return best
