"""What every wire has in common: a client's messages become commands, a session's events messages. Pure.

A codec knows one client of one wire. What it may need of the world, such as an id and the time of day, is
given when it is made. The session behind is the same for every wire; a wire leaves out what it cannot say.
"""

from dataclasses import dataclass
from typing import Protocol

from streaming.commands import Command
from streaming.events import Event, Problem


@dataclass(frozen=True, slots=True)
class Received:
    """What a message comes to: commands for the session, and messages to send back at once. `audio` when it
    brought audio, also where nothing of it can be handed on yet."""

    commands: tuple[Command, ...] = ()
    replies: tuple[str, ...] = ()
    audio: bool = False


class Codec(Protocol):
    """One client of one wire. Every text that it gives is the text of one WebSocket message."""

    @property
    def resumable(self) -> bool:
        """Whether a client can come back to its session; a session that it cannot ends with its socket."""
        ...

    def begin(self) -> Received:
        """Before anything was received: a greeting, and `Start` where the address already says all."""
        ...

    def receive_text(self, text: str) -> Received:
        """One text message. Raises `ProtocolError` for what ends the stream."""
        ...

    def receive_bytes(self, data: bytes) -> Received:
        """One binary message. Raises `ProtocolError` for what ends the stream."""
        ...

    def send(self, event: Event) -> tuple[str, ...]:
        """The messages of an event; none for what the wire cannot say."""
        ...

    def close(self, problem: Problem | None) -> tuple[tuple[str, ...], int, str]:
        """The last messages, the close code and its reason (123 bytes at the most); `problem` is None at a
        good end. A codec that never heard of a session is closed as well."""
        ...
