"""How many text messages a socket may bring, a speaker's as a viewer's: one rule, one refusal.

In: the moment of each message, by the clock given. Out: nothing, or `ProtocolError` `too_many_messages`.
Audio is not counted; it is bounded by what its session has room for.
"""

from collections.abc import Callable
from typing import Final

from streaming.errors import Close, ProtocolError
from streaming.rate import TokenBucket

MESSAGES_PER_SECOND: Final = 50.0
MESSAGES_AT_ONCE: Final = 500


class MessageRate:
    """The messages of one socket. `clock` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._bucket = TokenBucket(MESSAGES_PER_SECOND, MESSAGES_AT_ONCE, clock())

    def check(self) -> None:
        """Count a message. Raises `ProtocolError` when too many have come."""
        if not self._bucket.take(self._clock()):
            raise ProtocolError(
                "too_many_messages",
                f"More than {MESSAGES_PER_SECOND:g} messages a second came; audio alone may come faster.",
                Close.NOT_ALLOWED,
                429,
            )
