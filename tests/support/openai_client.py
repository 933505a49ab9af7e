"""A client of OpenAI's Realtime wire in memory: its codec, what it sends, and what it reads."""

import base64
import json
from typing import Any

from streaming.commands import Command
from streaming.events import Caption, Event
from streaming.protocols.openai_realtime import RealtimeCodec
from streaming.segments import Segment, TimedWord

SECOND = 48_000
"""Bytes of a second of the usual format."""


def codec(**query: str) -> RealtimeCodec:
    """A new client's codec."""
    return RealtimeCodec({name: [value] for name, value in query.items()}, "c1")


def do(client: RealtimeCodec, kind: str, **fields: Any) -> tuple[tuple[Command, ...], list[Any]]:
    """What an event of the client's comes to: commands, and replies as it reads them."""
    received = client.receive_text(json.dumps({"type": kind, **fields}))
    return received.commands, [json.loads(text) for text in received.replies]


def append(client: RealtimeCodec, size: int = SECOND) -> tuple[Command, ...]:
    """Append so many bytes of silence."""
    audio = base64.b64encode(bytes(size)).decode()
    commands, replies = do(client, "input_audio_buffer.append", audio=audio)
    assert replies == []
    return commands


def update(client: RealtimeCodec, **audio_input: Any) -> dict[str, Any]:
    """Change settings below `audio.input`; the session that is told back."""
    session = {"type": "transcription", "audio": {"input": audio_input}}
    _, replies = do(client, "session.update", session=session)
    (*_, updated) = replies
    assert updated["type"] == "session.updated", updated
    answer: dict[str, Any] = updated["session"]
    return answer


def told(client: RealtimeCodec, *events: Event) -> list[Any]:
    """What the client reads of events."""
    return [json.loads(text) for event in events for text in client.send(event)]


def said(start: float, end: float, text: str, *, final: bool = False, words: bool = False) -> Caption:
    """A caption of the segment that starts there."""
    timed = tuple(TimedWord(word, start, end, 0.5) for word in text.split()) if words else ()
    return Caption(0, Segment(f"s-{start}", start, end, text, "en", timed), "", final)


def kinds(messages: list[Any]) -> list[str]:
    """The last part of each type, with its words."""
    names = {"completed": "transcript", "delta": "delta"}
    parts = [(one["type"].rpartition(".")[2], one) for one in messages]
    return [f"{name} {one[names[name]]}" if name in names else name for name, one in parts]
