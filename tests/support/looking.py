"""Waiting for what no event tells: a test looks again and again, until a limit.

In: a question. Out: the return once its answer is true.
"""

import asyncio
from collections.abc import Awaitable, Callable

PATIENCE = 60.0
LOOK = 0.02
"""Seconds between two looks."""


async def eventually(ask: Callable[[], Awaitable[object]], seconds: float = PATIENCE) -> None:
    """Ask until the answer is true. Raises `TimeoutError`."""
    async with asyncio.timeout(seconds):
        while not await ask():  # noqa: ASYNC110 - what is asked for sets no event
            await asyncio.sleep(LOOK)


async def at_once(value: object) -> object:
    """A value that need not be waited for."""
    return value
