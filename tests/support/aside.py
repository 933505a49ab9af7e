"""Servers beside a test that itself cannot wait for anything: an event loop in a thread of its own.

In: what to run, as an asynchronous context manager. Out: its value, and a way to run coroutines on its loop.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

T = TypeVar("T")
V = TypeVar("V")
START_SECONDS = 60
CALL_SECONDS = 60


@dataclass
class Aside(Generic[T]):
    """What runs in the thread; `value` is that of the context manager."""

    value: T
    loop: asyncio.AbstractEventLoop
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def run(self, work: Coroutine[Any, Any, V], seconds: float = CALL_SECONDS) -> V:
        """Run something on the loop and wait for it, so long at the most."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(seconds)


@contextmanager
def aside(make: Callable[[], AbstractAsyncContextManager[T]]) -> Iterator[Aside[T]]:
    """Run what `make` makes for the length of a block."""
    made: list[Aside[T]] = []
    told = threading.Event()

    async def serve() -> None:
        async with make() as value:
            made.append(Aside(value, asyncio.get_running_loop()))
            told.set()
            await made[0].over.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert told.wait(START_SECONDS), "what was to run aside did not start"
        yield made[0]
    finally:
        if made:
            made[0].loop.call_soon_threadsafe(made[0].over.set)
        thread.join()
