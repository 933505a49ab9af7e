"""A message in a chat, through Apprise in a process of its own.

In: an Apprise URL, title and text. Out: an `Outcome`. The process is what can be watched and stopped: it may
reach public addresses only, and is killed when its time is over. It learns the URL, which holds a key, by its
standard input. One message is sent after the other.
"""

import asyncio
import json
import os
from typing import Final

from server.child import answer
from server.notify.outcome import Later, Outcome, Refused, Sent, Unknown

SECONDS: Final = 45.0
LONGEST_ANSWER: Final = 4_096
_CHILD: Final = "server.notify.chat_child"
_ZERO_WIDTH: Final = "\u200b"


class Chat:
    """Sends to public addresses; with `allow_private` to this machine and private networks too."""

    def __init__(self, *, allow_private: bool = False, seconds: float = SECONDS) -> None:
        self._allow_private = allow_private
        self._seconds = seconds
        self._one = asyncio.Lock()

    async def send(self, url: str, title: str, body: str) -> Outcome:
        """One attempt."""
        task = {
            "url": url,
            "title": defused(title),
            "body": defused(body),
            "allow_private": self._allow_private,
        }
        async with self._one:
            # No configuration of the machine's: it may name passwords.
            nothing = {"NETRC": os.devnull}
            said = await answer(_CHILD, json.dumps(task).encode(), self._seconds, nothing)
        try:
            told = json.loads(said[:LONGEST_ANSWER])
            return outcome_named(told["outcome"], str(told["why"]))
        except (ValueError, TypeError, KeyError):
            return Unknown("The chat service did not answer in time, or its answer was lost.")


def defused(text: str) -> str:
    """The text so that no service finds a call of everybody or a link of its own form in it: what looks like
    one is parted by a space of no width."""
    return text.replace("@", f"@{_ZERO_WIDTH}").replace("<", f"<{_ZERO_WIDTH}")


def outcome_named(name: str, why: str) -> Outcome:
    """As the process calls it. Raises `KeyError`."""
    return Sent() if name == "sent" else _FAILURES[name](why)


_FAILURES: Final[dict[str, type[Later] | type[Refused] | type[Unknown]]] = {
    "later": Later,
    "refused": Refused,
    "unknown": Unknown,
}
