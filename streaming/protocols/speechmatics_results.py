"""A caption as a Speechmatics transcript: words and marks of punctuation as results of their own. Pure."""

from collections.abc import Iterator
from typing import Any, Final

from streaming.captions.text import ends_sentence
from streaming.events import Caption
from streaming.protocols.spoken import SpokenWord, clock, spoken_words, whole_text

FORMAT: Final = "2.9"
"""The version of the wire's form of results."""
UNKNOWN: Final = "UU"
"""The wire's label for a speaker whom nobody knows."""

_MARKS: Final = ".,!?;:…。，！？；：、؟،।"


def transcript(caption: Caption, delimiter: str, *, channel: str | None, speakers: bool) -> dict[str, Any]:
    """The fields of `AddTranscript` and `AddPartialTranscript`. With `speakers` every word names its own."""
    segment, text = caption.segment, whole_text(caption)
    common: dict[str, Any] = {"language": segment.language} | ({"speaker": UNKNOWN} if speakers else {})
    start = clock(segment.start)
    where = {"channel": channel} if channel is not None else {}
    return {
        "format": FORMAT,
        "metadata": {
            "start_time": start,
            "end_time": max(start, clock(segment.end)),
            "transcript": text + delimiter if text else "",
        },
        "results": [
            {**result, **where} for word in spoken_words(caption) for result in _results(word, common)
        ],
        **where,
    }


def _results(word: SpokenWord, common: dict[str, Any]) -> Iterator[dict[str, Any]]:
    spelled = word.text.rstrip(_MARKS)
    said = {**common, "confidence": word.confidence}
    if spelled:
        yield {
            "type": "word",
            "start_time": word.start,
            "end_time": word.end,
            "alternatives": [{"content": spelled, **said}],
        }
    for mark in word.text[len(spelled) :]:
        yield {
            "type": "punctuation",
            "start_time": word.end,
            "end_time": word.end,
            "attaches_to": "previous",
            "is_eos": ends_sentence(mark),
            "alternatives": [{"content": mark, **said}],
        }
