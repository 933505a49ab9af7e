"""How late captions were, from what one stream sent and heard.

A `Log` goes in, figures in seconds come out. All moments are those of the client's clock: a word has been
spoken when the piece of audio with its end was sent. Words are compared in lower case without punctuation.
No I/O.

- first text: end of the first word -> the first caption that shows any text
- word to caption: end of each word of a final -> the first caption of its segment that shows it, in order
- end of speech to final: end of a segment -> its final caption
- flicker: words shown and then changed or taken back, per word of the finals
"""

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from rapidfuzz.distance import Levenshtein

from loadtest.records import Arrival, Log
from loadtest.wer import normalise


@dataclass(frozen=True, slots=True)
class Figure:
    """A distribution in seconds; both numbers are None when nothing was measured."""

    count: int
    median: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class Latency:
    """The figures of one stream or of several together."""

    first_text: Figure
    word_to_caption: Figure
    end_to_final: Figure
    flicker: float | None


@dataclass(frozen=True, slots=True)
class Samples:
    """The single measurements, which can be added up over streams before they are summed up."""

    first_text: tuple[float, ...] = ()
    word_to_caption: tuple[float, ...] = ()
    end_to_final: tuple[float, ...] = ()
    revised: int = 0
    words: int = 0

    def __add__(self, other: "Samples") -> "Samples":
        return Samples(
            self.first_text + other.first_text,
            self.word_to_caption + other.word_to_caption,
            self.end_to_final + other.end_to_final,
            self.revised + other.revised,
            self.words + other.words,
        )

    def summary(self) -> Latency:
        """Median and 95th percentile of each, and the flicker."""
        return Latency(
            figure(self.first_text),
            figure(self.word_to_caption),
            figure(self.end_to_final),
            self.revised / self.words if self.words else None,
        )


def figure(values: Sequence[float]) -> Figure:
    """Median and 95th percentile (nearest rank) of some seconds."""
    if not values:
        return Figure(0, None, None)
    ranked = sorted(values)
    return Figure(len(ranked), statistics.median(ranked), ranked[math.ceil(0.95 * len(ranked)) - 1])


def measure(log: Log, since: float = 0.0) -> Samples:
    """Everything that one stream tells of the segments that begin at `since` (seconds of audio) or later."""
    captions = [caption for caption in log.of("caption") if caption.message.get("start", 0.0) >= since]
    segments: dict[str, list[Arrival]] = defaultdict(list)
    for caption in captions:
        segments[str(caption.message.get("segment"))].append(caption)
    complete = [shown for shown in segments.values() if shown[-1].message.get("final")]
    return Samples(
        tuple(_first_text(log, captions)),
        tuple(delay for shown in complete for delay in _word_delays(log, shown)),
        tuple(_end_delays(log, complete)),
        sum(_revised(shown) for shown in segments.values()),
        sum(len(normalise(_text(shown[-1]))) for shown in complete),
    )


def _text(caption: Arrival) -> str:
    """All that a viewer sees of the segment at this moment."""
    message = caption.message
    return f"{message.get('text') or ''} {message.get('pending') or ''}"


def _first_text(log: Log, captions: Sequence[Arrival]) -> Iterable[float]:
    shown = next((caption.at for caption in captions if _text(caption).strip()), None)
    ends = [word["end"] for caption in captions if (words := _words(caption)) for word in words[:1]]
    spoken = log.sent_at(min(ends)) if ends else None
    if shown is not None and spoken is not None:
        yield shown - spoken


def _words(caption: Arrival) -> list[dict[str, Any]]:
    words = caption.message.get("words") if caption.message.get("final") else None
    return [word for word in words or () if normalise(str(word.get("word", "")))]


def _word_delays(log: Log, shown: Sequence[Arrival]) -> Iterable[float]:
    """Each message is aligned with the final words; a match before the word began is a coincidence."""
    words = _words(shown[-1])
    parts = [(index, part) for index, word in enumerate(words) for part in normalise(str(word["word"]))]
    last_part = {index: at for at, (index, _) in enumerate(parts)}
    tokens = [part for _, part in parts]
    waiting = set(last_part)
    for caption in shown:
        seen = _matches(tokens, normalise(_text(caption)))
        for index in sorted(index for index in waiting if last_part[index] in seen):
            began, ended = log.sent_at(words[index]["start"]), log.sent_at(words[index]["end"])
            if began is None or ended is None or caption.at < began:
                continue
            waiting.discard(index)
            yield caption.at - ended


def _matches(final: Sequence[str], seen: Sequence[str]) -> set[int]:
    """Which words of `final` stand in `seen`, in order."""
    blocks = Levenshtein.opcodes(final, seen)
    return {i for block in blocks if block.tag == "equal" for i in range(block.src_start, block.src_end)}


def _end_delays(log: Log, complete: Iterable[Sequence[Arrival]]) -> Iterable[float]:
    for shown in complete:
        ended = log.sent_at(float(shown[-1].message["end"]))
        if ended is not None:
            yield shown[-1].at - ended


def _revised(shown: Sequence[Arrival]) -> int:
    """Words that a viewer had seen and that the next message of the segment changed or took back."""
    texts = [normalise(_text(caption)) for caption in shown]
    return sum(
        step.tag != "insert"
        for before, after in pairwise(texts)
        for step in Levenshtein.editops(before, after)
    )
