"""Answers of the database that may be used again for a moment, and for longer while it does not answer.

In: a question and how to ask it. Out: the last answer, if it is fresh. What must hold at once on every node
is told to `forget`; the rest is late by `fresh_seconds` at the most. Who is known goes on being known while
the database is away or hangs, since neither can anything be revoked then.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar

from streaming.errors import StoreUnavailable

FRESH_SECONDS: Final = 2.0
STALE_SECONDS: Final = 600.0
"""How long an answer may stand in while the database is away."""
PATIENCE_SECONDS: Final = 1.0
"""How long a new answer is awaited where an old one may stand in."""
MOST: Final = 4096
"""Answers kept; the one that was asked for longest ago goes first."""

Question = TypeVar("Question")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class _Known(Generic[Answer]):
    """An answer as of the time `at`, not to be asked for again before `fresh_until`."""

    answer: Answer
    at: float
    fresh_until: float


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
        self._known: OrderedDict[Question, _Known[Answer]] = OrderedDict()

    async def get(self, question: Question) -> Answer:
        """The answer. Raises `StoreUnavailable` when there is none that may still be used."""
        known, now = self._known.get(question), self._clock()
        if known is not None and now < known.fresh_until:
            self._known.move_to_end(question)
            return known.answer
        usable = known is not None and now - known.at <= STALE_SECONDS
        try:
            async with asyncio.timeout(PATIENCE_SECONDS if usable else None):
                answer = await self._ask(question)
        except (StoreUnavailable, TimeoutError):
            if known is None or not usable:
                raise
            # Not every caller is to wait for a database that hangs.
            self._keep(question, replace(known, fresh_until=self._clock() + self._fresh))
            return known.answer
        self._keep(question, _Known(answer, now, now + self._fresh))
        return answer

    def _keep(self, question: Question, known: _Known[Answer]) -> None:
        self._known[question] = known
        self._known.move_to_end(question)
        while len(self._known) > MOST:
            self._known.popitem(last=False)

    def forget(self) -> None:
        """Ask anew from now on; the old answers stand in only while the database is away."""
        now = self._clock()
        for question, known in self._known.items():
            self._known[question] = replace(known, fresh_until=min(known.fresh_until, now))
