"""The transcript of a whole recording as Deepgram's clients read it. Pure; times in seconds."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from streaming.protocols.deepgram_query import Wishes
from streaming.protocols.deepgram_results import NOT_MEASURED, bare_word, shown_text, words_of
from streaming.segments import Segment, TimedWord

PARAGRAPH_PAUSE: Final = 1.5
"""Seconds without a word that begin a new paragraph."""
_ENDS = (".", "?", "!", "…", "。", "؟")


def results(segments: Sequence[Segment], wishes: Wishes) -> dict[str, Any]:
    """Finals in their order -> `results`."""
    count = wishes.start.audio.channels if wishes.start.multichannel else 1
    count = max([count, *(channel_of(segment) + 1 for segment in segments)])
    by_channel: list[list[Segment]] = [[] for _ in range(count)]
    for segment in segments:
        by_channel[channel_of(segment)].append(segment)
    found: dict[str, Any] = {"channels": [_channel(each, wishes) for each in by_channel]}
    if wishes.utterances:
        found["utterances"] = [_utterance(segment, wishes) for segment in segments]
    return found


def channel_of(segment: Segment) -> int:
    """The channel of a segment, whose track is named after it where there are several."""
    return int(segment.track) if segment.track is not None and segment.track.isdecimal() else 0


def _channel(segments: Sequence[Segment], wishes: Wishes) -> dict[str, Any]:
    words = [word for segment in segments for word in segment.words]
    text = " ".join(segment.text for segment in segments)
    reading: dict[str, Any] = {
        "transcript": shown_text(text, formatted=wishes.formatted),
        "confidence": _confidence(words),
        "words": [word for segment in segments for word in _words(segment, wishes)],
    }
    languages = list(dict.fromkeys(segment.language for segment in segments))
    if wishes.paragraphs and wishes.formatted:
        reading["paragraphs"] = _paragraphs(words)
    if wishes.name_language and languages:
        reading["languages"] = languages
        return {"detected_language": languages[0], "alternatives": [reading]}
    return {"alternatives": [reading]}


def _utterance(segment: Segment, wishes: Wishes) -> dict[str, Any]:
    return {
        "start": segment.start,
        "end": segment.end,
        "confidence": _confidence(segment.words),
        "channel": channel_of(segment),
        "transcript": shown_text(segment.text, formatted=wishes.formatted),
        "words": _words(segment, wishes),
        "id": segment.id,
    }


def _words(segment: Segment, wishes: Wishes) -> list[dict[str, Any]]:
    language = segment.language if wishes.name_language else None
    return words_of(segment.words, formatted=wishes.formatted, language=language)


def _confidence(words: Sequence[TimedWord]) -> float:
    return round(sum(word.confidence for word in words) / len(words), 3) if words else NOT_MEASURED


def _paragraphs(words: Sequence[TimedWord]) -> dict[str, Any]:
    """Words between long pauses are a paragraph, words up to a full stop a sentence of it."""
    paragraphs = [_paragraph(part) for part in _split(words)]
    texts = ["\n".join(sentence["text"] for sentence in one["sentences"]) for one in paragraphs]
    return {"transcript": "\n\n".join(texts), "paragraphs": paragraphs}


def _split(words: Sequence[TimedWord]) -> list[list[TimedWord]]:
    parts = [[words[0]]] if words else []
    for before, word in pairwise(words):
        if word.start - before.end >= PARAGRAPH_PAUSE and before.word.endswith(_ENDS):
            parts.append([])
        parts[-1].append(word)
    return parts


def _paragraph(words: Sequence[TimedWord]) -> dict[str, Any]:
    sentences: list[list[TimedWord]] = [[]]
    for word in words:
        if sentences[-1] and sentences[-1][-1].word.endswith(_ENDS):
            sentences.append([])
        sentences[-1].append(word)
    return {
        "sentences": [
            {"text": " ".join(word.word for word in one), "start": one[0].start, "end": one[-1].end}
            for one in sentences
        ],
        "num_words": sum(1 for word in words if bare_word(word.word)),
        "start": words[0].start,
        "end": words[-1].end,
    }
