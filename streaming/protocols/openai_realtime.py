"""OpenAI's Realtime wire for transcription, in its present dialect and the older one. Pure.

`RealtimeCodec` turns a client's events into commands, and a session's events into the client's. The session
starts with the first audio, with the settings that the client has made by then. An event that cannot be
followed is answered by an `error` event, and the stream goes on.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from asr.types import SAMPLE_RATE
from streaming import pcm
from streaming.commands import Audio, Command, Flush
from streaming.errors import Close, ProtocolError
from streaming.events import Ack, Caption, Ended, Event, Flushed, Gap, Problem, Speech
from streaming.protocols.codec import Received
from streaming.protocols.frames import MAX_TEXT, as_text, check_text, read_object, shown
from streaming.protocols.openai_items import LONGEST_SPAN, Items, Message
from streaming.protocols.openai_settings import (
    CONTINUOUS_MODEL,
    Rejected,
    Settings,
    change,
    described,
    updated,
)

SUBPROTOCOL = "realtime"
SHORTEST_COMMIT = 0.1
"""Seconds of audio that a commit needs."""
LOOK_AHEAD, LOOK_AHEAD_SLOW = 0.06, 0.112
"""Seconds of the newest audio that conversion to 16 kHz may hold back, from 16 kHz on and below. What is said
there belongs to the next turn."""

LONGEST_NAME = 100
LONGEST_EVENT_ID = 512
_OURS = frozenset({"internal", "overloaded", "restarting", "store_unavailable", "not_ready"})
"""Codes of problems that are not the client's."""

_AUDIO = re.compile(r'"audio"\s*:\s*"([^"]*)"')


class RealtimeCodec:
    """One client. `name` is unique and names its session; `query` is that of the address.

    `older`: the client asked for the older dialect in its handshake. `session`: settings made for it before.
    """

    resumable = False

    def __init__(
        self,
        query: Mapping[str, Sequence[str]],
        name: str,
        *,
        older: bool = False,
        session: Mapping[str, Any] | None = None,
        expires_at: int | None = None,
    ) -> None:
        """Raises `ProtocolError` `invalid_field` for settings that cannot be."""
        self._name = name
        self._older = older
        self._expires_at = expires_at
        self._events = 0
        self._settings, self._meeting = _first_settings(query, session)
        self._items = Items(f"item_{name}")
        self._started = False
        self._received = 0.0
        self._committed = 0.0
        self._cut = b""
        # bounded: by the wire, which limits flushes that await their answer.
        self._awaiting: dict[str, int | None] = {}
        self._commits = 0
        self._apply()

    def begin(self) -> Received:
        """The greeting, with the settings in force."""
        return Received(replies=self._told([self._session("session.created")]))

    def receive_text(self, text: str) -> Received:
        """One event of the client's. What is wrong with it is a reply; nothing is raised."""
        event_id: object = None
        try:
            event, audio = _event(text)
            event_id = event.get("event_id")
            return self._follow(event, audio)
        except Rejected as rejected:
            error, param = rejected.error, rejected.param
        except ProtocolError as wrong:
            error, param = wrong, None
        known = event_id if isinstance(event_id, str) and _sendable(event_id) else None
        return Received(replies=self._told([_error(error.code, error.message, param, known)]))

    def _follow(self, event: Mapping[str, Any], audio: str | None) -> Received:
        match event.get("type"):
            case "input_audio_buffer.append":
                return self._append(event, audio)
            case "input_audio_buffer.commit":
                return self._commit()
            case "input_audio_buffer.clear":
                return self._clear()
            case "session.update" | "transcription_session.update" as kind:
                return self._update(kind, event.get("session"))
            case kind:
                error = ProtocolError("unknown_type", f"There is no event of type {shown(kind)}.")
                raise Rejected(error, "type")

    def receive_bytes(self, data: bytes) -> Received:
        """A binary message, which this wire does not have."""
        message = "Send audio as base64 in input_audio_buffer.append, not as binary messages."
        return Received(replies=self._told([_error("unexpected_binary", message)]))

    def send(self, event: Event) -> tuple[str, ...]:
        """The client's events for one of the session's."""
        return self._told(self._messages(event))

    def close(self, problem: Problem | None) -> tuple[tuple[str, ...], int, str]:
        """The last events, the close code and its reason."""
        if problem is None:
            return (), int(Close.DONE), ""
        return self._told(self._messages(problem)), int(problem.close), problem.code

    def _messages(self, event: Event) -> Iterable[Message]:
        match event:
            case Speech(state="started"):
                return self._items.started(event.at)
            case Speech():
                return self._items.stopped(event.at)
            case Caption():
                return self._items.caption(event.segment, event.final)
            case Gap():
                return self._items.lost(event.start, event.end, event.reason)
            case Ack():
                return self._items.told(event.position / SAMPLE_RATE)
            case Flushed():
                return self._flushed(event)
            case Ended():
                return self._items.finish(event.duration)
            case Problem():
                return [_error(event.code, event.message)]
            case _:
                return ()

    # Audio.

    def _append(self, event: Mapping[str, Any], audio: str | None) -> Received:
        given = event.get("audio") if audio is None else audio
        data = self._cut + _decoded(given)
        declared = self._settings.format.audio()
        size = pcm.frame_size(declared)
        whole = len(data) - len(data) % size
        data, self._cut = data[:whole], data[whole:]
        if not data:
            return Received()
        commands: list[Command] = [] if self._started else [self._settings.start(self._meeting)]
        commands.append(Audio(data))
        self._started = True
        self._received += len(data) / (size * declared.sample_rate)
        span = self._items.spanning
        if span is None or self._received - span.start < LONGEST_SPAN:
            return Received(tuple(commands))
        committed = self._commit()
        return Received((*commands, *committed.commands), committed.replies)

    def _commit(self) -> Received:
        length = self._received - self._committed
        if length < SHORTEST_COMMIT:
            message = f"A commit needs {SHORTEST_COMMIT * 1000:.0f} ms of audio; {length * 1000:.0f} ms came."
            raise Rejected(ProtocolError("audio_buffer_empty", message))
        self._committed = self._received
        span = self._items.spanning
        if span is None:
            self._commits += 1
            name = f"commit_{self._commits}"
            self._awaiting[name] = self._items.committed
            return Received((Flush(name),))
        self._awaiting[span.id] = None
        end = self._edge()
        replies = self._told(self._items.commit_span(end))
        self._items.open_span(end)
        return Received((Flush(span.id),), replies)

    def _clear(self) -> Received:
        cleared = self._told([{"type": "input_audio_buffer.cleared"}])
        if self._received <= self._committed:
            return Received(replies=cleared)
        self._committed = self._received
        by_client = self._items.spanning is not None
        self._items.discard(self._edge())
        if by_client:
            self._items.open_span(self._edge())
        return Received((Flush("clear"),), cleared)

    def _flushed(self, flushed: Flushed) -> Iterator[Message]:
        yield from self._items.told(flushed.position / SAMPLE_RATE)
        name = flushed.id or ""
        if name not in self._awaiting:
            return
        before = self._awaiting.pop(name)
        if before is None:
            yield from self._items.complete(name)
        elif before == self._items.committed:
            # Who commits waits for a turn, even one in which nothing was said.
            yield from self._items.empty(flushed.position / SAMPLE_RATE)

    def _edge(self) -> float:
        """Where audio that is flushed now may end at the earliest: what starts before it starts before it."""
        slow = self._settings.format.audio().sample_rate < SAMPLE_RATE
        return max(0.0, self._received - (LOOK_AHEAD_SLOW if slow else LOOK_AHEAD))

    # Settings.

    def _update(self, kind: str, session: object) -> Received:
        settings, flat = updated(self._settings, session)
        changed = change(self._settings, settings) if self._started else None
        self._settings = settings
        self._older = self._older or flat or kind.startswith("transcription_")
        commands, messages = self._apply()
        told = self._session(f"{kind}d")
        return Received((*commands, *([changed] if changed else ())), self._told([*messages, told]))

    def _apply(self) -> tuple[tuple[Command, ...], tuple[Message, ...]]:
        """Take the settings to the turns; the one that the client has left open is committed."""
        items, settings = self._items, self._settings
        model = (settings.transcription.model if settings.transcription else None) or ""
        continuous = settings.turn_detection is None and CONTINUOUS_MODEL in model
        items.logprobs, items.older = settings.logprobs, self._older
        items.announced = settings.turn_detection is not None
        span = items.spanning
        if settings.turn_detection is None and not continuous:
            if span is None:
                items.open_span(self._received)
            return (), ()
        if span is None:
            return (), ()
        self._awaiting[span.id] = None
        messages = tuple(items.commit_span(self._edge()))
        return (Flush(span.id),), messages

    def _session(self, kind: str) -> Message:
        return {
            "type": kind,
            "session": described(self._settings, self._name, older=self._older, expires_at=self._expires_at),
        }

    # Writing.

    def _told(self, messages: Iterable[Message]) -> tuple[str, ...]:
        return tuple(self._text(message) for message in messages)

    def _text(self, message: Message) -> str:
        self._events += 1
        return as_text({"event_id": f"event_{self._name}_{self._events}", **message})


def _first_settings(
    query: Mapping[str, Sequence[str]], session: Mapping[str, Any] | None
) -> tuple[Settings, str | None]:
    """What address and secret say: settings, and the meeting to speak in."""
    asked: dict[str, Any] = dict(session or {})
    try:
        settings, _ = updated(Settings(), asked)
        model = (query.get("model") or [""])[0]
        if model and "transcription" in query.get("intent", ()) and settings.transcription is None:
            # With another intent it names a model that talks, which is not the one that transcribes.
            settings, _ = updated(settings, {"audio": {"input": {"transcription": {"model": model}}}})
    except Rejected as rejected:
        raise rejected.error from None
    meeting = (query.get("meeting") or [""])[0]
    return settings, meeting[:LONGEST_NAME] or None


def _event(text: str) -> tuple[Mapping[str, Any], str | None]:
    """The event in a message and, if that is long, its audio apart: it is not read as JSON twice."""
    audio = None
    if len(text) > MAX_TEXT and (found := _AUDIO.search(text)):
        audio = found[1].replace("\\/", "/")
        text = text[: found.start(1)] + text[found.end(1) :]
    check_text(text)
    return read_object(text), audio


def _decoded(audio: object) -> bytes:
    if not isinstance(audio, str):
        raise Rejected(ProtocolError("invalid_field", "The field audio should be a base64 string."), "audio")
    try:
        return base64.b64decode(audio, validate=True)
    except (binascii.Error, ValueError):
        raise Rejected(
            ProtocolError("audio_not_base64", "The field audio is no valid base64."), "audio"
        ) from None


def _error(code: str, message: str, param: str | None = None, event_id: str | None = None) -> Message:
    ours = code in _OURS
    error = {
        "type": "server_error" if ours else "invalid_request_error",
        "code": code,
        "message": message,
        "param": param,
        "event_id": event_id,
    }
    return {"type": "error", "error": error}


def _sendable(text: str) -> bool:
    return len(text) <= LONGEST_EVENT_ID and text.isprintable()
