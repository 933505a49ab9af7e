"""Turns of speech as OpenAI's Realtime wire tells them: items, their words, and their completion. Pure.

In: a session's events, and where in the audio the client committed or discarded. Out: the bodies of messages,
without their ids. An item is one utterance, or, where the client ends turns itself, all that was said between
two commits. Words are told in the order in which they were spoken, and each of them once: an item's first
word waits until every item before it is complete.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from streaming.segments import Segment

Message = dict[str, Any]
LONGEST_SPAN = 300.0
"""Seconds of a turn that nobody commits; then the server does, so that it does not grow without end."""

_TRANSCRIPTION = "conversation.item.input_audio_transcription"


@dataclass(slots=True)
class Item:
    """One turn. `start` and `end` are seconds of the stream; `parts` the segments in it, by their start."""

    id: str
    start: float
    spanning: bool = False
    end: float | None = None
    parts: dict[float, tuple[Segment, bool]] = field(default_factory=dict)  # bounded: by LONGEST_SPAN
    sent: str = ""
    over: bool = False
    reason: str | None = None

    def covers(self, start: float) -> bool:
        """Whether speech from `start` on belongs to it."""
        return self.spanning and self.start <= start and (self.end is None or start < self.end)

    @property
    def segments(self) -> list[Segment]:
        """In order of time."""
        return [segment for _, (segment, _) in sorted(self.parts.items())]

    @property
    def final(self) -> bool:
        """Whether an utterance's last word was heard."""
        return not self.spanning and any(final for _, final in self.parts.values())

    @property
    def text(self) -> str:
        """All that is settled of it."""
        return " ".join(segment.text for segment in self.segments if segment.text)

    def text_in_order(self, running: bool) -> str:
        """The same, up to the first segment that is not final; with `running` that one too."""
        said = []
        for _, (segment, final) in sorted(self.parts.items()):
            if segment.text and (final or running):
                said.append(segment.text)
            if not final:
                break
        return " ".join(said)


@dataclass(frozen=True, slots=True)
class Discarded:
    """Audio that the client threw away before it was a turn."""

    start: float
    end: float


class Items:
    """The turns of one client. `prefix` begins the ids of items, which no other client's have.

    `announced`: the server ends turns, and says when speech starts and stops. `older`: the older dialect.
    """

    def __init__(self, prefix: str) -> None:
        self.announced = True
        self.older = False
        self.logprobs = False
        self.committed = 0
        """How many turns were committed so far."""
        self._prefix = prefix
        self._made = 0
        self._previous: str | None = None
        # bounded: by the finished speech that may await its final, and one turn that is still open.
        self._items: list[Item] = []
        # bounded: what lies behind all that was told is dropped, and each takes audio of its own.
        self._discarded: list[Discarded] = []
        self._told = 0.0
        self._stopped = 0.0

    @property
    def spanning(self) -> Item | None:
        """The turn that the client is to end."""
        open_ = [item for item in self._items if item.spanning and item.end is None]
        return open_[0] if open_ else None

    def open_span(self, start: float) -> None:
        """From `start` on the client ends turns itself."""
        self._add(Item(self._new_id(), start, spanning=True))

    def commit_span(self, end: float) -> Iterator[Message]:
        """The client's turn ends at `end`."""
        span = self.spanning
        assert span is not None, "a turn is opened before it is committed"  # noqa: S101
        span.end = end
        yield from self._commit(span)

    def complete(self, name: str) -> Iterator[Message]:
        """Every word of a committed turn is final."""
        for item in self._items:
            item.over = item.over or item.id == name
        yield from self._progress()

    def discard(self, end: float) -> None:
        """Throw away what was said and not committed before `end`."""
        start = self._stopped
        if self.spanning is not None:
            start = self.spanning.start
            self._items.remove(self.spanning)
        self._items = [item for item in self._items if item.spanning or item.end is not None]
        self._discarded.append(Discarded(start, end))

    def empty(self, at: float) -> Iterator[Message]:
        """A turn without speech, since one was asked for."""
        item = self._add(Item(self._new_id(), at, end=at))
        yield from self._commit(item)
        item.over = True
        yield from self._progress()

    def started(self, at: float) -> Iterator[Message]:
        """Somebody began to speak."""
        if not self._ignored(at) and not any(item.covers(at) for item in self._items):
            yield from self._begin(at)

    def stopped(self, at: float) -> Iterator[Message]:
        """Somebody stopped speaking."""
        self._stopped = max(self._stopped, at)
        yield from self._stop_open(at)
        yield from self._progress()

    def caption(self, segment: Segment, final: bool) -> Iterator[Message]:
        """What is settled of a segment."""
        if final:
            self._told = max(self._told, segment.end)
        if not self._ignored(segment.start):
            item = next((one for one in self._items if one.covers(segment.start)), None)
            item = item or next((one for one in self._items if one.start == segment.start), None)
            if item is None:
                # It follows an utterance that was cut without a pause: nothing else has told of it.
                yield from self._stop_open(segment.start)
                yield from self._begin(segment.start)
                item = next(one for one in self._items if one.start == segment.start)
            item.parts[segment.start] = segment, final
            if item.final and item.end is None:
                yield from self._stop(item, segment.end)
        yield from self._progress()

    def told(self, until: float) -> Iterator[Message]:
        """Everything before `until` is final: what has had no word by now has none."""
        self._told = max(self._told, until)
        self._discarded = [one for one in self._discarded if one.end > self._told]
        yield from self._progress()

    def lost(self, start: float, end: float, reason: str) -> Iterator[Message]:
        """Audio that could not be decoded; all before its end is told."""
        self._told = max(self._told, end)
        for item in self._items:
            if item.covers(start) or start <= item.start <= end:
                item.reason = reason
        yield from self._progress()

    def finish(self, at: float) -> Iterator[Message]:
        """Nothing more comes."""
        for item in list(self._items):
            if item.end is None:
                item.end = max(at, item.start)
                yield from self._commit(item)
            item.over = True
        yield from self._progress()

    def _begin(self, at: float) -> Iterator[Message]:
        item = self._add(Item(self._new_id(), at))
        if self.announced:
            yield {
                "type": "input_audio_buffer.speech_started",
                "audio_start_ms": _ms(at),
                "item_id": item.id,
            }

    def _stop_open(self, at: float) -> Iterator[Message]:
        item = next((item for item in self._items[::-1] if not item.spanning and item.end is None), None)
        if item is not None and item.start <= at:
            yield from self._stop(item, at)

    def _stop(self, item: Item, at: float) -> Iterator[Message]:
        item.end = at
        if self.announced:
            yield {
                "type": "input_audio_buffer.speech_stopped",
                "audio_end_ms": _ms(at),
                "item_id": item.id,
            }
        yield from self._commit(item)

    def _commit(self, item: Item) -> Iterator[Message]:
        self.committed += 1
        previous, self._previous = self._previous, item.id
        yield {
            "type": "input_audio_buffer.committed",
            "item_id": item.id,
            "previous_item_id": previous,
        }
        shown = {
            "id": item.id,
            "object": "realtime.item",
            "type": "message",
            "role": "user",
            "status": "completed",
            "content": [{"type": "input_audio", "transcript": None}],
        }
        names = ("created",) if self.older else ("added", "done")
        for name in names:
            yield {"type": f"conversation.item.{name}", "previous_item_id": previous, "item": shown}

    def _progress(self) -> Iterator[Message]:
        """Tell the words that are due, and complete the turns that are over, in order."""
        while self._items:
            item = self._items[0]
            silent = not item.spanning and item.end is not None and item.end <= self._told
            complete = item.end is not None and (item.over or item.final or silent)
            # What was said before the last pause comes first, and may have had no word yet.
            text = item.text if complete else item.text_in_order(self._told >= self._stopped)
            if text != item.sent and text.startswith(item.sent):
                yield {
                    "type": f"{_TRANSCRIPTION}.delta",
                    "item_id": item.id,
                    "content_index": 0,
                    "delta": text[len(item.sent) :],
                }
                item.sent = text
            if not complete:
                return
            self._items.pop(0)
            yield self._completed(item)

    def _completed(self, item: Item) -> Message:
        segments, text = item.segments, item.text
        about = {"item_id": item.id, "content_index": 0}
        if item.reason is not None and not text:
            message = f"The audio could not be transcribed: {item.reason}."
            error = {"type": "server_error", "code": item.reason, "message": message, "param": None}
            return {"type": f"{_TRANSCRIPTION}.failed", **about, "error": error}
        languages = dict.fromkeys(
            segment.language for segment in segments if segment.language and segment.text
        )
        length = (item.start if item.end is None else item.end) - item.start
        completed: Message = {
            "type": f"{_TRANSCRIPTION}.completed",
            **about,
            "transcript": text,
            "languages": [{"code": code} for code in languages],
            "usage": {"type": "duration", "seconds": round(max(0.0, length), 3)},
        }
        if self.logprobs:
            completed["logprobs"] = [one for segment in segments for one in logprobs(segment)]
        return completed

    def _ignored(self, start: float) -> bool:
        return any(one.start <= start < one.end for one in self._discarded)

    def _add(self, item: Item) -> Item:
        self._items.append(item)
        self._items.sort(key=lambda one: one.start)
        return item

    def _new_id(self) -> str:
        self._made += 1
        return f"{self._prefix}_{self._made:05d}"


def logprobs(segment: Segment) -> Iterator[Message]:
    """The probability of each word, where it is known."""
    for index, word in enumerate(segment.words):
        token = word.word if index == 0 else f" {word.word}"
        known = math.isfinite(word.confidence) and word.confidence > 0
        yield {
            "token": token,
            "bytes": list(token.encode(errors="replace")),
            "logprob": round(math.log(min(word.confidence, 1.0)), 4) if known else -100.0,
        }


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
