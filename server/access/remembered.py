"""Answers of the database that may be used again for a moment, and for longer while it does not answer.

In: a question and how to ask it. Out: the last answer, if it is fresh. What must hold at once on every node
is told to `forget`; the rest is late by `fresh_seconds` at the most. Who is known goes on being known while
the database is away, since neither can anything be revoked then.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

from streaming.errors import StoreUnavailable

FRESH_SECONDS: Final = 2.0
STALE_SECONDS: Final = 600.0
"""How long an answer may stand in while the database is away."""
MOST: Final = 4096
"""Answers kept; the one that was asked for longest ago goes first."""

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Remembered(Generic[Question, Answer]):
    """`clock` gives seconds that never go back. Questions that come to nothing are remembered too."""

    def __init__(
        self,
        ask: Callable[[Question], Awaitable[Answer]],
        clock: Callable[[], float],
        *,
        fresh_seconds: float = FRESH_SECONDS,
    ) -> None:
        self._ask = ask
        self._clock = clock
        self._fresh = fresh_seconds
        # bounded: by MOST.
        self._known: OrderedDict[Question, tuple[float, Answer]] = OrderedDict()

    async def get(self, question: Question) -> Answer:
        """The answer. Raises `StoreUnavailable` when there is none that may still be used."""
        known = self._known.get(question)
        if known is not None and self._clock() - known[0] < self._fresh:
            self._known.move_to_end(question)
            return known[1]
        asked_at = self._clock()
        try:
            answer = await self._ask(question)
        except StoreUnavailable:
            if known is None or self._clock() - known[0] > STALE_SECONDS:
                raise
            return known[1]
        self._known[question] = asked_at, answer
        self._known.move_to_end(question)
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return answer

    def forget(self) -> None:
        """Ask anew from now on; the old answers stand in only while the database is away."""
        long_ago = self._clock() - self._fresh
        for question, (at, answer) in self._known.items():
            self._known[question] = min(at, long_ago), answer
