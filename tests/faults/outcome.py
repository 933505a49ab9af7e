"""What became of one recording: words with their times, and where every sample ended; and how two differ.

In: a server and a meeting that has ended. Out: plain data. Two runs of the same recording are compared word
by word, so that a test can say what a fault has cost and not only that it has.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from rapidfuzz.distance import Levenshtein

from loadtest.wer import normalise
from tests.support.plain import plain_http

PARTS = ("transcribed", "silence", "quarantined", "lost")


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is compared, in seconds."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """One meeting after its end."""

    words: tuple[Word, ...]
    coverage: dict[str, float]
    segments: tuple[dict[str, Any], ...]

    @property
    def unaccounted(self) -> float:
        """Seconds that were received and ended nowhere, or twice."""
        return self.coverage["received"] - sum(self.coverage[part] for part in PARTS)

    @property
    def overlapping(self) -> list[tuple[str, str]]:
        """Neighbouring segments of which the later one begins before the earlier one ends."""
        ordered = sorted(self.segments, key=lambda one: float(one["start"]))
        return [
            (one["text"], after["text"])
            for one, after in pairwise(ordered)
            if after["start"] < one["end"] - 0.05
        ]


@dataclass(frozen=True, slots=True)
class Differences:
    """Between two runs: words missing from the second, words only in it, and how far the rest moved."""

    missing: tuple[str, ...]
    added: tuple[str, ...]
    moved: tuple[float, ...]
    """For each common word, the larger move of its start and its end, in seconds."""

    @property
    def most_moved(self) -> float:
        """Seconds."""
        return max(self.moved, default=0.0)


async def outcome(url: str, meeting: str) -> Outcome:
    """Read a meeting back over HTTP."""
    async with plain_http(url) as http:
        told = (await http.get(f"/v1/meetings/{meeting}")).raise_for_status().json()
        address = f"/v1/meetings/{meeting}/transcript"
        text = (await http.get(address, params={"words": "true"})).raise_for_status().json()
    assert told["status"] == "ended", told
    segments = tuple(text["segments"])
    words = [word for segment in segments for word in segment.get("words", ())]
    return Outcome(
        tuple(Word(part, word["start"], word["end"]) for word in words for part in normalise(word["word"])),
        told["coverage"],
        segments,
    )


def differences(one: Outcome, other: Outcome) -> Differences:
    """What `other` lacks, has beside, and has elsewhere."""
    expected, found = [word.text for word in one.words], [word.text for word in other.words]
    missing: list[str] = []
    added: list[str] = []
    moved: list[float] = []
    for step in Levenshtein.opcodes(expected, found):
        if step.tag == "equal":
            pairs = zip(
                one.words[step.src_start : step.src_end],
                other.words[step.dest_start : step.dest_end],
                strict=True,
            )
            moved += [max(abs(a.start - b.start), abs(a.end - b.end)) for a, b in pairs]
        else:
            missing += expected[step.src_start : step.src_end]
            added += found[step.dest_start : step.dest_end]
    return Differences(tuple(missing), tuple(added), tuple(moved))
